package textract

import (
	"crypto/sha256"
	"sync"

	"dossier/internal/extract/ocr"
)

// maxRemembered bounds the texts that are remembered, in bytes.
const maxRemembered = 4 << 20

// pages remembers the texts of the pages that were read last. When one page is throttled, the whole document comes again;
// the pages that were read are not paid twice.
type pages struct {
	mu    sync.Mutex
	texts map[[sha256.Size]byte]ocr.Text // by the picture that was sent
	order [][sha256.Size]byte            // the oldest first
	bytes int
}

func (p *pages) get(picture []byte) (ocr.Text, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.texts[sha256.Sum256(picture)]
	return t, ok
}

func (p *pages) put(picture []byte, t ocr.Text) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := sha256.Sum256(picture)
	if _, ok := p.texts[id]; ok || weight(t) > maxRemembered {
		return
	}
	if p.texts == nil {
		p.texts = map[[sha256.Size]byte]ocr.Text{}
	}
	p.texts[id], p.order = t, append(p.order, id)
	for p.bytes += weight(t); p.bytes > maxRemembered; p.order = p.order[1:] {
		oldest := p.order[0]
		p.bytes -= weight(p.texts[oldest])
		delete(p.texts, oldest)
	}
}

// weight is about how many bytes a text takes.
func weight(t ocr.Text) int {
	n := 100
	for _, l := range t.Lines {
		n += len(l) + 16
	}
	return n
}
