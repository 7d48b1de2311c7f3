package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"dossier/internal/store"
)

func TestRetryOnConflict(t *testing.T) {
	t.Parallel()
	conflict, broken := fmt.Errorf("commit: %w", store.ErrConflict), errors.New("broken")
	tests := []struct {
		name    string
		results []error
		want    error
		tries   int
	}{
		{"at once", []error{nil}, nil, 1},
		{"after two conflicts", []error{conflict, conflict, nil}, nil, 3},
		{"conflicts without end", []error{conflict, conflict, conflict, nil}, conflict, 3},
		{"another error", []error{broken, nil}, broken, 1},
		{"another error at the last try", []error{conflict, conflict, broken}, broken, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			err := store.RetryOnConflict(t.Context(), 3, backoff.NewConstantBackOff(0), func() error {
				tried++
				return tt.results[tried-1]
			})
			if err != tt.want || tried != tt.tries {
				t.Errorf("got %v after %d tries, want %v after %d", err, tried, tt.want, tt.tries)
			}
		})
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	tried := 0
	err := store.RetryOnConflict(ctx, 100, backoff.NewConstantBackOff(time.Hour), func() error {
		tried++
		stop()
		return store.ErrConflict
	})
	if !errors.Is(err, context.Canceled) || tried != 1 {
		t.Errorf("got %v after %d tries", err, tried)
	}
}
