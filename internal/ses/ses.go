// Package ses sends mails: by Amazon SES v2, or into a folder on a machine without it.
package ses

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Sender sends by Amazon SES v2.
type Sender struct {
	client           *sesv2.Client
	configurationSet string
}

// New makes a sender; configurationSet names the SES configuration set, "" is none.
func New(client *sesv2.Client, configurationSet string) *Sender {
	return &Sender{client: client, configurationSet: configurationSet}
}

// Send sends a mail as it is, with the outbox id as the message tag "outbox", and gives SES's message id. It fails
// with Rejected if SES refuses the message for good. Any other failure may pass. One of these is that an address is
// not verified, which SES calls a rejection while the account is in its sandbox (Amazon SES API v2 Reference,
// "SendEmail"; Amazon SES Developer Guide, "Amazon SES email sending errors").
func (s *Sender) Send(ctx context.Context, raw []byte, from string, m meeting.Mail) (string, error) {
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
