package staff

import (
	"context"
	"strings"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// reading is a document as it can be read on a page.
type reading struct {
	Pages []content.Page
	// More is how many pages are not shown.
	More int
	// Show is an address at which a browser shows the original itself, for pictures and PDF; Picture is set for the
	// first.
	Show    string
	Picture bool
	// Closed: the original is not shown to this visitor, for it names somebody who was erased.
	Closed bool
}

const (
	// maxShown bounds the pages of a document that are shown, and maxShownText the bytes of each one's text.
	maxShown     = 60
	maxShownText = 6000
	// showLife is for how long the address of an original can be used.
	showLife = 15 * time.Minute
)

// shown are the formats that browsers show by themselves, with their media types.
func shown() map[content.Format]string {
	return map[content.Format]string{content.PDF: "application/pdf", content.JPEG: "image/jpeg", content.PNG: "image/png",
		content.WebP: "image/webp"}
}

// reading reads a document's text, and signs an address for its original if a browser can show it. Of one that is closed
// the original is for those alone who may decide.
func (s *Staff) reading(ctx context.Context, d *meeting.Document, mayDecide bool) (reading, error) {
	x, err := s.text(ctx, d)
	if err != nil {
		return x, err
	}
	if x.Closed = d.Closed && !mayDecide; x.Closed {
		return x, nil
	}
	media, ok := shown()[content.Format(d.Format)]
	if !ok || d.Status == meeting.Quarantined { // nobody opens that in passing
		return x, nil
	}
	x.Picture = strings.HasPrefix(media, "image/")
	x.Show, err = s.bucket.Show(ctx, d.Object, media, showLife)
	return x, err
}

// text reads the first pages of a document; none if its text was erased.
func (s *Staff) text(ctx context.Context, d *meeting.Document) (reading, error) {
	if d.Text == "" {
		return reading{}, nil
	}
	var c content.Content
	if err := s.bucket.GetJSON(ctx, d.Text, &c); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return reading{}, err
	}
	pages := c.Paper().Pages
	x := reading{Pages: pages[:min(len(pages), maxShown)], More: max(0, len(pages)-maxShown)}
	for i := range x.Pages {
		if p := &x.Pages[i]; len(p.Text) > maxShownText {
			p.Text = strings.ToValidUTF8(p.Text[:maxShownText], "") + " …"
		}
	}
	return x, nil
}
