package intake_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"dossier/functions/intake"
)

func TestLarge(t *testing.T) {
	config := func(context.Context) (aws.Config, error) { return aws.Config{Region: "eu-west-1"}, nil }
	for _, test := range []struct {
		name       string
		c          intake.Config
		made, fine bool
	}{
		{"not said", intake.Config{}, false, true},
		{"none", intake.Config{LargeReader: "none"}, false, true},
		{"Bedrock", intake.Config{LargeReader: "bedrock", LargeReaderModel: "eu.some-model", LargeReaderRegion: "eu-central-1"}, true, true},
		{"Bedrock without a model", intake.Config{LargeReader: "bedrock"}, false, false},
		{"a server", intake.Config{LargeReader: "chat", LargeReaderModel: "m", LargeReaderURL: "https://models.example/v1"}, true, true},
		{"a server without an address", intake.Config{LargeReader: "chat", LargeReaderModel: "m"}, false, false},
		{"another", intake.Config{LargeReader: "openai"}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := intake.Large(t.Context(), test.c, config, slog.New(slog.DiscardHandler))
			if (err == nil) != test.fine || (got != nil) != test.made {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
