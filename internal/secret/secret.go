// Package secret reads secrets of AWS Secrets Manager while a function runs. So a secret that is changed there is in
// force some minutes later, without a deployment, and stands in no function's configuration.
package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"dossier/internal/awserror"
)

const (
	// Keep is how long a text is used before it is read again.
	Keep = 5 * time.Minute
	// Outage is how long the last good text is used when it cannot be read again, or is not good any more. After that
	// nothing is signed and no link opens, so that a key which was taken away does not stay in force.
	Outage = time.Hour
	// pause is between two reads, however often one is asked for; calm is the same while a good text is at hand, for a
	// read that fails keeps everybody waiting.
	pause = 5 * time.Second
	calm  = time.Minute
	// patience bounds one read.
	patience = 3 * time.Second
)

// Secret is one secret's text. It is safe for concurrent use.
type Secret struct {
	client *secretsmanager.Client
	name   string
	good   func(string) error
	log    *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	text  string
	read  time.Time // when text was read
	tried time.Time
	err   error // of the last try
}

// New makes the Secret of a name or ARN. Nothing is read before the first text is asked for. A text that good refuses
// counts as one that could not be read; the error of good must not hold the text. now is time.Now, but in tests.
func New(client *secretsmanager.Client, name string, good func(string) error, log *slog.Logger, now func() time.Time) *Secret {
	quiet := secretsmanager.New(client.Options(), func(o *secretsmanager.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})
	return &Secret{client: quiet, name: name, good: good, log: log, now: now}
}

// Text gives the text, which was read at most Keep ago; at most Outage if it could not be read since.
func (s *Secret) Text(ctx context.Context) (string, error) { return s.within(ctx, Keep, calm) }

// Again gives the text as it is now: for a caller that found something which an older text cannot explain.
func (s *Secret) Again(ctx context.Context) (string, error) { return s.within(ctx, pause, pause) }

// within gives a text of at most an age, if it can be read. wait is for how long it is not tried again after a failure.
func (s *Secret) within(ctx context.Context, age, wait time.Duration) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.usable(now) {
		wait = pause
	}
	if now.Sub(s.read) >= age && now.Sub(s.tried) >= wait {
		s.tried = now
		if s.err = s.fetch(ctx); s.err != nil {
			s.log.ErrorContext(ctx, "secret not read", "error", s.err)
		}
	}
	if !s.usable(now) {
		return "", s.err
	}
	return s.text, nil
}

// usable tells whether the text at hand may be given.
func (s *Secret) usable(now time.Time) bool { return s.text != "" && now.Sub(s.read) < Outage }

func (s *Secret) fetch(ctx context.Context) error {
	// A caller who has gone must not leave the others without a text.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.name})
	if err != nil {
		return fmt.Errorf("read secret: %w", err)
	}
	text := aws.ToString(out.SecretString)
	if text == "" {
		return errors.New("read secret: it has no text")
	}
	if err := s.good(text); err != nil {
		return fmt.Errorf("read secret: %w", err)
	}
	s.text, s.read = text, s.now()
	return nil
}
