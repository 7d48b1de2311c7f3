package mail

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// A new language is a file of words and the templates of the mails to uploaders. The secretariat is written to in
// English until it has templates too.
func TestNewLanguage(t *testing.T) {
	english, err := os.ReadFile("../locale/en.json")
	if err != nil {
		t.Fatal(err)
	}
	words, err := locale.Read(fstest.MapFS{"en.json": {Data: english},
		"eo.json": {
			Data: []byte(
				`{"language": {"name": "Esperanto", "direction": "ltr", "order": "5"},
				"reason": {"locked": "ĝi havas pasvorton."}}`,
			),
		}})
	if err != nil {
		t.Fatal(err)
	}
	templates := fstest.MapFS{}
	err = fs.WalkDir(files, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		base := strings.TrimPrefix(name, "templates/")
		templates[base] = &fstest.MapFile{Data: data}
		if mail, ok := strings.CutSuffix(base, ".fr.tmpl"); ok && !strings.HasPrefix(base, "review") {
			templates[mail+".eo.tmpl"] = &fstest.MapFile{Data: data}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWriter(words, templates)
	if err != nil {
		t.Fatal(err)
	}
	view := View{
		Mail: meeting.Mail{Template: meeting.MailReceipt, Language: "eo", Outcome: meeting.Rejected},
		Document: &meeting.Document{FileName: "a.pdf",
			DocumentState: meeting.DocumentState{Reason: "locked"}},
	}
	m, err := w.Write(view)
	if err != nil || m.Language != "eo" || !strings.Contains(m.Text, "ĝi havas pasvorton.") ||
		!strings.Contains(m.HTML, `lang="eo" dir="ltr"`) {
		t.Errorf("%+v %v", m, err)
	}
	view.Mail.Template = meeting.MailReview
	if m, err = w.Write(view); err != nil || m.Language != "en" || m.Subject != "Rejected: a.pdf" {
		t.Errorf("%+v %v", m, err)
	}
	view.Mail.Template = "no-such-mail"
	if _, err := w.Write(view); err == nil {
		t.Error("a mail without a template is written")
	}

	delete(templates, "outcome.eo.tmpl")
	if _, err := newWriter(words, templates); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a language without a mail to uploaders: %v", err)
	}
	templates["outcome.eo.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "text"}}{{nothing}}{{end}}`)}
	if _, err := newWriter(words, templates); err == nil {
		t.Error("a template that cannot be parsed is no error")
	}
}
