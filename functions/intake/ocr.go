package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	service "github.com/aws/aws-sdk-go-v2/service/textract"

	"dossier/internal/extract/ocr"
	"dossier/internal/textract"
)

// OCR makes the engine that the configuration names; nil for "none", and for "auto" on a machine without tesseract.
func OCR(ctx context.Context, c Config, aws func(context.Context) (aws.Config, error)) (ocr.Engine, error) {
	switch c.OCR {
	case "none":
		return nil, nil
	case "textract":
		config, err := aws(ctx)
		if err != nil {
			return nil, err
		}
		return textract.New(service.NewFromConfig(config, func(o *service.Options) { o.Retryer = patient() })), nil
	case "tesseract", "auto":
		t, err := ocr.NewTesseract(ctx, c.Tesseract)
		if errors.Is(err, ocr.ErrNoEngine) && c.OCR == "auto" {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	return nil, fmt.Errorf("OCR is %q; it must be none, auto, tesseract or textract", c.OCR)
}

// patient tries a page that is throttled again for as long as ScanTime allows, and asks less often while Textract is
// busy: its quota is a few pages a second, for all of the account (Amazon Textract Developer Guide, "Handling Connection
// Errors", asks for five retries and backoff). The SDK gives up after three tries.
func patient() aws.Retryer {
	return retry.NewAdaptiveMode(func(a *retry.AdaptiveModeOptions) {
		a.StandardOptions = append(a.StandardOptions, func(s *retry.StandardOptions) {
			s.MaxAttempts, s.MaxBackoff = 8, 3*time.Second
		})
	})
}
