package letter_test

import (
	"strings"
	"testing"

	"dossier/internal/letter"
)

// Quoted mails are told from the words of the writer, also where answers stand between the lines.
func TestQuoted(t *testing.T) {
	for text, want := range map[string]string{
		"We nominate Ms Diallo.\n> Who comes?\n> Mr Sow?\nShe comes.": "> Who comes?|> Mr Sow?",
		"Yes.\n-----Original Message-----\nFrom: a\nMr Sow comes.":    "-----Original Message-----\nFrom: a\nMr Sow comes.",
		"Oui.\n________ Message d'origine ________\nM. Sow":           "________ Message d'origine ________\nM. Sow",
		"نعم\n--- الرسالة الأصلية ---\nالسيد سو":                      "--- الرسالة الأصلية ---\nالسيد سو",
		"The original message was lost; 2 > 1 all the same.":          "",
		"  > indented\nnot": "  > indented",
		"":                  "",
	} {
		var got []string
		for _, s := range letter.Quoted(text) {
			got = append(got, text[s.From:s.To])
		}
		if g := strings.Join(got, "|"); g != want {
			t.Errorf("%q: %q, want %q", text, g, want)
		}
	}
}
