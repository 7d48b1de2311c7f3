package ole

import "dossier/internal/extract/content"

// Where Word 6 and 95 keep these in the head of a document (Microsoft, Word 6.0 Binary File Format, the FIB).
const (
	olderLanguage  = 0x06
	olderCharacter = 0x14 // the character set: 0 of Windows, 256 of the Macintosh
	olderFrom      = 0x18
	olderTo        = 0x1c
	olderFonts     = 0xd0
	macintosh      = 256
)

// older gives the text of a document of Word 6 or 95, which is one piece in a code page.
func older(doc []byte, limits content.Limits) ([]rune, error) {
	b, ok := bytesAt(doc, u32(doc, olderFrom), u32(doc, olderTo)-u32(doc, olderFrom))
	if !ok || len(b) > limits.Text {
		return nil, content.Broken("the text is missing")
	}
	return []rune(Decode(b, olderPage(doc, b))), nil
}

// olderPage tells the code page of a text by the document's machine and language. Where the language is a western one, a
// font for another alphabet counts if the text looks like one.
func olderPage(doc, text []byte) int {
	page := PageOf(u16(doc, olderLanguage))
	if u16(doc, olderCharacter) == macintosh {
		const macRoman, macCyrillic = 10000, 10007
		if page == 1251 {
			return macCyrillic
		}
		return macRoman
	}
	if page != western || !foreign(text) {
		return page
	}
	fonts, _ := bytesAt(doc, u32(doc, olderFonts), u32(doc, olderFonts+4))
	const head, charset = 2, 4 // bytes before the first font, and before its character set
	for at := head; at+charset < len(fonts); at += int(fonts[at]) + 1 {
		if p := alphabet(fonts[at+charset]); p != 0 {
			return p
		}
	}
	return page
}

// alphabet gives the code page of a font's character set (MS-WMF, 2.1.1.5) that has letters of another alphabet; 0 for
// any other.
func alphabet(charset byte) int {
	switch charset {
	case 128:
		return 932
	case 129:
		return 949
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 177:
		return 1255
	case 178:
		return 1256
	case 204:
		return 1251
	case 222:
		return 874
	}
	return 0
}

// foreign tells whether many bytes beyond ASCII stand side by side. Letters with accents hardly ever do.
func foreign(text []byte) bool {
	const high, share = 0xc0, 10
	pairs, letters := 0, 0
	for i, c := range text {
		switch {
		case c >= high:
			letters++
			if i > 0 && text[i-1] >= high {
				pairs++
			}
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
			letters++
		}
	}
	return pairs*share > letters
}
