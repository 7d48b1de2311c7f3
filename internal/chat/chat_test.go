package chat_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dossier/internal/chat"
	"dossier/internal/large"
)

func prompt() large.Prompt {
	return large.Prompt{System: "S", User: "U of Ms Diallo", Name: "paper", Schema: []byte(`{"type":"object"}`)}
}

func serve(t *testing.T, answer http.HandlerFunc) (*chat.Model, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	m, err := chat.New(s.Client(), s.URL+"/v1/", "some-model", chat.Fixed("secret"))
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

func say(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func TestAnswer(t *testing.T) {
	m, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Model    string
			Messages []struct{ Role, Content string }
			Format   struct {
				Type   string
				Schema struct {
					Name   string
					Strict bool
					Schema map[string]any
				} `json:"json_schema"`
			} `json:"response_format"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer secret" || in.Model != "some-model" ||
			len(in.Messages) != 2 || in.Messages[1].Content != "U of Ms Diallo" || in.Format.Type != "json_schema" ||
			!in.Format.Schema.Strict || in.Format.Schema.Schema["type"] != "object" {
			t.Errorf("%s %+v", r.URL.Path, in)
		}
		say(`{"choices":[{"index":0,"message":{"role":"assistant","content":"{\"act\":\"thanks\"}"},"finish_reason":"stop"}],
			"usage":{"prompt_tokens":812,"completion_tokens":33}}`)(w, r)
	})
	a, err := m.Answer(t.Context(), prompt())
	if err != nil || string(a.JSON) != `{"act":"thanks"}` || a.TokensRead != 812 || a.TokensWritten != 33 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestNoAnswer(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"cut short": say(`{"choices":[{"message":{"content":"{\"act\":"},"finish_reason":"length"}]}`),
		"refused":   say(`{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}`),
		"no choice": say(`{"choices":[]}`),
		"no JSON":   say(`Ms Diallo`),
		"an error":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Ms Diallo", http.StatusTooManyRequests) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := serve(t, answer)
			if _, err := m.Answer(t.Context(), prompt()); !errors.Is(err, large.ErrNoAnswer) || strings.Contains(err.Error(), "Diallo") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestOutOfTime(t *testing.T) {
	m, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then a server does not see that the client is gone
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.Answer(ctx, prompt()); err == nil || err.Error() != "ask: out of time" {
		t.Errorf("%v", err)
	}
}

func TestNoServer(t *testing.T) {
	m, s := serve(t, say(""))
	s.Close()
	if _, err := m.Answer(t.Context(), prompt()); err == nil || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%v", err)
	}
}

func TestAddresses(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://models.example/v1": true, "http://localhost:8000/v1": true, "http://127.0.0.1:8000": true,
		"http://models.example/v1": false, "models.example": false, "": false,
	} {
		if _, err := chat.New(http.DefaultClient, address, "m", chat.Fixed("")); (err == nil) != fine {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := chat.New(http.DefaultClient, "https://models.example", "", chat.Fixed("")); err == nil {
		t.Error("a model without a name")
	}
}
