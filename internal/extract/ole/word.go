package ole

import (
	"context"
	"strings"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// word reads a Word document: its pieces (MS-DOC, 2.4.1), which come in one count of characters: the main text, then
// footnotes, headers, comments, endnotes and text boxes (2.5.4).
func (c *Compound) word(ctx context.Context, to *content.Content) error {
	doc, err := c.Stream("WordDocument")
	if err != nil {
		return err
	}
	const wordIdent = 0xa5ec
	if u16(doc, 0) != wordIdent && u16(doc, 0) != 0xa5dc { // Word 97 and after, Word 6 and 95
		return content.Broken("no Word document")
	}
	flags := u16(doc, 0x0a)
	if flags&0x0100 != 0 {
		return fault.Reject(meeting.ReasonLocked, "encrypted")
	}
	var text []rune
	var pictures map[int]content.Picture
	var counts [7]int // main, footnotes, headers, macros, comments, endnotes, text boxes
	if u16(doc, 0) == wordIdent && u16(doc, 2) >= 0xc1 {
		table := "0Table"
		if flags&0x0200 != 0 {
			table = "1Table"
		}
		stream, err := c.Stream(table)
		if err != nil {
			return err
		}
		clx, ok := bytesAt(stream, u32(doc, 0x1a2), u32(doc, 0x1a6))
		if !ok {
			return content.Broken("the table of pieces is missing")
		}
		if text, err = pieces(ctx, doc, clx, c.limits); err != nil {
			return err
		}
		if pictures, err = c.pictures(ctx, doc, stream, clx); err != nil {
			return err
		}
		for i := range counts {
			counts[i] = u32(doc, 0x4c+4*i)
		}
	} else { // an older document holds its text in one piece, in a code page
		if text, err = older(doc, c.limits); err != nil {
			return err
		}
		counts[0] = len(text)
	}
	fetching(text, to, c.limits)
	part := func(i int) []rune {
		from := 0
		for _, n := range counts[:i] {
			from += n
		}
		if from < 0 || from > len(text) || counts[i] < 0 {
			return nil
		}
		return text[from:min(len(text), from+counts[i])]
	}
	flow := content.NewFlow(to, c.limits)
	for _, notes := range []int{1, 5} {
		flow.Note(plain(part(notes)))
	}
	flow.Margin(plain(part(2)))
	flow.Comment(plain(part(4)))
	pour(part(0), flow, pictures)
	pour(part(6), flow, nil)
	return flow.Close()
}

// fetching notes the fields that take their results from elsewhere (MS-DOC, 2.8.25).
func fetching(text []rune, c *content.Content, limits content.Limits) {
	f := content.NewFields(c, limits)
	for _, r := range text {
		switch r {
		case 0x13:
			f.Begin()
		case 0x14:
			f.Separate()
		case 0x15:
			f.End()
		default:
			f.Add(string(r))
		}
	}
	f.Close()
}

// pieces puts the text together (MS-DOC, 2.9.38 Clx, 2.9.177 Pcd): each piece is UTF-16, or one byte a character.
func pieces(ctx context.Context, doc, clx []byte, limits content.Limits) ([]rune, error) {
	plc, err := pieceTable(clx)
	if err != nil {
		return nil, err
	}
	n := (len(plc) - 4) / 12
	var text []rune
	for i := range n {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		from, to := u32(plc, 4*i), u32(plc, 4*i+4)
		fc := u32(plc, 4*(n+1)+8*i+2)
		count := to - from
		if count < 0 || count > len(doc) {
			return nil, content.Broken("a piece has %d characters", count)
		}
		if len(text)+count > limits.Text {
			return nil, content.Over("bytes of text", limits.Text)
		}
		if fc&(1<<30) != 0 {
			b, ok := bytesAt(doc, (fc&^(1<<30))/2, count)
			if !ok {
				return nil, content.Broken("a piece is cut short")
			}
			piece := []rune(Decode(b, 1252))
			text = append(text, piece...)
			continue
		}
		b, ok := bytesAt(doc, fc&0x3fffffff, 2*count)
		if !ok {
			return nil, content.Broken("a piece is cut short")
		}
		// One rune a unit keeps the count of characters: a surrogate pair becomes its rune and nothing.
		piece := []rune(UTF16(b))
		text = append(text, piece...)
		for range count - len(piece) {
			text = append(text, 0)
		}
	}
	return text, nil
}

// pieceTable finds the list of pieces, behind changes of formatting.
func pieceTable(clx []byte) ([]byte, error) {
	at := 0
	for at < len(clx) && clx[at] == 1 {
		at += 3 + u16(clx, at+1)
	}
	if at >= len(clx) || clx[at] != 2 {
		return nil, content.Broken("the table of pieces is missing")
	}
	plc, ok := bytesAt(clx, at+5, u32(clx, at+1))
	if !ok {
		return nil, content.Broken("the table of pieces is cut short")
	}
	return plc, nil
}

// plain is what stands aside, on its lines.
func plain(text []rune) string {
	var b strings.Builder
	write(text, b.WriteString, func() { b.WriteByte('\n') }, func(int) {})
	return b.String()
}

// pour writes text with pictures, by the places of the letters that they stand for.
func pour(text []rune, flow *content.Flow, pictures map[int]content.Picture) {
	write(text, func(s string) (int, error) { flow.Write(s); return len(s), nil }, flow.Break, func(i int) {
		if p, ok := pictures[i]; ok {
			flow.Picture(p)
		}
	})
}

// write turns Word's special characters into text (MS-DOC, 2.4.1 and 2.8.25): fields show their results, cells are
// parted by tabs, and two cell marks in a row end a row.
func write(text []rune, out func(string) (int, error), page func(), picture func(at int)) {
	var b strings.Builder
	fields, results := 0, 0 // open fields, and those of them whose result has begun
	for i, r := range text {
		switch r {
		case 0x13:
			fields++
			continue
		case 0x14:
			if results < fields {
				results++
			}
			continue
		case 0x15:
			if fields > 0 {
				if results == fields {
					results--
				}
				fields--
			}
			continue
		}
		if results < fields {
			continue // a field's instruction
		}
		switch {
		case r == '\r' || r == 0x0b:
			b.WriteByte('\n')
		case r == 0x07 && i > 0 && text[i-1] == 0x07:
			b.WriteByte('\n')
		case r == 0x07:
			if i+1 < len(text) && text[i+1] == 0x07 {
				continue
			}
			b.WriteByte('\t')
		case r == 0x0c:
			b.WriteByte('\n')
			_, _ = out(b.String())
			b.Reset()
			page()
		case r == 0x01 || r == 0x08:
			_, _ = out(b.String())
			b.Reset()
			picture(i)
		case r == 0x1e:
			b.WriteByte('-')
		case r >= ' ' || r == '\t':
			b.WriteRune(r)
		}
	}
	_, _ = out(b.String())
}
