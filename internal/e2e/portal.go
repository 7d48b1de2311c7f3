package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"dossier/functions/portal/signin"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

// StaffPage gives a page as a member of staff sees it.
func (w *World) StaffPage(path string) string {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	Must(w.t, err)
	r.Header.Set("Test-Who", "Ms Staff")
	var b strings.Builder
	Must(w.t, w.Serve(r).Write(&b))
	return b.String()
}

// SubmitDecision decides by a form, and gives the status and the page.
func (w *World) SubmitDecision(form url.Values) (int, string) {
	w.t.Helper()
	r := w.Decide(form.Encode())
	var b strings.Builder
	Must(w.t, r.Write(&b))
	return r.StatusCode, b.String()
}

// Visit asks for a page as somebody, "" for a viewer and "nobody" for a visitor.
func (w *World) Visit(who, method, path string, form url.Values) (int, string, http.Header) {
	w.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Test-Who", who)
	answer := w.Serve(r)
	body, err := io.ReadAll(answer.Body)
	Must(w.t, err)
	return answer.StatusCode, string(body), answer.Header
}

// UploadLink is the path of an upload page.
func (w *World) UploadLink(tk ticket.Ticket) string {
	w.t.Helper()
	if tk.Issued == 0 {
		tk.Issued = time.Now().Add(-time.Minute).Unix()
	}
	return "/t/" + w.Token(tk)
}

// ObjectsUnder are the objects under a prefix.
func (w *World) ObjectsUnder(prefix string) []meeting.Object {
	w.t.Helper()
	found, _, err := w.Objects.Versions(context.Background(), prefix, "", 10)
	Must(w.t, err)
	return found
}

// VisitPacked is how many bytes of a page go over the line to a browser that takes them packed.
func (w *World) VisitPacked(who, path string) (size int, page string) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	r.Header.Set("Test-Who", who)
	r.Header.Set("Accept-Encoding", "gzip")
	answer := w.Serve(r)
	body, err := io.ReadAll(answer.Body)
	Must(w.t, err)
	if answer.Header.Get("Content-Encoding") != "gzip" {
		return len(body), string(body)
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	Must(w.t, err)
	text, err := io.ReadAll(z)
	Must(w.t, err)
	return len(body), string(text)
}

func (w *World) Token(tk ticket.Ticket) string {
	w.t.Helper()
	k, err := ticket.ParseKeys(TicketKeys)
	Must(w.t, err)
	tk.Meeting = "m"
	if tk.Expires == 0 {
		tk.Expires = time.Now().Add(time.Hour).Unix()
	}
	token, err := k.Sign(tk)
	Must(w.t, err)
	return token
}

// Folder is where the uploads by a ticket are.
func (w *World) Folder(tk ticket.Ticket) string { return w.FolderOf("/t/" + w.Token(tk)) }

// FolderOf is where the uploads are that come by the link of a path.
func (w *World) FolderOf(link string) string {
	w.t.Helper()
	k, err := ticket.ParseKeys(TicketKeys)
	Must(w.t, err)
	id, err := k.ID(strings.TrimPrefix(link, "/t/"))
	Must(w.t, err)
	return bucket.UploadPrefix("m", id)
}

func (w *World) Decide(form string) *http.Response {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://localhost/meetings/m/decisions", strings.NewReader(form))
	Must(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Test-Who", "Ms Staff")
	return w.Serve(r)
}

// byHeader lets in the person that a request's header names: an editor of all meetings, or without a name a viewer of them. With
// Test-Role the person has another role in all meetings, "none" for none; the subject is "sub of" the name.
type byHeader struct{ table *store.Store }

func (b byHeader) Who(r *http.Request, also ...store.AnyKey) (signin.Person, *store.Snapshot, error) {
	snap, err := b.table.Read(r.Context(), also...)
	p := signin.Person{Name: r.Header.Get("Test-Who"), Role: meeting.Editor}
	switch p.Name {
	case "nobody":
		return signin.Person{}, snap, err
	case "":
		p.Name, p.Role = "a viewer", meeting.Viewer
	}
	p.Subject = "sub of " + p.Name
	switch role := r.Header.Get("Test-Role"); role {
	case "":
	case "none":
		p.Role = ""
	default:
		p.Role = meeting.StaffRole(role)
	}
	return p, snap, err
}

// Begin leads to a provider that is not there, with the path to come back to.
func (byHeader) Begin(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, "https://id.example/?to="+url.QueryEscape(to), http.StatusSeeOther)
	return nil
}

// Done refuses everybody: people are let in by a header here.
func (byHeader) Done(http.ResponseWriter, *http.Request) (string, error) {
	return "", signin.ErrNotFinished
}

// End leads to the same provider.
func (byHeader) End(http.ResponseWriter, *http.Request) (next string, err error) {
	return "https://id.example/logout", nil
}

// StaffPages is what staff see of the meeting: the board, each session, each document that waits, and the people.
func (w *World) StaffPages() string {
	w.t.Helper()
	paths := []string{"/meetings/m", "/meetings/m/people"}
	sessions, err := w.Store.Sessions(context.Background(), "m")
	Must(w.t, err)
	for _, s := range sessions {
		paths = append(paths, "/meetings/m/sessions/"+s.ID)
	}
	waiting, err := w.Store.Waiting(context.Background(), "m", 0)
	Must(w.t, err)
	for _, d := range waiting {
		paths = append(paths, "/meetings/m/review/"+d.ID)
	}
	all := ""
	for _, path := range paths {
		r, err := http.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		Must(w.t, err)
		r.Header.Set("Test-Who", "Ms Staff")
		answer := w.Serve(r)
		page, err := io.ReadAll(answer.Body)
		Must(w.t, err)
		if answer.StatusCode != http.StatusOK {
			w.t.Fatalf("%s: %d\n%s\n%s", path, answer.StatusCode, page, w.Logs)
		}
		all += string(page)
	}
	return all
}

func (w *World) Serve(r *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	w.Portal.ServeHTTP(rec, r)
	return rec.Result()
}
