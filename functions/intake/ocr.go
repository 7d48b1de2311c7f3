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

// patient tries a page that is throttled five times more (Amazon Textract Developer Guide, "Handling Connection Errors"),
// where the SDK gives up after three tries. All of it fits into ScanTime, so that a page which stays throttled brings the
// document again, and is not left unread. The SDK's adaptive mode waits without an end, and would leave it.
func patient() aws.Retryer {
	return retry.NewStandard(func(s *retry.StandardOptions) { s.MaxAttempts, s.MaxBackoff = 6, 2*time.Second })
}
