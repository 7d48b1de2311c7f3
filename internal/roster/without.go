package roster

import (
	"bytes"
	"strings"
)

// Without gives participants.csv without the rows of a participant. All other bytes stay, and each row at its line. Behind
// a row that cannot be read nothing is taken out.
func Without(participantsCSV []byte, id string) []byte {
	text, write := Text(participantsCSV)
	without := withoutRows(text, id)
	if bytes.Equal(without, text) {
		return participantsCSV
	}
	return write(without)
}

func withoutRows(text []byte, id string) []byte {
	t, _ := new(reader).table(text)
	column, named := t.at["id"]
	if !named {
		return text
	}
	out := bytes.Clone(text[:t.offset()])
	for {
		from := t.offset()
		row, err := t.Read()
		to := t.offset()
		if err != nil {
			return append(out, text[from:]...)
		}
		if column < len(row) && strings.TrimSpace(row[column]) == id {
			out = append(out, bytes.Repeat([]byte("\n"), bytes.Count(text[from:to], []byte("\n")))...)
			continue
		}
		out = append(out, text[from:to]...)
	}
}
