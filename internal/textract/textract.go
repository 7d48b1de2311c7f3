// Package textract reads pictures of pages by Amazon Textract.
package textract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/textract"
	"github.com/aws/aws-sdk-go-v2/service/textract/types"
	"github.com/aws/smithy-go"

	"dossier/internal/awserror"
	"dossier/internal/extract/ocr"
	"dossier/internal/fault"
)

// Engine is an ocr.Engine. It reads English, French, Portuguese, Spanish, German and Italian; of Arabic it makes
// nothing (Amazon Textract Developer Guide, "Limits and quotas").
type Engine struct {
	client *textract.Client
	read   pages
}

// New makes an Engine.
func New(client *textract.Client) *Engine {
	return &Engine{client: textract.New(client.Options(), func(o *textract.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), awserror.Quiet)
	})}
}

// quality of the JPEG that is sent; a page of 3,600 pixels stays well under the 10 MB that the call takes.
const quality = 90

// Recognise reads a page. A picture that Textract refuses is Rejected, and so is every one where there is no Textract;
// being throttled is Transient.
func (e *Engine) Recognise(ctx context.Context, page *image.Gray) (ocr.Text, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, page, &jpeg.Options{Quality: quality}); err != nil {
		return ocr.Text{}, fmt.Errorf("encode page: %w", err)
	}
	if t, ok := e.read.get(b.Bytes()); ok {
		return t, nil
	}
	out, err := e.client.DetectDocumentText(
		ctx,
		&textract.DetectDocumentTextInput{Document: &types.Document{Bytes: b.Bytes()}},
	)
	if err != nil {
		return ocr.Text{}, wrap(err)
	}
	var t ocr.Text
	words, sum := 0, 0.0
	for _, block := range out.Blocks {
		switch block.BlockType {
		case types.BlockTypeLine:
			t.Lines = append(t.Lines, aws.ToString(block.Text))
		case types.BlockTypeWord:
			words++
			sum += float64(aws.ToFloat32(block.Confidence))
		}
	}
	if words > 0 {
		t.Confidence = sum / float64(words) / 100
	}
	e.read.put(b.Bytes(), t)
	return t, nil
}

func wrap(err error) error {
	// A region that does not have the service has no name for it: trying again is of no use.
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return fault.Reject("no-service", "detect text: %w", err)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "UnsupportedDocumentException",
			"BadDocumentException",
			"DocumentTooLargeException",
			"InvalidParameterException":
			return fault.Reject("not-readable", "detect text: %w", err)
		case "ThrottlingException",
			"ProvisionedThroughputExceededException",
			"LimitExceededException",
			"InternalServerError":
			return fault.New(fault.Transient, "detect text: %w", err)
		}
	}
	return fmt.Errorf("detect text: %w", err)
}
