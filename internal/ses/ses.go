package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// SES sends by Amazon SES v2.
type SES struct {
	client           *sesv2.Client
	configurationSet string
}

// NewSES makes a sender; configurationSet names the SES configuration set, "" is none.
func NewSES(client *sesv2.Client, configurationSet string) *SES {
	return &SES{client: client, configurationSet: configurationSet}
}

// Send sends a mail as it is, the outbox id as the message tag "outbox", and gives SES's message id.
// It fails with Rejected when SES refuses the message for good; any other failure may pass, also that an address is not
// verified, which SES calls a rejection while the account is in its sandbox (Amazon SES API v2 Reference, "SendEmail";
// Amazon SES Developer Guide, "Amazon SES email sending errors").
func (s *SES) Send(ctx context.Context, raw []byte, from string, m meeting.Mail) (string, error) {
	in := &sesv2.SendEmailInput{
		FromEmailAddress: &from,
		Destination:      &types.Destination{ToAddresses: m.To},
		Content:          &types.EmailContent{Raw: &types.RawMessage{Data: raw}},
		EmailTags:        []types.MessageTag{{Name: aws.String("outbox"), Value: &m.ID}},
	}
	if s.configurationSet != "" {
		in.ConfigurationSetName = &s.configurationSet
	}
	out, err := s.client.SendEmail(ctx, in)
	var refused *types.MessageRejected
	var bad *types.BadRequestException
	if errors.As(err, &refused) && !strings.Contains(refused.ErrorMessage(), "not verified") || errors.As(err, &bad) {
		return "", fault.Reject("refused", "send by SES: %w", err)
	}
	if err != nil {
		return "", fmt.Errorf("send by SES: %w", err)
	}
	return aws.ToString(out.MessageId), nil
}

// Folder writes mails as files named <outbox id>.eml, on a machine without SES.
type Folder struct{ dir string }

// NewFolder makes a sender into a folder that exists.
func NewFolder(dir string) *Folder { return &Folder{dir: dir} }

// Send writes the mail, whole or not at all. A mail that is there already was sent before: it stays as it is.
func (f *Folder) Send(_ context.Context, raw []byte, _ string, m meeting.Mail) (string, error) {
	if m.ID == "" || strings.ContainsAny(m.ID, `/\`) {
		return "", fmt.Errorf("write mail: bad id %q", m.ID)
	}
	tmp, err := os.CreateTemp(f.dir, ".mail-*")
	if err != nil {
		return "", fmt.Errorf("write mail: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(raw)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return "", fmt.Errorf("write mail: %w", err)
	}
	// A link fails when the name is taken, so two that send the same mail at once leave one.
	err = os.Link(tmp.Name(), filepath.Join(f.dir, m.ID+".eml"))
	if err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("write mail: %w", err)
	}
	return m.ID, nil
}
