package textract_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	service "github.com/aws/aws-sdk-go-v2/service/textract"

	"dossier/internal/extract/ocr"
	"dossier/internal/fault"
	"dossier/internal/textract"
)

// serve answers as the API does on the wire (Amazon Textract API Reference, DetectDocumentText).
func serve(t *testing.T, status int, body string) ocr.Engine {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Document struct{ Bytes string } }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		data, err := base64.StdEncoding.DecodeString(in.Document.Bytes)
		if err != nil {
			t.Error(err)
		}
		if _, err := jpeg.DecodeConfig(strings.NewReader(string(data))); err != nil || r.Header.Get("X-Amz-Target") != "Textract.DetectDocumentText" {
			t.Errorf("%v, target %s", err, r.Header.Get("X-Amz-Target"))
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return textract.New(service.New(service.Options{BaseEndpoint: &s.URL, Region: "eu-west-1", RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("a", "b", ""))}))
}

func page() *image.Gray { return image.NewGray(image.Rect(0, 0, 400, 400)) }

func TestRecognise(t *testing.T) {
	e := serve(t, 200, `{"DocumentMetadata":{"Pages":1},"Blocks":[{"BlockType":"PAGE"},
		{"BlockType":"LINE","Text":"Ministry of Labour","Confidence":99},{"BlockType":"LINE","Text":"Note verbale","Confidence":91},
		{"BlockType":"WORD","Text":"Ministry","Confidence":98},{"BlockType":"WORD","Text":"of","Confidence":90},{"BlockType":"WORD","Text":"Labour","Confidence":94}]}`)
	got, err := e.Recognise(t.Context(), page())
	if err != nil || strings.Join(got.Lines, "|") != "Ministry of Labour|Note verbale" || got.Confidence < 0.939 || got.Confidence > 0.941 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFailures(t *testing.T) {
	for code, kind := range map[string]fault.Kind{"UnsupportedDocumentException": fault.Rejected, "ThrottlingException": fault.Transient} {
		e := serve(t, 400, `{"__type":"`+code+`","message":"no"}`)
		if _, err := e.Recognise(context.Background(), page()); !fault.Is(err, kind) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := serve(t, 403, `{"__type":"AccessDeniedException"}`).Recognise(t.Context(), page()); err == nil || fault.Is(err, fault.Rejected) || fault.Is(err, fault.Transient) {
		t.Errorf("%v", err)
	}
}

// nowhere is the network of a region that does not have the service.
type nowhere struct{}

func (nowhere) Do(*http.Request) (*http.Response, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "textract.af-south-1.amazonaws.com", IsNotFound: true}
}

func TestNoServiceInTheRegion(t *testing.T) {
	e := textract.New(service.New(service.Options{Region: "af-south-1", HTTPClient: nowhere{}, RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("a", "b", ""))}))
	if _, err := e.Recognise(t.Context(), page()); !fault.Is(err, fault.Rejected) {
		t.Errorf("%v", err)
	}
}

// answers stands for the network: it answers the n-th call.
type answers func(n int) (status int, body string)

// engine makes an Engine over answers, with each call tried once. calls counts them.
func (a answers) engine() (e *textract.Engine, calls *int) {
	calls = new(int)
	return textract.New(service.New(service.Options{Region: "eu-west-1", RetryMaxAttempts: 1, HTTPClient: client(func(*http.Request) (*http.Response, error) {
		*calls++
		w := httptest.NewRecorder()
		status, body := a(*calls)
		w.WriteHeader(status)
		_, _ = w.WriteString(body)
		return w.Result(), nil
	}), Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("a", "b", ""))})), calls
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }

// picture is a page unlike those of other shades.
func picture(shade uint8) *image.Gray {
	p := page()
	p.Pix[0] = shade
	return p
}

// A document that comes again, for one of its pages was throttled, has only that page read anew.
func TestPagesAreNotPaidTwice(t *testing.T) {
	e, calls := answers(func(n int) (int, string) {
		if n == 3 {
			return http.StatusBadRequest, `{"__type":"ThrottlingException","message":"no"}`
		}
		return http.StatusOK, `{"Blocks":[{"BlockType":"LINE","Text":"page"},{"BlockType":"WORD","Text":"page","Confidence":98}]}`
	}).engine()
	document := func() (read int, err error) {
		for _, shade := range []uint8{0, 100, 200} {
			text, err := e.Recognise(t.Context(), picture(shade))
			if err != nil {
				return read, err
			}
			if len(text.Lines) == 1 && text.Confidence > 0.97 {
				read++
			}
		}
		return read, nil
	}
	if read, err := document(); read != 2 || !fault.Is(err, fault.Transient) {
		t.Fatalf("%d pages, %v", read, err)
	}
	if read, err := document(); read != 3 || err != nil || *calls != 4 {
		t.Errorf("%d pages, %v, %d calls", read, err, *calls)
	}
}

// Only some texts are remembered: the oldest pages go.
func TestRememberedPagesAreBounded(t *testing.T) {
	line := strings.Repeat("x", 1<<20)
	e, calls := answers(func(int) (int, string) {
		return http.StatusOK, `{"Blocks":[{"BlockType":"LINE","Text":"` + line + `"}]}`
	}).engine()
	for _, shade := range []uint8{0, 50, 100, 150, 150, 0} { // three fit
		if _, err := e.Recognise(t.Context(), picture(shade)); err != nil {
			t.Fatal(err)
		}
	}
	if *calls != 5 {
		t.Errorf("%d calls", *calls)
	}
}
