package bucket_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fetch makes a request as a browser does and gives its status, headers and body.
func fetch(t *testing.T, method, url, contentType string, body io.Reader) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	must(t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, answer.Header, string(text)
}

// submit sends a signed form with a file, and fields that are other than signed.
func submit(t *testing.T, f bucket.Form, name, text string, other map[string]string) (int, http.Header) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range f.Fields {
		if changed, ok := other[k]; ok {
			v = changed
		}
		must(t, w.WriteField(k, v))
	}
	part, err := w.CreateFormFile("file", name)
	must(t, err)
	_, err = io.WriteString(part, text)
	must(t, err)
	must(t, w.Close())
	code, headers, _ := fetch(t, http.MethodPost, f.URL, w.FormDataContentType(), &body)
	return code, headers
}

func TestFormTakesAFileUnderItsPrefixAlone(t *testing.T) {
	b, _ := newBucket(t)
	form, err := b.PostForm(t.Context(), "incoming/m/t1/", 5, time.Minute, "")
	must(t, err)
	if code, _ := submit(t, form, "a.txt", "12345", nil); code != http.StatusCreated {
		t.Errorf("a good file: %d", code)
	}
	for what, try := range map[string]struct {
		text  string
		other map[string]string
	}{
		"one byte too many": {"123456", nil},
		"an empty file":     {"", nil},
		"another folder":    {"1", map[string]string{"key": "roster/m/meeting.yaml"}},
	} {
		if code, _ := submit(t, form, "b.txt", try.text, try.other); code < 400 || code > 499 {
			t.Errorf("%s: %d", what, code)
		}
	}
	all, _, err := b.Versions(t.Context(), "", "", 1)
	if err != nil || len(all) != 1 || all[0].Key != "incoming/m/t1/a.txt" || all[0].Size != 5 {
		t.Errorf("%+v %v", all, err)
	}
}

func TestFormLeadsBack(t *testing.T) {
	b, _ := newBucket(t)
	form, err := b.PostForm(t.Context(), "incoming/m/t1/", 5, time.Minute, "http://localhost/t/1")
	must(t, err)
	code, headers := submit(t, form, "a.txt", "1", nil)
	if code != http.StatusSeeOther || !strings.HasPrefix(headers.Get("Location"), "http://localhost/t/1?") {
		t.Errorf("%d %v", code, headers)
	}
}

// put sends one part to its signed address.
func put(t *testing.T, b *bucket.Bucket, key, upload string, number int32, text string) {
	t.Helper()
	url, err := b.PartURL(t.Context(), key, upload, number, int64(len(text)), time.Minute)
	must(t, err)
	if code, _, answer := fetch(t, http.MethodPut, url, "", strings.NewReader(text)); code != http.StatusOK {
		t.Fatalf("part %d: %d %s", number, code, answer)
	}
}

func TestUploadInPartsBecomesOneObject(t *testing.T) {
	b, _ := newBucket(t)
	const key = "incoming/m/drop/big.pptx"
	upload, err := b.Begin(t.Context(), key)
	must(t, err)
	first := strings.Repeat("x", 5<<20) // S3 takes no smaller part but the last
	put(t, b, key, upload, 1, first)
	parts, err := b.Parts(t.Context(), key, upload)
	if err != nil || len(parts) != 1 || parts[0].Number != 1 || parts[0].Size != 5<<20 {
		t.Fatalf("after the first part: %+v %v", parts, err)
	}
	put(t, b, key, upload, 2, "end")
	must(t, b.Finish(t.Context(), key, upload, 5<<20+3))
	got, err := b.Read(t.Context(), meeting.Object{Key: key}, 6<<20)
	if err != nil || string(got) != first+"end" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := b.Parts(t.Context(), key, upload); !fault.Is(err, fault.NotFound) {
		t.Errorf("the parts of a finished upload: %v", err)
	}
	if err := b.Finish(t.Context(), key, upload, 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("finished twice: %v", err)
	}
}

func TestUploadInPartsOverTheLimitIsThrownAway(t *testing.T) {
	b, _ := newBucket(t)
	for what, text := range map[string]string{"too large": "1234", "empty": ""} {
		upload, err := b.Begin(t.Context(), "k")
		must(t, err)
		if text != "" {
			put(t, b, "k", upload, 1, text)
		}
		if err := b.Finish(t.Context(), "k", upload, 3); !fault.Is(err, fault.Rejected) || fault.Reason(err) != "too-large" {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := b.Parts(t.Context(), "k", upload); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: its parts are kept: %v", what, err)
		}
	}
	if all, _, err := b.Versions(t.Context(), "", "", 1); err != nil || len(all) != 0 {
		t.Errorf("an object was made: %+v %v", all, err)
	}
}

func TestLinkSavesAndShowDisplays(t *testing.T) {
	b, upload := newBucket(t)
	first := upload("incoming/m/drop/a", "first")
	upload("incoming/m/drop/a", "second")
	link, err := b.Link(t.Context(), first, "Présentation.pdf", time.Minute)
	must(t, err)
	show, err := b.Show(t.Context(), first, "application/pdf", time.Minute)
	must(t, err)
	code, headers, text := fetch(t, http.MethodGet, link, "", nil)
	if code != http.StatusOK || text != "first" || headers.Get("Content-Disposition") != "attachment; filename*=utf-8''Pr%C3%A9sentation.pdf" {
		t.Errorf("link: %d %q %v", code, text, headers)
	}
	code, headers, text = fetch(t, http.MethodGet, show, "", nil)
	if code != http.StatusOK || text != "first" || headers.Get("Content-Disposition") != "inline" || headers.Get("Content-Type") != "application/pdf" {
		t.Errorf("show: %d %q %v", code, text, headers)
	}
	if code, _, _ := fetch(t, http.MethodGet, strings.Replace(link, "versionId=", "versionId=x", 1), "", nil); code != http.StatusForbidden {
		t.Errorf("a link to another version: %d", code)
	}
}

func TestStreamIsStoredWhole(t *testing.T) {
	b, _ := newBucket(t)
	want := strings.Repeat("0123456789", 1<<20) // more than one part
	must(t, b.PutStream(t.Context(), "materials/m/all.zip", "application/zip", strings.NewReader(want)))
	body, err := b.Open(t.Context(), meeting.Object{Key: "materials/m/all.zip"})
	must(t, err)
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || string(got) != want {
		t.Errorf("%d bytes, want %d, %v", len(got), len(want), err)
	}
}

// A zip whose making fails half way is no object.
func TestStreamThatFailsStoresNothing(t *testing.T) {
	b, _ := newBucket(t)
	broken := io.MultiReader(strings.NewReader("half"), failing{})
	if err := b.PutStream(t.Context(), "materials/m/all.zip", "application/zip", broken); err == nil {
		t.Error("it counts as stored")
	}
	if _, err := b.Open(t.Context(), meeting.Object{Key: "materials/m/all.zip"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
