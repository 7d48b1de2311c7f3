package ole

// pages are the code pages that have a name of their own on the web (Microsoft, Code Page Identifiers; WHATWG Encoding).
func pages() map[int]string {
	return map[int]string{874: "windows-874", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 10000: "macintosh",
		10007: "x-mac-cyrillic", 20866: "koi8-r", 20932: "euc-jp", 21866: "koi8-u", 50220: "iso-2022-jp", 51932: "euc-jp",
		51936: "gbk", 51949: "euc-kr", 54936: "gb18030"}
}

// western is the code page of languages that have no other.
const western = 1252

// PageOf gives the code page in which Windows writes a language, by the language's identifier (MS-LCID, 2.2; National
// Language Support, ANSI code pages): 1252 for one that is not known, and for 0.
func PageOf(language int) int {
	switch language {
	case 0x0404, 0x0c04, 0x1404: // Chinese in Taiwan, Hong Kong, Macao
		return 950
	case 0x0c1a, 0x1c1a, 0x201a, 0x281a, 0x301a: // Serbian and Bosnian in Cyrillic
		return 1251
	}
	switch language & 0x3ff {
	case 0x01, 0x20, 0x29: // Arabic, Urdu, Persian
		return 1256
	case 0x02, 0x19, 0x22, 0x23, 0x2f, 0x3f, 0x40, 0x50: // Bulgarian, Russian, Ukrainian, Belarusian, Macedonian, ...
		return 1251
	case 0x04:
		return 936
	case 0x05, 0x0e, 0x15, 0x18, 0x1a, 0x1b, 0x1c, 0x24: // Czech, Hungarian, Polish, Romanian, Croatian, Slovak, ...
		return 1250
	case 0x08:
		return 1253
	case 0x0d:
		return 1255
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x1e:
		return 874
	case 0x1f, 0x2c, 0x43: // Turkish, Azerbaijani, Uzbek
		return 1254
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x2a:
		return 1258
	}
	return western
}
