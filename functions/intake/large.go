package intake

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"dossier/internal/bedrock"
	"dossier/internal/chat"
	"dossier/internal/large"
	"dossier/internal/match"
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
		model, err := chat.New(&http.Client{}, c.LargeReaderURL, c.LargeReaderModel, c.LargeReaderKey)
		if err != nil {
			return nil, err
		}
		return large.New(model, log), nil
	}
	return nil, fmt.Errorf("LARGE_READER is %q; it must be none, bedrock or chat", c.LargeReader)
}
