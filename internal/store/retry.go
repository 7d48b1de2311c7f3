package store

import (
	"context"
	"errors"

	"github.com/cenkalti/backoff/v5"
)

// RetryOnConflict makes a change, and makes it again while it fails with ErrConflict: up to tries times, with a wait
// before each new try. Any other error ends it. It returns the last error of change, or the context's when that ends
// during a wait.
func RetryOnConflict(ctx context.Context, tries uint, waits backoff.BackOff, change func() error) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := change()
		if err != nil && !errors.Is(err, ErrConflict) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0))
	if permanent, ok := errors.AsType[*backoff.PermanentError](err); ok {
		return permanent.Unwrap()
	}
	return err
}
