package intake

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
	"dossier/internal/observe"
)

// reader reads documents. If the PDF reader does not start with its compiled cache, which belongs to another
// architecture or version or cannot be opened, it starts without: that takes seconds, and works.
type reader struct {
	ocr    ocr.Engine
	limits content.Limits
	log    *slog.Logger
	meter  *observe.Meter

	mu     sync.Mutex
	engine *pdf.Engine
	docs   *extract.Reader
	cached bool // engine has a cache
}

func newReader(cache string, engine ocr.Engine, limits content.Limits, log *slog.Logger, meter *observe.Meter) *reader {
	r := &reader{ocr: engine, limits: limits, log: log, meter: meter}
	r.use(cache)
	return r
}

// use takes another PDF reader.
func (r *reader) use(cache string) {
	r.engine, r.cached = pdf.New(cache, r.limits.Memory), cache != ""
	r.docs = extract.New(r.engine, r.ocr, r.limits)
}

func (r *reader) now() *extract.Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.docs
}

// Read is extract.Reader's.
func (r *reader) Read(ctx context.Context, src io.ReaderAt, size int64) (*content.Content, error) {
	docs := r.now()
	c, err := docs.Read(ctx, src, size)
	if err == nil || fault.Is(err, fault.Rejected) || ctx.Err() != nil || !r.replaced(ctx, docs) {
		return c, err
	}
	return r.now().Read(ctx, src, size)
}

// Ready starts the PDF reader ahead of the first document.
func (r *reader) Ready(ctx context.Context) error {
	docs := r.now()
	r.mu.Lock()
	engine := r.engine
	r.mu.Unlock()
	err := engine.Start(ctx)
	if err == nil || !r.replaced(ctx, docs) {
		return err
	}
	return r.Ready(ctx)
}

// replaced reports whether the PDF reader of docs does not start, and another one, without a cache, stands in its place.
func (r *reader) replaced(ctx context.Context, docs *extract.Reader) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs != docs {
		return true // by another call
	}
	if !r.cached {
		return false
	}
	err := r.engine.Start(ctx)
	if err == nil {
		return false
	}
	r.log.ErrorContext(ctx, "PDF reader's cache does not fit", "error", err)
	r.meter.Put(ctx, observe.Count(observe.PDFCacheUnfit, 1))
	r.use("")
	return true
}

// Close frees the PDF reader.
func (r *reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.engine.Close()
}
