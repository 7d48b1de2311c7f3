package staff

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"dossier/functions/portal/access"
	"dossier/functions/portal/page"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// material is one file of a session's materials.
type material struct {
	Name  string // in the zip
	Label string
	Kind  meeting.Kind
	Text  string // the name of its text in the zip; "" if none was read
	// Closed: the file itself is not in the zip, for it names somebody who was erased.
	Closed bool
	doc    *meeting.Document
}

// zipLife is for how long the address of a zip can be used.
const zipLife = 5 * time.Minute

// Materials sends a browser to a zip of the files that are in for a session, in the agenda's order. It is made in
// the bucket, once for each state of the session: the files stream from S3 through this function and back, a few
// megabytes at a time.
func (s *Staff) Materials(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	of, err := s.store.Session(ctx, r.PathValue("meeting"), r.PathValue("session"))
	if err != nil {
		return err
	}
	list, err := s.inSession(ctx, of)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Closed = list[i].doc.Closed && !access.Of(r).Role.Allows(meeting.Editor)
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "nothing is in for session %s", of.ID)
	}
	l := s.pages.Locale(r, "")
	o := meeting.Object{Bucket: s.config.Bucket, Key: zipKey(of, l, list)}
	if _, err = s.bucket.Stat(ctx, o); fault.Is(err, fault.NotFound) {
		err = s.pack(ctx, l, of, list, o.Key)
	}
	if err != nil {
		return err
	}
	link, err := s.bucket.Link(ctx, o, page.FileName(fmt.Sprintf("%d. %s.zip", of.Number, of.Title)), zipLife)
	if err != nil {
		return err
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
	return nil
}

// zipKey names the zip for its language and content.
func zipKey(of *meeting.Session, l *page.Locale, list []material) string {
	sum := sha256.New()
	for _, m := range list {
		fmt.Fprintln(sum, m.Name, m.doc.ID, m.doc.Text, m.Closed)
	}
	return bucket.Materials + of.Meeting + "/" + of.ID + "/" + l.Tag + hex.EncodeToString(sum.Sum(nil)[:12]) + ".zip"
}

// inSession lists the files that are in, numbered in the agenda's order: presentations first, each file once.
func (s *Staff) inSession(ctx context.Context, of *meeting.Session) ([]material, error) {
	row, err := s.session(ctx, of)
	if err != nil {
		return nil, err
	}
	var asked []store.AnyKey
	for _, l := range row.Lines {
		if l.Document != "" {
			asked = append(asked, store.DocumentKey(l.Document))
		}
	}
	snap, err := s.store.Read(ctx, asked...)
	if err != nil {
		return nil, err
	}
	var list []material
	seen := map[string]bool{}
	for _, kind := range []meeting.Kind{meeting.Presentation, meeting.Nomination} {
		for _, l := range row.Lines {
			if d := store.Get(snap, store.DocumentKey(l.Document)); d != nil && l.Kind == kind && !seen[d.ID] {
				seen[d.ID] = true
				list = append(list, newMaterial(len(list)+1, l, d))
			}
		}
	}
	return list, nil
}

func newMaterial(number int, l line, d *meeting.Document) material {
	m := material{Label: l.Name, Kind: l.Kind, doc: d}
	m.Name = page.FileName(fmt.Sprintf("%02d %s - %s", number, l.Name, page.FileName(d.FileName)))
	if d.Text != "" && d.Words > 0 {
		m.Text = "text/" + strings.TrimSuffix(m.Name, path.Ext(m.Name)) + ".txt"
	}
	return m
}

// pack writes the zip into the bucket while it is being made.
func (s *Staff) pack(ctx context.Context, l *page.Locale, of *meeting.Session, list []material, key string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := s.zip(ctx, l, of, list, w)
		done <- err
		w.CloseWithError(err)
	}()
	err := s.bucket.PutStream(ctx, key, "application/zip", r)
	r.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // nobody reads on, so the writer ends
	if wrote := <-done; err == nil {
		err = wrote
	}
	return err
}

// Href is the file's address within the zip.
func (m material) Href() template.URL { return href(m.Name) }

// TextHref is the address of its text.
func (m material) TextHref() template.URL { return href(m.Text) }

// href escapes a path for a link; html/template would take a colon in a name for a scheme.
func href(name string) template.URL {
	return template.URL("./" + strings.ReplaceAll(url.PathEscape(name), "%2F", "/")) //nolint:gosec // it is escaped
}
