package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"dossier/internal/secret"
)

// keeper answers as Secrets Manager does on the wire (AWS Secrets Manager API Reference, GetSecretValue).
type keeper struct {
	mu    sync.Mutex
	text  string // "" fails
	reads int
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	var in struct{ SecretID string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.SecretID != "keys" ||
		r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || k.text == "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"ResourceNotFoundException","message":"no ` + k.text + `"}`))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"Name": "keys", "SecretString": k.text})
}

func (k *keeper) set(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.text = text
}

type clock struct{ at time.Time }

func (c *clock) now() time.Time       { return c.at }
func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newSecret(t *testing.T, text string) (*keeper, *clock, *secret.Secret, *bytes.Buffer) {
	t.Helper()
	k, c, logs := &keeper{text: text}, &clock{time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC)}, &bytes.Buffer{}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{BaseEndpoint: &server.URL, Region: "eu-west-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	good := func(s string) error {
		if strings.HasPrefix(s, "bad") {
			return errors.New("these are no keys")
		}
		return nil
	}
	return k, c, secret.New(client, "keys", good, slog.New(slog.NewJSONHandler(logs, nil)), c.now), logs
}

func want(t *testing.T, s *secret.Secret, text string) {
	t.Helper()
	if got, err := s.Text(t.Context()); got != text || (err != nil) != (text == "") {
		t.Errorf("%q %v, want %q", got, err, text)
	}
}

// A text is read once in five minutes, and one that was changed meanwhile is in force after that, or at once where it is asked for again.
func TestChangedTextIsInForceLater(t *testing.T) {
	k, c, s, _ := newSecret(t, "one")
	for range 3 {
		want(t, s, "one")
	}
	k.set("two")
	c.pass(secret.Keep - time.Second)
	want(t, s, "one")
	if k.reads != 1 {
		t.Errorf("it was read %d times", k.reads)
	}
	c.pass(time.Second)
	want(t, s, "two")
	k.set("three")
	if got, err := s.Again(t.Context()); err != nil || got != "two" {
		t.Errorf("asked for twice in a moment: %q %v", got, err)
	}
	c.pass(5 * time.Second)
	if got, err := s.Again(t.Context()); err != nil || got != "three" {
		t.Errorf("asked for again: %q %v", got, err)
	}
	if k.reads != 3 {
		t.Errorf("it was read %d times", k.reads)
	}
}

// While a secret cannot be read, or is none, the last good text is used for an hour and no longer; each failure is logged, without the text.
func TestLastGoodTextIsUsedForAnHour(t *testing.T) {
	for name, broken := range map[string]string{"cannot be read": "", "is no secret of ours": "bad text"} {
		t.Run(name, func(t *testing.T) {
			k, c, s, logs := newSecret(t, "one")
			want(t, s, "one")
			k.set(broken)
			for range 11 {
				c.pass(secret.Keep)
				want(t, s, "one")
				c.pass(59 * time.Second)
				want(t, s, "one") // and it is not tried again so soon
				c.pass(-59 * time.Second)
			}
			c.pass(secret.Keep)
			want(t, s, "")
			c.pass(time.Second)
			want(t, s, "") // it is not tried again so soon
			if n := strings.Count(logs.String(), "secret not read"); n != 12 || strings.Contains(logs.String(), "bad text") || k.reads != 13 {
				t.Errorf("%d lines, %d reads: %s", n, k.reads, logs)
			}
			k.set("two")
			c.pass(5 * time.Second)
			want(t, s, "two")
		})
	}
}

func TestNoTextAtFirst(t *testing.T) {
	k, c, s, _ := newSecret(t, "")
	want(t, s, "")
	k.set("one")
	c.pass(5 * time.Second)
	want(t, s, "one")
}
