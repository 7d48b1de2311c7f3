// Package pdf reads PDF by PDFium, compiled to WebAssembly: it runs in a sandbox with a limit on memory,
// and a context stops it.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

// Engine is a PDFium that is ready to read. It is safe for concurrent use: each document has instances
// of its own, so none can harm the next.
type Engine struct {
	cache  string
	memory int
	arena  arena

	mu     sync.Mutex
	pool   pdfium.Pool
	next   chan instance // one that waits for the next document
	making sync.WaitGroup
}

type instance struct {
	p   pdfium.Pdfium
	err error
}

// New makes an Engine. It starts with the first document: compiling PDFium takes seconds, and reading it from
// the folder cache a tenth of one. The folder may be read-only when it holds the cache already; "" is none.
// Memory bounds what one instance may take, in bytes.
func New(cache string, memory int) *Engine { return &Engine{cache: cache, memory: memory} }

// Start makes the engine ready, and fills the cache.
func (e *Engine) Start(ctx context.Context) error {
	_, err := e.ready(ctx)
	return err
}

// instances bounds how many instances there are at once; more documents wait.
const instances = 16

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
		Context: e.arena.context(context.WithoutCancel(ctx)), MaxTotal: instances, RuntimeConfig: config,
		FSConfig: wazero.NewFSConfig(), // no folder of this machine is open to it
		Stdout:   io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	e.pool, e.next = pool, make(chan instance, 1)
	return pool, nil
}

// Close frees the engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pool == nil {
		return nil
	}
	e.making.Wait()
	pool := e.pool
	e.pool = nil
	return pool.Close()
}

// take gives an instance that nobody has used, and has the next one made meanwhile.
func (e *Engine) take(ctx context.Context) (pdfium.Pdfium, error) {
	pool, err := e.ready(ctx)
	if err != nil {
		return nil, err
	}
	var i instance
	select {
	case i = <-e.next:
	default:
		i.p, i.err = made(func() (pdfium.Pdfium, error) { return pool.GetInstanceWithContext(ctx) })
	}
	e.making.Go(func() {
		if len(e.next) > 0 {
			return
		}
		// Making one takes milliseconds, and none is to be had only while all are at work: then nobody waits for this
		// one.
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		p, err := made(func() (pdfium.Pdfium, error) { return pool.GetInstanceWithContext(ctx) })
		if err != nil {
			return
		}
		select {
		case e.next <- instance{p: p}:
		default:
			_ = closed(p)
		}
	})
	if i.err != nil {
		return nil, fmt.Errorf("take a PDFium instance: %w", i.err)
	}
	return i.p, nil
}

// made gives what f makes. The library panics when the system has no memory for an instance; this gives an error instead.
func made(f func() (pdfium.Pdfium, error)) (p pdfium.Pdfium, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("make a PDFium instance: %v", r)
		}
	}()
	return f()
}

// with runs f with an instance of its own and is done when the context is: PDFium's calls take no context, but killing
// the instance ends the call that is running.
func (e *Engine) with(ctx context.Context, f func(pdfium.Pdfium) error) error {
	p, err := e.take(ctx)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if r := recover(); r != nil {
				err = content.Broken("PDFium trapped")
			}
			done <- err
		}()
		err = f(p)
	}()
	select {
	case err := <-done:
		return errors.Join(err, closed(p))
	case <-ctx.Done():
		var killErr error
		e.arena.kill(func() {
			killErr = p.Kill()
			<-done
		})
		return errors.Join(ctx.Err(), killErr)
	}
}

// closed closes an instance; one that trapped cannot be closed any more, and is gone all the same.
func closed(i pdfium.Pdfium) error {
	if err := i.Close(); err != nil && !strings.Contains(err.Error(), "module closed") {
		return fmt.Errorf("close PDFium instance: %w", err)
	}
	return nil
}

// Scanner reads pages that are pictures, several at once; *ocr.Scanner is one.
type Scanner interface {
	// Ready tells whether another page would be read, and Skip counts one that is not.
	Ready() bool
	Skip()
	Scan(ctx context.Context, picture image.Image, page *content.Page) error
}

// together is from how many pages on a document is read by several instances at once: each has to open it.
const together = 4

