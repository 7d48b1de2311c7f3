package intake_test

import (
	"context"
	"image"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"dossier/functions/intake"
)

// answering stands for the network.
type answering func() (status int, body string)

func (a answering) Do(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	status, body := a()
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result(), nil
}

// A page that Textract holds back three times is read by the fourth try, and the document does not come again for it.
func TestThrottledPageIsTriedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for some seconds between tries")
	}
	t.Parallel()
	calls := 0
	network := answering(func() (int, string) {
		if calls++; calls <= 3 {
			return http.StatusBadRequest, `{"__type":"ProvisionedThroughputExceededException","message":"no"}`
		}
		return http.StatusOK, `{"Blocks":[{"BlockType":"LINE","Text":"page"}]}`
	})
	engine, err := intake.OCR(t.Context(), intake.Config{OCR: "textract"}, func(context.Context) (aws.Config, error) {
		return aws.Config{HTTPClient: network, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := engine.Recognise(t.Context(), image.NewGray(image.Rect(0, 0, 400, 400))); err != nil || len(text.Lines) != 1 || calls != 4 {
		t.Errorf("%+v %v after %d calls", text, err, calls)
	}
}
