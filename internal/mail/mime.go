package mail

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// MIME gives the message in the form of RFC 5322 and MIME, with both parts. Its message id is made of the outbox
// item's id, so that two copies of a mail are known as one. It fails with Rejected if a recipient's address is not
// valid.
func (m *Message) MIME(from string, mail meeting.Mail, at time.Time) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(from); err != nil {
		return nil, fmt.Errorf("write mail: sender: %w", err)
	}
	if err := msg.To(mail.To...); err != nil {
		return nil, fault.Reject("bad-address", "write mail: one of %d recipients has no address that is valid", len(mail.To))
	}
	domain := from[strings.LastIndexByte(from, '@')+1:]
	msg.SetMessageIDWithValue(mail.ID + "@" + strings.TrimRight(domain, "> "))
	msg.SetDateWithValue(at)
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5
	msg.SetGenHeader("Content-Language", m.Language)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var buf bytes.Buffer
	if _, err := msg.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	return buf.Bytes(), nil
}