// Read reads a PDF; pages that are pictures go through the scanner. Errors are as extract.Reader.Read's.
func (e *Engine) Read(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	scanner Scanner,
) (*content.Content, error) {
	// When one of the instances fails, the others stop; the error that is given is the first one's.
	if err := limits.Hold(int64(e.memory)); err != nil {
		return nil, err
	}
	defer limits.Release(int64(e.memory))
	shared, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &reading{src: src, size: size, limits: limits, scanner: scanner, c: &content.Content{}}
	type look struct {
		found findings
		err   error
	}
	looked := make(chan look, 1)
	go func() {
		found, err := scan(shared, src, size)
		looked <- look{found, err}
	}()
	err := e.with(ctx, func(p pdfium.Pdfium) error {
		doc, err := r.open(p)
		if err != nil {
			return err
		}
		r.c.Metadata = metadata(p, doc)
		r.files, r.program = attached(p, doc)
		if err := r.count(p, doc); err != nil {
			return err
		}
		others := 0
		if len(r.pages) >= together {
			others = r.reserve(min(runtime.GOMAXPROCS(0), len(r.pages)/2, 4)-1, e.memory)
			defer limits.Release(int64(others * e.memory))
		}
		var wg sync.WaitGroup
		errs := make([]error, others)
		for i := range others {
			wg.Go(func() {
				errs[i] = e.with(shared, func(p pdfium.Pdfium) error {
					doc, err := r.open(p)
					if err != nil {
						return err
					}
					return r.share(shared, p, doc, i+1, others+1)
				})
				if errs[i] != nil {
					cancel()
				}
			})
		}
		err = r.share(shared, p, doc, 0, others+1)
		if err != nil {
			cancel()
		}
		wg.Wait()
		for _, other := range errs { // the reason comes before what was cancelled for it
			if err == nil || errors.Is(err, context.Canceled) && other != nil {
				err = other
			}
		}
		return err
	})
	if err != nil {
		cancel()
	}
	l := <-looked
	r.attachments(l.found.files)
	l.found.note(r.c)
	if err != nil {
		return r.c, err
	}
	if l.err != nil {
		return r.c, l.err
	}
	return r.c, r.collect()
}

// reading is one document that is being read.
type reading struct {
	src     io.ReaderAt
	size    int64
	limits  content.Limits
	scanner Scanner
	c       *content.Content
	pages   []readPage
	text    atomic.Int64
	// files is how many the document carries in its list, and program tells that one of them is a program.
	files   int
	program bool
}

type readPage struct {
	content.Page
	unreadable bool
	// files is how many were attached on the page, and program tells that one of them is a program.
	files   int
	program bool
}

// spare is how much memory other instances leave for the text and the pictures of pages.
const spare = 160 << 20

// reserve holds the memory of so many more instances, or of as many as there is memory for, and gives how many.
func (r *reading) reserve(instances, memory int) int {
	for n := range instances {
		if r.limits.Hold(int64(memory)+spare) != nil {
			return n
		}
		r.limits.Release(spare)
	}
	return instances
}

func (r *reading) open(p pdfium.Pdfium) (references.FPDF_DOCUMENT, error) {
	doc, err := p.OpenDocument(
		&requests.OpenDocument{FileReader: io.NewSectionReader(r.src, 0, r.size), FileReaderSize: r.size},
	)
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return "", fault.Reject(meeting.ReasonLocked, "open: %w", err)
	case err != nil:
		return "", content.Broken("open: %w", err)
	}
	return doc.Document, nil
}

func (r *reading) count(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) error {
	count, err := p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	switch {
	case err != nil:
		return content.Broken("count pages: %w", err)
	case count.PageCount <= 0:
		return content.Broken("no page")
	case count.PageCount > r.limits.Pages:
		return content.Over("pages", r.limits.Pages)
	}
	r.pages = make([]readPage, count.PageCount)
	return nil
}

// share reads every nth page from the first on.
func (r *reading) share(ctx context.Context, p pdfium.Pdfium, doc references.FPDF_DOCUMENT, first, n int) error {
	for i := first; i < len(r.pages); i += n {
		if err := ctx.Err(); err != nil {
			return err
		}
		out := &r.pages[i]
		switch err := page(ctx, p, doc, i, out, r.scanner); {
		case errors.Is(err, errUnreadable):
			out.unreadable = true
		case err != nil:
			return err
		}
		if r.text.Add(int64(len(out.Text))) > int64(r.limits.Text) {
			return content.Over("bytes of text", r.limits.Text)
		}
	}
	return nil
}

// attachments notes the files that a document carries: in its list, on its pages, or else only among its objects.
func (r *reading) attachments(objects int) {
	files, executable := r.files, r.program
	for _, p := range r.pages {
		files += p.files
		executable = executable || p.program
	}
	if files == 0 {
		files = objects
	}
	if files > 0 {
		r.c.Find(meeting.FindingAttachedFiles, strconv.Itoa(files))
	}
	if executable {
		r.c.Find(meeting.FindingExecutable, "")
	}
}

// collect puts the pages together in their order.
func (r *reading) collect() error {
	unreadable := 0
	for i, p := range r.pages {
		if p.unreadable {
			r.c.Find(meeting.FindingPageUnreadable, strconv.Itoa(i+1))
			unreadable++
		}
		if err := r.c.Add(p.Page, r.limits); err != nil {
			return err
		}
	}
	if unreadable == len(r.pages) {
		return content.Broken("no page can be read")
	}
	return nil
}

func metadata(p pdfium.Pdfium, doc references.FPDF_DOCUMENT) content.Metadata {
	var m content.Metadata
	tag := func(name string) string {
		out, err := p.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc, Tag: name})
		if err != nil {
			return "" // the file says nothing of it
		}
		return content.Tidy(strings.ToValidUTF8(out.Value, "\ufffd"))
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
	for _, layout := range []string{
		"20060102150405-0700", "20060102150405", "200601021504", "20060102", "200601", "2006",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
