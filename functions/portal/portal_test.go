package portal_test

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// The portal answers an HTTP API's event with the board, in the language that the visitor chose.
func TestRecordedPortalEvent(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	var e events.APIGatewayV2HTTPRequest
	e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "portal/board.json", "regm-africa-2021", "m"), &e))
	out, err := httpadapter.NewV2(w.Portal).ProxyWithContext(context.Background(), e)
	e2e.Must(t, err)
	// The browser takes it packed, and so API Gateway gets it in base64.
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(out.Body)))
	e2e.Must(t, err)
	page, err := io.ReadAll(z)
	e2e.Must(t, err)
	if !strings.Contains(string(page), "Title of s1") ||
		!strings.Contains(string(page), `<html lang="fr" dir="ltr">`) ||
		out.StatusCode != http.StatusOK ||
		!out.IsBase64Encoded {
		t.Errorf("status %d: %s", out.StatusCode, page)
	}
	// A link that is not good, opened by a browser that takes nothing packed.
	e = events.APIGatewayV2HTTPRequest{}
	e2e.Must(t, json.Unmarshal(e2e.RecordedEvent(t, "portal/link.json"), &e))
	out, err = httpadapter.NewV2(w.Portal).ProxyWithContext(context.Background(), e)
	e2e.Must(t, err)
	if out.StatusCode != http.StatusNotFound || !strings.Contains(out.Body, "Esta ligação não é válida") {
		t.Errorf("status %d: %s", out.StatusCode, out.Body)
	}
}

func TestPortal(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	nasty := e2e.Deck("<script>alert(1)</script>", "Amina Diallo")
	w.TakeIn(
		w.Put("incoming/m/drop/<b>x.pptx", nasty, e2e.Noon),
		w.Put("incoming/m/drop/nobody.pptx", e2e.Deck("T", "x"), e2e.Noon),
	)
	get := func(path, who string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		r.Header.Set("Test-Who", who)
		return w.Serve(r)
	}
	page := func(path, who string) string {
		r := get(path, who)
		b := new(strings.Builder)
		_, err := io.Copy(b, r.Body)
		e2e.Must(t, err)
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no strict policy", path)
		}
		return b.String()
	}
	board := w.StaffPages()
	for _, want := range []string{"&lt;script&gt;alert(1)", "Kofi Mensah", "1 of 2 in", "1 to review",
		"neither its title page", `action="/meetings/m/behalf"`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if strings.Contains(board, "<script>alert") || strings.Contains(board, "<b>x") {
		t.Error("a document's words are markup on the board")
	}
	for _, path := range []string{"/meetings/m", "/meetings/m/sessions/s1", "/meetings/m/review", "/meetings/m/links",
		"/meetings/m/people", "/meetings/m/history"} {
		if viewer := page(path, ""); strings.Contains(viewer, "/decisions") || strings.Contains(viewer, "t1.k1.") ||
			strings.Contains(viewer, `action="/meetings/m/links"`) {
			t.Errorf("somebody who may not decide is shown forms or links on %s", path)
		}
		if r := get(path, "nobody"); r.StatusCode != http.StatusSeeOther ||
			r.Header.Get("Location") != "/signin?to="+url.QueryEscape(path) {
			t.Errorf("somebody who is not signed in gets %d on %s", r.StatusCode, path)
		}
	}
	if r := get("/meetings/none", "x"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a meeting that is not there: %d", r.StatusCode)
	}
	// Somebody of staff who uploads in a participant's place does so by a link of their own, which is a certain one. No page shows it.
	if strings.Contains(board, "/t/") {
		t.Error("a page of staff shows a link")
	}
	behalf := url.Values{"requirement": {"s1/presentation/p2"}}
	if code, _, _ := w.Visit("", http.MethodPost, "/meetings/m/behalf", behalf); code != http.StatusForbidden {
		t.Errorf("a viewer gets %d instead of a link", code)
	}
	code, _, headers := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/behalf", behalf)
	if code != http.StatusSeeOther {
		t.Fatalf("on behalf: %d", code)
	}
	if code, _, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/behalf", url.Values{"requirement": {"s1/presentation/p1"}}); code != http.StatusConflict {
		t.Errorf("for what is in: %d", code)
	}
	o := w.Put(w.FolderOf(headers.Get("Location"))+"any.pptx", e2e.Deck("T", "nobody"), time.Now())
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed || d.Satisfies[0].Participant != "p2" {
		t.Errorf("%s (%s) for %v", d.Status, d.Reason, d.Satisfies)
	}
	post := func(headers map[string]string) int {
		r := httptest.NewRequest(
			http.MethodPost,
			"http://localhost/meetings/m/decisions",
			strings.NewReader("action=withdraw&reason=x&document="+o.ID()),
		)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		return w.Serve(r).StatusCode
	}
	if code := post(map[string]string{"Test-Who": "Ms Staff", "Origin": "https://evil.example",
		"Sec-Fetch-Site": "cross-site"}); code != http.StatusForbidden {
		t.Errorf("a form on another site: %d", code)
	}
	if code := post(nil); code != http.StatusForbidden && code != http.StatusConflict {
		t.Errorf("somebody who may not decide: %d", code)
	}
	if d := w.Document(o); d.Status != meeting.Filed {
		t.Errorf("after refused decisions it is %s", d.Status)
	}
}

// Pages stay small, styles and scripts are kept by the browser under names of their content, and there are no others.
func TestAssets(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	for _, path := range []string{"/meetings/m", "/meetings/m/sessions/s1",
		w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})} {
		size, page := w.VisitPacked("Ms Staff", path)
		if size > len(page)/2 {
			t.Errorf("%s is not packed: %d of %d bytes", path, size, len(page))
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			code, body, headers := w.Visit("nobody", http.MethodGet, m[1], nil)
			if code != http.StatusOK || !strings.Contains(headers.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %d %v", m[1], code, headers)
			}
			size += len(body)
		}
		if size > 60<<10 {
			t.Errorf("%s has %d bytes with all that belongs to it", path, size)
		}
		if regexp.MustCompile(`(?i)<script(?: [^>]*)?>[^<]|style="| on\w+="`).MatchString(page) {
			t.Errorf("%s has a script or a style of its own", path)
		}
	}
	if code, _, _ := w.Visit("nobody", http.MethodGet, "/assets/..%2fportal.go", nil); code != http.StatusNotFound {
		t.Errorf("out of the folder: %d", code)
	}
}
