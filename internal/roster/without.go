package roster

import (
	"bytes"
	"strings"
)

// Without gives participants.csv without the rows of a participant. All other bytes stay, and each row at its line. Behind
// a row that cannot be read nothing is taken out.
func Without(participantsCSV []byte, id string) []byte {
	text := bytes.TrimPrefix(participantsCSV, []byte("\xef\xbb\xbf"))
	mark := len(participantsCSV) - len(text)
	t, _ := new(reader).table(text)
	column, named := t.at["id"]
	if !named {
		return participantsCSV
	}
	out := bytes.Clone(participantsCSV[:mark+int(t.InputOffset())])
	for {
		from := t.InputOffset()
		row, err := t.Read()
		to := t.InputOffset()
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
