// Package uploader serves the pages of presenters and offices, which they open by their upload links.
package uploader

import (
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"dossier/functions/portal/decision"
	"dossier/functions/portal/page"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

//go:embed *.html
var files embed.FS

// Pages are the templates of this package's pages.
func Pages() fs.FS { return files }

// maxForm bounds the bytes of a form.
const maxForm = 64 << 10

// Config says what an upload link can be used for.
type Config struct {
	// MaxBytes bounds one upload.
	MaxBytes int64
	// Limits bound what one link brings in on a day.
	Limits meeting.LinkLimits
	// LinkLife is for how long a new link can be used.
	LinkLife time.Duration
	// URL is where the pages are, with a slash at its end.
	URL string
}

// Uploader serves the pages. It is safe for concurrent use.
type Uploader struct {
	config    Config
	pages     *page.Renderer
	bucket    *bucket.Bucket
	store     *store.Store
	tickets   *ticket.Ring
	decisions *decision.Recorder
	// guesses slows down links that we never signed, stale those that were good once.
	guesses, stale *limits
	log            *slog.Logger
}

// New makes the pages of uploaders.
func New(c Config, pages *page.Renderer, b *bucket.Bucket, s *store.Store, tickets *ticket.Ring,
	decisions *decision.Recorder, log *slog.Logger) *Uploader {
	return &Uploader{config: c, pages: pages, bucket: b, store: s, tickets: tickets, decisions: decisions,
		guesses: newLimits(), stale: newLimits(), log: log}
}
