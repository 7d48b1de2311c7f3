// Package ses sends mails: by Amazon SES v2, or into a folder on a machine without it.
package ses

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"dossier/internal/awserror"
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
	quiet := sesv2.New(client.Options(), func(o *sesv2.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})
	return &Sender{client: quiet, configurationSet: configurationSet}
}

// Failure is why SES has not taken a mail.
type Failure struct{ err error }

// Error is for logs: SES's words can name addresses.
func (f *Failure) Error() string { return f.err.Error() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.err }

// Words are SES's own, for staff who may see the mail's addresses.
func (f *Failure) Words() string {
	if api, ok := errors.AsType[smithy.APIError](f.err); ok && api.ErrorMessage() != "" {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return f.err.Error()
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
		return "", fault.Reject("refused", "send by SES: %w", &Failure{err})
	}
	if err != nil {
		return "", fmt.Errorf("send by SES: %w", &Failure{err})
	}
	return aws.ToString(out.MessageId), nil
}
