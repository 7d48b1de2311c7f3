package intake

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"dossier/internal/bedrock"
	"dossier/internal/chat"
	"dossier/internal/large"
	"dossier/internal/match"
	"dossier/internal/secret"
)

// Large makes the large reader of papers that the configuration names; nil for "none".
func Large(
	ctx context.Context, c Config, aws func(context.Context) (aws.Config, error), log *slog.Logger,
) (match.LargeReader, error) {
	switch c.LargeReader {
	case "none", "":
		return nil, nil
	case "bedrock":
		config, err := aws(ctx)
		if err != nil {
			return nil, err
		}
		client := bedrockruntime.NewFromConfig(config, func(o *bedrockruntime.Options) {
			if c.LargeReaderRegion != "" {
				o.Region = c.LargeReaderRegion
			}
		})
		if c.LargeReaderModel == "" {
			return nil, fmt.Errorf("LARGE_READER_MODEL is needed with %s", c.LargeReader)
		}
		return large.New(bedrock.New(client, c.LargeReaderModel), log), nil
	case "chat":
		key, err := largeKey(ctx, c, aws, log)
		if err != nil {
			return nil, err
		}
		model, err := chat.New(&http.Client{}, c.LargeReaderURL, c.LargeReaderModel, key)
		if err != nil {
			return nil, err
		}
		return large.New(model, log), nil
	}
	return nil, fmt.Errorf("LARGE_READER is %q; it must be none, bedrock or chat", c.LargeReader)
}

// largeKey is the key of the large reader's server. Out of a secret, it is read when a paper needs it.
func largeKey(ctx context.Context, c Config, aws func(context.Context) (aws.Config, error), log *slog.Logger) (chat.Key, error) {
	if c.LargeReaderKeySecret == "" {
		return chat.Fixed(c.LargeReaderKey), nil
	}
	config, err := aws(ctx)
	if err != nil {
		return nil, err
	}
	anything := func(string) error { return nil }
	return secret.New(secretsmanager.NewFromConfig(config), c.LargeReaderKeySecret, anything, log, time.Now).Text, nil
}
