package mail_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"dossier/internal/locale"
	"dossier/internal/mail"
	"dossier/internal/meeting"
)

// A new language is a file of words. What it does not say yet is said in English, and so is a mail in a language that
// has no file.
func TestNewLanguage(t *testing.T) {
	english, err := os.ReadFile("../locale/en.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := locale.Read(fstest.MapFS{"en.json": {Data: english},
		"eo.json": {
			Data: []byte(
				`{"language": {"name": "Esperanto", "direction": "ltr", "order": "5"},
				"reason": {"wrong-document": "ĝi ne estas la petita dokumento."}}`,
			),
		}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := mail.NewWriter(c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := w.Write(of("receipt-rejected", "eo"))
	if err != nil || m.Language != "eo" || !strings.Contains(m.Text, "Ĝi ne estas") || !strings.Contains(m.Text, "Dear ") ||
		!strings.Contains(m.HTML, `lang="eo" dir="ltr"`) {
		t.Errorf("%+v %v", m, err)
	}
	if m, err := w.Write(of("receipt", "xx")); err != nil || m.Language != "en" {
		t.Errorf("%+v %v", m, err)
	}
	v := view(meeting.MailReceipt, "en")
	v.Mail.Template = "no-such-mail"
	if _, err := w.Write(v); err == nil {
		t.Error("a mail of a kind that there is not is written")
	}
}
