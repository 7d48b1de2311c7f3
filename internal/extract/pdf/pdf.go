// Package pdf reads PDF by PDFium, compiled to WebAssembly: it runs in a sandbox with a limit on memory,
// and a context stops it.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Engine is a PDFium that is ready to read. It is safe for concurrent use: each document has an instance
// of its own, so none can harm the next.
type Engine struct {
	cache  string
	memory int

	mu   sync.Mutex
	pool pdfium.Pool
}

// New makes an Engine. It starts with the first document: compiling PDFium takes seconds, and reading it from
// the folder cache a tenth of one. The folder may be read-only when it holds the cache already; "" is none.
// Memory bounds what one document's instance may take, in bytes.
func New(cache string, memory int) *Engine { return &Engine{cache: cache, memory: memory} }

// Start makes the engine ready, and fills the cache.
func (e *Engine) Start(ctx context.Context) error {
	_, err := e.ready(ctx)
	return err
}

func (e *Engine) ready(ctx context.Context) (pdfium.Pool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool != nil {
		return e.pool, nil
	}
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithCloseOnContextDone(true).
		WithMemoryLimitPages(uint32(e.memory >> 16)) // a page of WebAssembly has 64 KiB
	if e.cache != "" {
		cache, err := wazero.NewCompilationCacheWithDir(e.cache)
		if err != nil {
			return nil, fmt.Errorf("open PDFium's compiled cache: %w", err)
		}
		config = config.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: context.WithoutCancel(ctx), MaxTotal: 8, RuntimeConfig: config,
		FSConfig: wazero.NewFSConfig(), // no folder of this machine is open to it
		Stdout:   io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	e.pool = pool
	return pool, nil
}

// Close frees the engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool == nil {
		return nil
	}
	pool := e.pool
	e.pool = nil
	return pool.Close()
}

// Read reads a PDF. Errors are as extract.Reader.Read's.
func (e *Engine) Read(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	pool, err := e.ready(ctx)
	if err != nil {
		return nil, err
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a PDFium instance: %w", err)
	}
	type result struct {
		c   *content.Content
		err error
	}
	// PDFium's calls take no context: killing the instance ends the call that is running.
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r = result{nil, content.Broken("PDFium trapped")}
			}
			done <- r
		}()
		r.c, r.err = read(ctx, instance, src, size, limits)
	}()
	select {
	case r := <-done:
		return r.c, errors.Join(r.err, closed(instance))
	case <-ctx.Done():
		killErr := instance.Kill()
		<-done
		return nil, errors.Join(ctx.Err(), killErr)
	}
}

// closed closes an instance; one that trapped cannot be closed any more, and is gone all the same.
func closed(i pdfium.Pdfium) error {
	if err := i.Close(); err != nil && !strings.Contains(err.Error(), "module closed") {
		return fmt.Errorf("close PDFium instance: %w", err)
	}
	return nil
}

func read(ctx context.Context, p pdfium.Pdfium, src io.ReaderAt, size int64, limits content.Limits) (*content.Content, error) {
	doc, err := p.OpenDocument(&requests.OpenDocument{FileReader: io.NewSectionReader(src, 0, size), FileReaderSize: size})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return nil, fault.Reject(content.Locked, "open: %w", err)
	case err != nil:
		return nil, content.Broken("open: %w", err)
	}
	c := &content.Content{Metadata: metadata(p, doc.Document)}
	count, err := p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return c, content.Broken("count pages: %w", err)
	}
	if count.PageCount == 0 {
		return c, content.Broken("no page")
	}
	if count.PageCount > limits.Pages {
		return c, content.Over("pages", limits.Pages)
	}
	text := 0
	for i := range count.PageCount {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}}
		out := content.Page{Number: i + 1}
		if t, err := p.GetPageText(&requests.GetPageText{Page: page}); err == nil {
			out.Text = clean(t.Text)
		} else {
			c.Findings = append(c.Findings, finding("page-unreadable", i+1))
		}
		if s, err := p.GetPageSize(&requests.GetPageSize{Page: page}); err == nil {
			out.Width, out.Height = s.Width, s.Height
		}
		if text += len(out.Text); text > limits.Text {
			return c, content.Over("bytes of text", limits.Text)
		}
		c.Pages = append(c.Pages, out)
	}
	if len(c.Findings) == len(c.Pages) {
		return c, content.Broken("no page can be read")
	}
	return c, nil
}

// clean mends what PDFium leaves in the text: its marks for a hyphen at a line's end (U+0002, and U+FFFE),
// carriage returns, and characters that no text holds.
func clean(s string) string {
	s = strings.NewReplacer("\x02\r\n", "", "\ufffe\r\n", "", "\r\n", "\n", "\r", "\n", "\u00ad", "").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < ' ' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
}

func metadata(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) content.Metadata {
	var m content.Metadata
	tag := func(name string) string {
		out, err := p.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc, Tag: name})
		if err != nil {
			return "" // the file says nothing of it
		}
		return strings.TrimSpace(strings.ToValidUTF8(out.Value, "\ufffd"))
	}
	m.Title, m.Subject, m.Author, m.Producer = tag("Title"), tag("Subject"), tag("Author"), tag("Producer")
	m.Created, m.Modified = date(tag("CreationDate")), date(tag("ModDate"))
	return m
}

// date reads a PDF date, D:YYYYMMDDHHmmSSOHH'mm' with everything after the year optional
// (ISO 32000-1, 7.9.4); zero when it is none.
func date(s string) time.Time {
	s = strings.TrimPrefix(s, "D:")
	s = strings.TrimSuffix(strings.ReplaceAll(s, "'", ""), "Z")
	for _, layout := range []string{"20060102150405-0700", "20060102150405", "200601021504", "20060102", "200601", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func finding(code string, n int) meeting.Finding {
	return meeting.Finding{Code: code, Detail: strconv.Itoa(n)}
}
