package intake_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"dossier/internal/e2e"
)

// mailIn is a mail with a body as programs of mail write it.
func mailIn(headers, body string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll("From: Office <office@justice.example>\nTo: desk@secretariat.example\nSubject: Papers\nMIME-Version: 1.0\n"+headers+"\n"+body, "\r\n", "\n"), "\n", "\r\n"))
}

// inBase64 is a part of a mail as it is sent.
func inBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) + "\n" }

// Each program of mail writes a mail in its own way, and it holds the same papers, in the order in which they stand.
func TestFormsOfMail(t *testing.T) {
	t.Parallel()
	amina, final := e2e.Deck("Chains", "Amina Diallo"), e2e.Deck("Chains, at last", "Amina Diallo")
	letter := string(e2e.NominationLetter("Ms Grace Odhiambo"))
	const mixed = "Content-Type: multipart/mixed; boundary=\"b1\"\n"
	part := func(headers string, data []byte) string {
		return "--b1\n" + headers + "Content-Transfer-Encoding: base64\n\n" + inBase64(data)
	}
	words := "--b1\nContent-Type: text/plain; charset=us-ascii\n\nPlease take the last.\n"
	pptx := "Content-Type: application/vnd.openxmlformats-officedocument.presentationml.presentation; name=x.pptx\n"
	fwd := string(mailIn("Content-Type: multipart/mixed; boundary=\"b2\"\n", "--b2\nContent-Type: text/plain\n\nMine.\n--b2\n"+pptx+"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.pptx\n\n"+inBase64(amina)+"--b2--\n"))
	for name, test := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"draft inline, final attached":         {"m.eml", mailIn(mixed, words+part(pptx+"Content-Disposition: inline; filename=draft.pptx\n", amina)+part(pptx+"Content-Disposition: attachment; filename=final.pptx\n", final)+"--b1--\n"), "draft.pptx superseded (); final.pptx filed s1/presentation/p1"},
		"draft attached, final inline":         {"m.eml", mailIn(mixed, words+part(pptx+"Content-Disposition: attachment; filename=draft.pptx\n", amina)+part(pptx+"Content-Disposition: inline; filename=final.pptx\n", final)+"--b1--\n"), "draft.pptx superseded (); final.pptx filed s1/presentation/p1"},
		"bytes shown inline":                   {"m.eml", mailIn(mixed, words+part("Content-Type: application/octet-stream; name=a.pptx\nContent-Disposition: inline; filename=a.pptx\n", amina)+"--b1--\n"), "a.pptx filed s1/presentation/p1"},
		"no disposition":                       {"m.eml", mailIn(mixed, words+part(pptx, amina)+"--b1--\n"), "x.pptx filed s1/presentation/p1"},
		"forwarded, no disposition":            {"m.eml", mailIn(mixed, words+"--b1\nContent-Type: message/rfc822\n\n"+fwd+"\n--b1--\n"), "a.pptx filed s1/presentation/p1"},
		"forwarded inline":                     {"m.eml", mailIn(mixed, words+"--b1\nContent-Type: message/rfc822; name=\"Fwd.eml\"\nContent-Disposition: inline; filename=\"Fwd.eml\"\n\n"+fwd+"\n--b1--\n"), "a.pptx filed s1/presentation/p1"},
		"RFC 2231":                             {"m.eml", mailIn(mixed, words+part("Content-Type: application/octet-stream\nContent-Disposition: attachment;\n filename*0*=UTF-8''Cha%C3%AEnes;\n filename*1*=%20d%27or.pptx\n", amina)+"--b1--\n"), "Chaînes d'or.pptx filed s1/presentation/p1"},
		"a sentence that begins as a postmark": {"m.eml", []byte("From - Mon Jun 14 09:00:00 2021\n" + strings.ReplaceAll(string(mailIn("Content-Type: text/plain\n", letter+"\n\nFrom our side, everything is ready for the meeting.\nWe look forward to it.\n")), "\r\n", "\n")), "m.eml filed s1/nomination/p3 s2/nomination/p3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+"p3,Grace Odhiambo,grace@justice.example,f,public,Ministry of Justice,Kenya,en,expert:s1;expert:s2\n")
			o := w.Put("incoming/m/drop/"+test.file, test.data, e2e.Noon)
			w.TakeIn(o)
			if got := papers(w, o); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}
