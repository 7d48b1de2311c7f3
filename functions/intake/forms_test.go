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
		"encrypted":                            {"m.eml", mailIn("Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=\"b1\"\n", "--b1\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b1\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\nContent-Disposition: inline; filename=\"encrypted.asc\"\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA6eWZ3\n=aaaa\n-----END PGP MESSAGE-----\n\n--b1--\n"), "encrypted.asc review (not-readable-yet)"},
		"a fax":                                {"m.eml", mailIn(mixed, words+part("Content-Type: image/tiff; name=fax.tif\nContent-Disposition: attachment; filename=fax.tif\n", fax())+"--b1--\n"), "fax.tif rejected (empty)"},
		"encrypted words":                      {"m.eml", mailIn("Content-Type: text/plain\n", "-----BEGIN PGP MESSAGE-----\n\nhQEMA6eWZ3\n=aaaa\n-----END PGP MESSAGE-----\n"), "m.eml review (nobody-named)"},
		"a letter of a stranger, with a deck":  {"m.eml", e2e.MailOf(string(e2e.NominationLetter("Ms Halima Stranger")), e2e.File{Name: "a.pptx", Data: amina}), "m.txt review (nominee-not-on-roster); a.pptx filed s1/presentation/p1"},
		"a note with a deck":                   {"m.eml", e2e.MailOf("Dear colleagues,\r\n\r\nPlease find attached the slides of Ms Amina Diallo for the first session of the meeting. We apologise for the delay, and thank you for your patience.\r\n\r\nDirector of Cabinet, Ministry of Justice", e2e.File{Name: "a.pptx", Data: amina}), "a.pptx filed s1/presentation/p1"},
		"a note with a newer deck":             {"m.eml", e2e.MailOf("Dear colleagues,\r\n\r\nKindly ignore the version that we sent this morning: it is withdrawn. The corrected slides of Ms Amina Diallo are attached, please use these instead.\r\n\r\nBest regards", e2e.File{Name: "a.pptx", Data: amina}), "a.pptx filed s1/presentation/p1"},
		"a note with the right deck":           {"m.eml", e2e.MailOf("Dear colleagues,\r\n\r\nPlease disregard my previous email, the file was not the right one. Attached you will find the corrected presentation for the first session.\r\n\r\nBest regards\r\nAmina Diallo", e2e.File{Name: "a.pptx", Data: amina}), "a.pptx filed s1/presentation/p1"},
		"a note with a letter":                 {"m.eml", e2e.MailOf("Dear colleagues,\r\n\r\nPlease find attached the letter by which the Minister nominates Ms Halima Stranger for the meeting, and kindly confirm that it has arrived.\r\n\r\nDirector of Cabinet, Ministry of Justice", e2e.File{Name: "letter.docx", Data: e2e.Word(string(e2e.NominationLetter("Ms Halima Stranger")))}), "letter.docx review (nominee-not-on-roster)"},
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

// fax is a small TIFF.
func fax() []byte {
	var b strings.Builder
	b.WriteString("II*\x00\x08\x00\x00\x00")
	entries := [][4]uint32{{256, 4, 1, 100}, {257, 4, 1, 100}, {258, 3, 1, 1}, {259, 3, 1, 1}, {262, 3, 1, 0}, {273, 4, 1, 200}, {277, 3, 1, 1}, {278, 4, 1, 100}, {279, 4, 1, 1300}}
	b.WriteByte(byte(len(entries)))
	b.WriteByte(0)
	le := func(v uint32, n int) {
		for i := range n {
			b.WriteByte(byte(v >> (8 * i)))
		}
	}
	for _, e := range entries {
		le(e[0], 2)
		le(e[1], 2)
		le(e[2], 4)
		le(e[3], 4)
	}
	le(0, 4)
	for b.Len() < 200 {
		b.WriteByte(0)
	}
	return []byte(b.String() + strings.Repeat("\x00", 1300))
}
