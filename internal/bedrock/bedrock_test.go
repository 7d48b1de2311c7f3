package bedrock_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"dossier/internal/bedrock"
	"dossier/internal/large"
)

// serve answers as the API does on the wire (Amazon Bedrock API Reference, Converse).
func serve(t *testing.T, status int, body string) *bedrock.Model {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			System     []struct{ Text string }
			Messages   []struct{ Content []struct{ Text string } }
			ToolConfig struct {
				ToolChoice struct{ Tool struct{ Name string } }
				Tools      []struct {
					ToolSpec struct {
						InputSchema struct{ JSON map[string]any }
					}
				}
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if r.URL.Path != "/model/eu.some-model/converse" || in.System[0].Text != "S" || in.Messages[0].Content[0].Text != "U" ||
			in.ToolConfig.ToolChoice.Tool.Name != "paper" || in.ToolConfig.Tools[0].ToolSpec.InputSchema.JSON["type"] != "object" {
			t.Errorf("%s %+v", r.URL.Path, in)
		}
		w.Header().Set("Content-Type", "application/json")
		if status != http.StatusOK {
			w.Header().Set("X-Amzn-Errortype", "ThrottlingException")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return bedrock.New(bedrockruntime.New(bedrockruntime.Options{BaseEndpoint: &s.URL, Region: "eu-west-1", RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("a", "b", ""))}), "eu.some-model")
}

func prompt() large.Prompt {
	return large.Prompt{System: "S", User: "U", Name: "paper", Schema: []byte(`{"type":"object","properties":{}}`)}
}

func TestAnswer(t *testing.T) {
	m := serve(t, 200, `{"output":{"message":{"role":"assistant","content":[{"text":"I look."},
		{"toolUse":{"toolUseId":"1","name":"paper","input":{"act":"thanks","people":[]}}}]}},
		"stopReason":"tool_use","usage":{"inputTokens":812,"outputTokens":33,"totalTokens":845},"metrics":{"latencyMs":1}}`)
	a, err := m.Answer(t.Context(), prompt())
	if err != nil || a.TokensRead != 812 || a.TokensWritten != 33 {
		t.Fatalf("%+v, %v", a, err)
	}
	var said map[string]any
	if err := json.Unmarshal(a.JSON, &said); err != nil || said["act"] != "thanks" {
		t.Errorf("%s, %v", a.JSON, err)
	}
}

func TestNoAnswer(t *testing.T) {
	refused := serve(t, 200, `{"output":{"message":{"role":"assistant","content":[{"text":"I cannot help with that."}]}},
		"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}`)
	if _, err := refused.Answer(t.Context(), prompt()); !errors.Is(err, large.ErrNoAnswer) {
		t.Errorf("refused: %v", err)
	}
	throttled := serve(t, 429, `{"message":"Too many tokens: the letter of Ms Diallo"}`)
	if _, err := throttled.Answer(t.Context(), prompt()); err == nil || strings.Contains(err.Error(), "Diallo") {
		t.Errorf("throttled: %v", err)
	}
}
