package system

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dossier/infra/local/sample"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func start(t *testing.T, dir string) (*System, *output) {
	t.Helper()
	out := &output{}
	s, err := Start(t.Context(), Options{Addr: freePort(t), S3: freePort(t), Dir: dir,
		PDFiumCache: pdf.UserCache(), Out: out})
	if err != nil {
		t.Fatal(err)
	}
	return s, out
}

func mailNames(t *testing.T, s *System) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.mailDir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(files, "\n")
}

// newClient is a browser that keeps cookies.
func newClient(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// signIn gives a client that is signed in at a running system as one of the provider's people.
func signIn(t *testing.T, s *System, as string) *http.Client {
	t.Helper()
	client := newClient(t)
	r, err := client.Get(s.url + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r, err = client.Get(r.Request.URL.String() + "&as=" + as); err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if !strings.HasPrefix(r.Request.URL.String(), s.url) {
		t.Fatalf("sign in as %s: %s at %s", as, r.Status, r.Request.URL)
	}
	return client
}

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, r.StatusCode, err)
	}
	return string(b)
}

// quiet waits until no mail is open, twice in a row.
func quiet(t *testing.T, s *System) {
	t.Helper()
	calm := 0
	for range 200 {
		time.Sleep(50 * time.Millisecond)
		open, err := s.table.OpenMails(context.Background(), time.Now().Add(time.Hour), 1)
		if err != nil {
			t.Fatal(err)
		}
		if calm++; len(open) > 0 {
			calm = 0
		}
		if calm == 5 {
			return
		}
	}
	t.Fatal("mails stay open")
}

// The whole of `make run`: the sample, a file put in by an S3 client, decisions, and a restart on the same folder
// that brings everything back and mails nobody twice.
func TestRunAndRestart(t *testing.T) {
	dir := t.TempDir()
	s, out := start(t, dir)
	if err := s.Sample(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	states := func(s *System) (complete, waiting int) {
		sessions, err := s.table.Sessions(context.Background(), sample.Meeting)
		if err != nil || len(sessions) != 8 {
			t.Fatalf("%d sessions, %v", len(sessions), err)
		}
		for _, x := range sessions {
			if x.Complete {
				complete++
			} else if x.Outstanding > 0 {
				waiting++
			}
		}
		return complete, waiting
	}
	if complete, waiting := states(s); complete != 7 || waiting != 1 {
		t.Errorf("%d complete, %d waiting\n%s", complete, waiting, out)
	}
	if review, err := s.table.Documents(t.Context(), sample.Meeting, meeting.Review, 10); err != nil || len(review) != 1 {
		t.Errorf("in review: %v %v", review, err)
	}

	// Any S3 client: the file is filed within a second.
	key := "incoming/" + sample.Meeting + "/drop/Tendai Moyo - équitable.pptx"
	data := ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "Fair recruitment"}}}.Bytes()
	o, err := s.Put(t.Context(), key, data)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for {
		d, err := s.table.Document(t.Context(), o.ID())
		if err == nil && d.Status == meeting.Filed {
			break
		}
		if err != nil && !fault.Is(err, fault.NotFound) || time.Since(began) > 10*time.Second {
			t.Fatalf("not filed: %+v %v", d, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("filed after %v", time.Since(began))
	if complete, _ := states(s); complete != 8 {
		t.Errorf("%d complete", complete)
	}
	quiet(t, s)
	// Staff take it out again: that is in no upload, and must come back as well.
	staff := signIn(t, s, "editor")
	r, err := staff.PostForm(s.url+"/meetings/"+sample.Meeting+"/decisions",
		map[string][]string{"action": {"withdraw"}, "reason": {"wrong version"}, "document": {o.ID()}})
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("withdraw: %v %v", r.StatusCode, err)
	}
	r.Body.Close()
	quiet(t, s)
	board := get(t, staff, s.url+"/")
	if !strings.Contains(board, "7 of 8 sessions complete") || !strings.Contains(board, "1 to review") {
		t.Error("the board does not show it")
	}
	before := mailNames(t, s)
	if n := strings.Count(before, "complete-"); n != 9 { // seven, the eighth, and that it is no longer
		t.Errorf("%d mails of completeness:\n%s", n, before)
	}
	list := get(t, staff, s.url+"/mail")
	if !strings.Contains(list, "No longer complete: session 6, Private-sector roles: fair recruitment") {
		t.Error("/mail does not list the mails")
	}
	id := strings.TrimSuffix(filepath.Base(strings.Fields(before)[0]), ".eml")
	if page := get(t, staff, s.url+"/mail/"+id); !strings.Contains(page, "As HTML") {
		t.Error("/mail/<id> shows nothing")
	}
	if page := get(t, staff, s.url+"/mail/"+id+"/html"); !strings.Contains(page, "<!doctype html>") {
		t.Error("/mail/<id>/html shows nothing")
	}
	if err := s.Close(); err != nil {
		t.Fatalf("stop: %v", err)
	}

	s, out = start(t, dir)
	defer s.Close()
	if err := s.Sample(t.Context()); err != nil {
		t.Fatal(err)
	}
	quiet(t, s)
	if complete, waiting := states(s); complete != 7 || waiting != 1 {
		t.Errorf("after a restart %d complete, %d waiting\n%s", complete, waiting, out)
	}
	if d, err := s.table.Document(t.Context(), o.ID()); err != nil || d.Status != meeting.Withdrawn {
		t.Errorf("after a restart the withdrawn document is %v %v", d, err)
	}
	if after := mailNames(t, s); after != before {
		t.Errorf("mails before the restart:\n%s\nafter:\n%s", before, after)
	}
}

func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = Start(t.Context(), Options{Addr: l.Addr().String(), S3: freePort(t), Dir: t.TempDir(), Out: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "choose another port with -addr") {
		t.Errorf("a taken port: %v", err)
	}
	_, err = Start(t.Context(), Options{Addr: freePort(t), S3: l.Addr().String(), Dir: t.TempDir(), Out: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "choose another port with -s3") {
		t.Errorf("a taken port: %v", err)
	}
}

// A page of another site that resolves to this machine gets nothing.
func TestForeignHost(t *testing.T) {
	s := &System{url: "http://127.0.0.1:8080", web: &http.Server{Handler: http.NotFoundHandler()}, mailDir: t.TempDir()}
	for host, want := range map[string]int{
		"localhost:8080": 307, "127.0.0.1:8080": 200, "[::1]:8080": 307, "evil.example:8080": 403,
	} {
		r, err := http.NewRequest(http.MethodGet, "http://"+host+"/mail", nil)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
}
