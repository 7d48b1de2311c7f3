package intake

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
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
		return textract.New(service.NewFromConfig(config)), nil
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
