package person

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// RedactJSON gives JSON without the person in its strings, as they read once decoded. Names of fields stay, strings of
// the fields that keep says too, and every other byte.
func (f *Finder) RedactJSON(data []byte, keep func(field string) bool) ([]byte, error) {
	var out bytes.Buffer
	end := 0
	err := eachString(data, func(field, text string, from, to int) error {
		if keep(field) {
			return nil
		}
		clean := f.Redact(text)
		if clean == text {
			return nil
		}
		literal, err := json.Marshal(clean)
		if err != nil {
			return fmt.Errorf("encode text: %w", err)
		}
		out.Write(data[end:from])
		out.Write(literal)
		end = to
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Write(data[end:])
	return out.Bytes(), nil
}

// NamesJSON reports whether a string in JSON names the person, but for the strings of the fields that keep says.
func (f *Finder) NamesJSON(data []byte, keep func(field string) bool) (bool, error) {
	named := false
	err := eachString(data, func(field, text string, _, _ int) error {
		named = named || !keep(field) && f.Names(text)
		return nil
	})
	return named, err
}

// eachString gives each string of JSON that is no field's name, decoded, with the field that it is of and the bytes where
// it stands.
func eachString(data []byte, each func(field, text string, from, to int) error) error {
	if !json.Valid(data) {
		return fmt.Errorf("no JSON: %d bytes", len(data))
	}
	field := ""
	for at := 0; at < len(data); at++ {
		if data[at] != '"' {
			continue
		}
		from := at
		for at++; data[at] != '"'; at++ {
			if data[at] == '\\' {
				at++
			}
		}
		var text string
		if err := json.Unmarshal(data[from:at+1], &text); err != nil {
			return fmt.Errorf("decode text: %w", err)
		}
		if rest := bytes.TrimLeft(data[at+1:], " \t\r\n"); len(rest) > 0 && rest[0] == ':' {
			field = text
			continue
		}
		if err := each(field, text, from, at+1); err != nil {
			return err
		}
	}
	return nil
}
