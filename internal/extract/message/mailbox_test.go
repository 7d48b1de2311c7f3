package message

import (
	"context"
	"slices"
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// asText takes each mail of a mailbox for text.
func asText(_ context.Context, _, _ string, data []byte) (content.Attachment, error) {
	return content.Attachment{Content: &content.Content{Format: content.Text, Pages: []content.Page{{Number: 1, Text: string(data)}}}}, nil
}

func TestMails(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"two":                         {"From a Mon 9:00\nSubject: 1\n\none\n\nFrom b Tue 9:00\nSubject: 2\n\ntwo\n", []string{"Subject: 1\n\none\n\n", "Subject: 2\n\ntwo\n"}},
		"one that begins so":          {"From a Mon 9:00\nSubject: 1\n\n>From here on\n>>From there\n", []string{"Subject: 1\n\nFrom here on\n>From there\n"}},
		"a line that only looks so":   {"From a Mon 9:00\nSubject: 1\n\nit comes\nFrom b, he said\n", []string{"Subject: 1\n\nit comes\nFrom b, he said\n"}},
		"with the ends of DOS":        {"From a Mon 9:00\r\nSubject: 1\r\n\r\none\r\n\r\nFrom b Tue 9:00\r\nSubject: 2\r\n\r\ntwo", []string{"Subject: 1\r\n\r\none\r\n\r\n", "Subject: 2\r\n\r\ntwo"}},
		"nothing between two of them": {"From a Mon 9:00\n\nFrom b Tue 9:00\n\n", []string{"From a Mon 9:00\n\nFrom b Tue 9:00\n\n"}},
		"a sentence that begins so":   {"From a Mon 9:00\nSubject: 1\n\nWe come.\n\nFrom our side all is ready.\n\nFrom the office:\nName: Ms B\n\nFrom 9:00 on\nwe wait\n", []string{"Subject: 1\n\nWe come.\n\nFrom our side all is ready.\n\nFrom the office:\nName: Ms B\n\nFrom 9:00 on\nwe wait\n"}},
	} {
		if got := mails(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		if several := Several(strings.NewReader(test.text), int64(len(test.text)), content.Limits{}.WithDefaults()); several != (len(test.want) > 1) {
			t.Errorf("%s: several is %v", name, several)
		}
	}
}

func FuzzMailbox(f *testing.F) {
	f.Add("From a Mon 9:00\nSubject: 1\n\n>From here\n\nFrom b Tue 9:00\nSubject: 2\n\ntwo\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, mail := range mails(text) {
			if len(mail) > len(text) {
				t.Errorf("%d bytes of %d", len(mail), len(text))
			}
		}
		_ = Several(strings.NewReader(text), int64(len(text)), content.Limits{}.WithDefaults())
	})
}

func TestMailboxIsLimited(t *testing.T) {
	text := strings.Repeat("From a Mon 9:00\nSubject: 1\n\none\n\n", 5)
	limits := content.Limits{Entries: 3}.WithDefaults()
	c, err := ReadMailbox(t.Context(), strings.NewReader(text), int64(len(text)), limits, asText)
	if len(c.Attachments) != 3 || !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%d mails, %v", len(c.Attachments), err)
	}
}
