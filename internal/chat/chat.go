// Package chat asks a large language model on a server of the organisation's own, by the chat API of OpenAI that such
// servers have (vLLM, llama.cpp, Ollama and others).
package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"dossier/internal/awserror"
	"dossier/internal/large"
)

// longestAnswer bounds the bytes of a response.
const longestAnswer = 1 << 20

// Model is a large.Model.
type Model struct {
	client        *http.Client
	address, name string
	key           Key
}

// Key gives the server's key as it is now; "" is none.
type Key func(ctx context.Context) (string, error)

// Fixed is a Key that never changes.
func Fixed(key string) Key { return func(context.Context) (string, error) { return key, nil } }

// New makes a Model of the model of that name at an address such as https://models.example/v1. It fails when
// the address is none, or would send papers unencrypted to another machine.
func New(client *http.Client, address, name string, key Key) (*Model, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Host == "" {
		return nil, errors.New("the large reader's address is no URL")
	}
	if host := u.Hostname(); u.Scheme != "https" && host != "localhost" && host != "127.0.0.1" && host != "::1" {
		return nil, errors.New("the large reader's address must begin with https")
	}
	if name == "" {
		return nil, errors.New("the large reader's model has no name")
	}
	// A server that sends elsewhere would be given the paper and the key.
	quiet := *client
	quiet.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Model{&quiet, u.String() + "/chat/completions", name, key}, nil
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Answer implements large.Model. Errors hold no word of the paper and no address.
func (m *Model) Answer(ctx context.Context, p large.Prompt) (large.Answer, error) {
	body, err := json.Marshal(map[string]any{
		"model": m.name, "temperature": 0, "max_tokens": large.MostTokens,
		"messages": []message{{"system", p.System}, {"user", p.User}},
		"response_format": map[string]any{"type": "json_schema", "json_schema": map[string]any{
			"name": p.Name, "strict": true, "schema": json.RawMessage(p.Schema),
		}},
	})
	if err != nil {
		return large.Answer{}, fmt.Errorf("write request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.address, bytes.NewReader(body))
	if err != nil {
		return large.Answer{}, fmt.Errorf("make request: %s", awserror.Kind(err))
	}
	request.Header.Set("Content-Type", "application/json")
	key, err := m.key(ctx)
	if err != nil {
		return large.Answer{}, err
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := m.client.Do(request)
	if err != nil {
		return large.Answer{}, fmt.Errorf("ask: %s", awserror.Kind(err))
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return large.Answer{}, fmt.Errorf("read answer: %s", awserror.Kind(err))
	}
	if response.StatusCode != http.StatusOK {
		return large.Answer{}, fmt.Errorf("%w: status %d", large.ErrNoAnswer, response.StatusCode)
	}
	var out struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
			FinishReason string `json:"finish_reason"`
		} `json:"choices"`
		Usage struct {
			PromptTokens     int `json:"prompt_tokens"`
			CompletionTokens int `json:"completion_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return large.Answer{}, fmt.Errorf("%w: not of the API's shape", large.ErrNoAnswer)
	}
	a := large.Answer{TokensRead: out.Usage.PromptTokens, TokensWritten: out.Usage.CompletionTokens}
	if len(out.Choices) == 0 || out.Choices[0].FinishReason != "stop" || out.Choices[0].Message.Content == "" {
		return a, large.ErrNoAnswer
	}
	a.JSON = []byte(out.Choices[0].Message.Content)
	return a, nil
}
