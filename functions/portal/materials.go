package portal

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// material is one file of a session's materials.
type material struct {
	Name  string // in the zip
	Label string
	Kind  meeting.Kind
	Text  string // the name of its text in the zip; "" when none was read
	doc   *meeting.Document
}

// materials sends a browser to a zip of what is in for a session, in the agenda's order. It is made in the bucket, once for each state
// of the session: the files stream from S3 through this function and back, a few megabytes at a time.
func (p *Portal) materials(w http.ResponseWriter, r *http.Request) {
	ctx, meetingID := r.Context(), r.PathValue("meeting")
	s, err := p.store.Session(ctx, meetingID, r.PathValue("session"))
	if err != nil {
		p.fail(w, r, err)
		return
	}
	list, err := p.inSession(ctx, s)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "nothing is in for session %s", s.ID)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	sum := sha256.New()
	for _, m := range list {
		fmt.Fprintln(sum, m.Name, m.doc.ID, m.doc.Text)
	}
	g := p.language(r, "")
	o := meeting.Object{Bucket: p.config.Bucket, Key: bucket.Materials + meetingID + "/" + s.ID + "/" + g.Tag + hex.EncodeToString(sum.Sum(nil)[:12]) + ".zip"}
	if _, err = p.bucket.Stat(ctx, o); fault.Is(err, fault.NotFound) {
		err = p.pack(ctx, g, s, list, o.Key)
	}
	link := ""
	if err == nil {
		link, err = p.bucket.Link(ctx, o, fileName(fmt.Sprintf("%d. %s.zip", s.Number, s.Title)), 5*time.Minute)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, link, http.StatusSeeOther)
}

// inSession lists the files that are in, numbered in the agenda's order: presentations first, each file once.
func (p *Portal) inSession(ctx context.Context, s *meeting.Session) ([]material, error) {
	row, err := p.session(ctx, s.Meeting, s)
	if err != nil {
		return nil, err
	}
	want := store.Wanted{Meeting: s.Meeting}
	for _, l := range row.Lines {
		if l.Document != "" {
			want.Documents = append(want.Documents, l.Document)
		}
	}
	snap, err := p.store.Read(ctx, want)
	if err != nil {
		return nil, err
	}
	var list []material
	seen := map[string]bool{}
	for _, kind := range []meeting.Kind{meeting.Presentation, meeting.Nomination} {
		for _, l := range row.Lines {
			d := snap.Documents[l.Document]
			if d == nil || l.Kind != kind || seen[d.ID] {
				continue
			}
			seen[d.ID] = true
			m := material{Label: l.Name, Kind: kind, doc: d}
			base := fileName(fmt.Sprintf("%02d %s - %s", len(list)+1, l.Name, fileName(d.FileName)))
			m.Name = base
			if d.Text != "" && d.Words > 0 {
				m.Text = "text/" + strings.TrimSuffix(base, path.Ext(base)) + ".txt"
			}
			list = append(list, m)
		}
	}
	return list, nil
}

// pack writes the zip into the bucket while it is being made.
func (p *Portal) pack(ctx context.Context, g *language, s *meeting.Session, list []material, key string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := p.zip(ctx, g, s, list, w)
		done <- err
		w.CloseWithError(err)
	}()
	err := p.bucket.PutStream(ctx, key, "application/zip", r)
	r.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // nobody reads on, so the writer ends
	if wrote := <-done; err == nil {
		err = wrote
	}
	return err
}

// zip writes the files, their texts with the notes, and a page that lists them.
func (p *Portal) zip(ctx context.Context, g *language, s *meeting.Session, list []material, out io.Writer) error {
	z := zip.NewWriter(out)
	now := time.Now()
	create := func(name string, method uint16) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: now})
	}
	index, err := create("index.html", zip.Deflate)
	if err == nil {
		err = g.pages.ExecuteTemplate(index, "materials.html", map[string]any{"Session": s, "List": list})
	}
	for i := 0; i < len(list) && err == nil; i++ {
		m := list[i]
		var file io.Writer
		if file, err = create(m.Name, zip.Store); err != nil { // slides and PDF are compressed already
			break
		}
		var from io.ReadCloser
		if from, err = p.bucket.Open(ctx, m.doc.Object); err != nil {
			break
		}
		_, err = io.Copy(file, from)
		if err = errors.Join(err, from.Close()); err != nil || m.Text == "" {
			continue
		}
		var c content.Content
		if err = p.bucket.GetJSON(ctx, m.doc.Text, &c); err != nil {
			break
		}
		if file, err = create(m.Text, zip.Deflate); err == nil {
			_, err = io.WriteString(file, plainText(m, &c))
		}
	}
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("pack materials of session %s: %w", s.ID, err)
	}
	return nil
}

// plainText is what interpreters prepare with: each page's text and its notes.
func plainText(m material, c *content.Content) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", m.Label, m.doc.FileName)
	for _, page := range c.Pages {
		fmt.Fprintf(&b, "\n=== %d ===\n%s\n", page.Number, page.Full())
		if page.Notes != "" {
			fmt.Fprintf(&b, "\n--- notes ---\n%s\n", page.Notes)
		}
	}
	return b.String()
}

// Href is the file's address within the zip.
func (m material) Href() template.URL { return href(m.Name) }

// TextHref is its text's.
func (m material) TextHref() template.URL { return href(m.Text) }

// href escapes a path for a link; html/template would take a colon in a name for a scheme.
func href(name string) template.URL {
	return template.URL("./" + strings.ReplaceAll(url.PathEscape(name), "%2F", "/")) //nolint:gosec // it is escaped
}
