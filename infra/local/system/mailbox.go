package system

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

//go:embed mailbox
var mailboxFiles embed.FS

func mailFolder(dir string) fs.FS { return os.DirFS(dir) }

// handler serves the portal, and the mailbox beside it. It refuses requests for a host name that is not this
// machine's own, so that another site whose name resolves to loopback gets nothing.
func (s *System) handler() http.Handler {
	box := mailbox{dir: mailFolder(s.mailDir), pages: template.Must(template.ParseFS(mailboxFiles, "mailbox/*.html"))}
	mux := http.NewServeMux()
	mux.Handle("/", s.web.Handler)
	mux.HandleFunc("GET /mail", box.list)
	mux.HandleFunc("GET /mail/{id}", box.mail)
	mux.HandleFunc("GET /mail/{id}/html", box.html)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if host != "localhost" && (net.ParseIP(host) == nil || !net.ParseIP(host).IsLoopback()) {
			http.Error(w, "this page is for this machine alone", http.StatusForbidden)
			return
		}
		// A cookie belongs to one host name, so other names of this machine are sent to the one where people sign in.
		if own := strings.TrimPrefix(s.url, "http://"); r.Host != own && r.Method == http.MethodGet {
			http.Redirect(w, r, s.url+r.URL.RequestURI(), http.StatusTemporaryRedirect)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// mailbox shows the mails that were written into the folder.
type mailbox struct {
	dir   fs.FS
	pages *template.Template
}

type letter struct {
	ID, Subject, From, To, Text string
	Date                        time.Time
	envelope                    *enmime.Envelope
}

func (b mailbox) read(id string) (*letter, error) {
	data, err := fs.ReadFile(b.dir, id+".eml")
	if err != nil {
		return nil, err
	}
	e, err := enmime.ReadEnvelope(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read mail %s: %w", id, err)
	}
	date, err := e.Date()
	if err != nil {
		return nil, fmt.Errorf("read mail %s: date: %w", id, err)
	}
	return &letter{ID: id, Subject: e.GetHeader("Subject"), From: e.GetHeader("From"), To: e.GetHeader("To"),
		Text: e.Text, Date: date, envelope: e}, nil
}

func (b mailbox) list(w http.ResponseWriter, _ *http.Request) {
	names, err := fs.Glob(b.dir, "*.eml")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var all []*letter
	for _, n := range names {
		l, err := b.read(strings.TrimSuffix(n, ".eml"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b *letter) int { return b.Date.Compare(a.Date) })
	b.show(w, "list.html", all)
}

func (b mailbox) mail(w http.ResponseWriter, r *http.Request) {
	l, err := b.read(r.PathValue("id"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	b.show(w, "mail.html", l)
}

// html shows a mail's HTML part by itself, for a frame that may run nothing.
func (b mailbox) html(w http.ResponseWriter, r *http.Request) {
	l, err := b.read(r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(l.envelope.HTML)) // the browser may be gone
}

func (b mailbox) show(w http.ResponseWriter, page string, data any) {
	var buf bytes.Buffer
	if err := b.pages.ExecuteTemplate(&buf, page, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-src 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(buf.Bytes()) // the browser may be gone
}
