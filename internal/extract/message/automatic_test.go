package message_test

import (
	"strings"
	"testing"

	"dossier/internal/extract/ole/oletest"
)

// What a machine sends by itself is told by its fields or its sender; what a person sends is not.
func TestAutomatic(t *testing.T) {
	for fields, want := range map[string]bool{
		"From: a@b.example":                                                                            false,
		"From: a@b.example\r\nAuto-Submitted: no":                                                      false,
		"From: a@b.example\r\nAuto-Submitted: auto-replied":                                            true,
		"From: a@b.example\r\nAuto-Submitted: Auto-Generated; owner=x":                                 true,
		"From: a@b.example\r\nPrecedence: bulk":                                                        false,
		"From: a@b.example\r\nPrecedence: auto_reply":                                                  true,
		"From: a@b.example\r\nX-Autoreply: yes":                                                        true,
		"From: a@b.example\r\nX-Failed-Recipients: c@d.example":                                        true,
		"From: Mail Delivery System <MAILER-DAEMON@mx1.b.example>":                                     true,
		"From: Postmaster <postmaster@b.example>":                                                      true,
		"From: Posts <postmasters@b.example>":                                                          false,
		"From: a@b.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b": true,
	} {
		c, err := eml(t, fields+"\r\nTo: c@d.example\r\nSubject: x\r\n\r\n--b\r\n\r\nthe text\r\n--b--\r\n")
		if err != nil || c.Envelope.Automatic != want {
			t.Errorf("%s: %v (%v), want %v", strings.ReplaceAll(fields, "\r\n", " | "), c.Envelope, err, want)
		}
	}
}

// Outlook keeps such mails with a class of their own, or with the fields of the mail.
func TestAutomaticMSG(t *testing.T) {
	for name, test := range map[string]struct {
		class, headers string
		want           bool
	}{
		"a note":             {"IPM.Note", "Date: Tue, 4 May 2021 10:00:00 +0200\r\n", false},
		"it did not arrive":  {"REPORT.IPM.Note.NDR", "", true},
		"out of office":      {"IPM.Note", "Auto-Submitted: auto-replied\r\n", true},
		"nothing said of it": {"", "", false},
	} {
		s := msg()
		s["__substg1.0_001A001F"], s["__substg1.0_007D001F"] = oletest.UTF16(test.class), oletest.UTF16(test.headers)
		c, err := readMSG(t, s)
		if err != nil || c.Envelope.Automatic != test.want {
			t.Errorf("%s: %v (%v)", name, c, err)
		}
	}
}
