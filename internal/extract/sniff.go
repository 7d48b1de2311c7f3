package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"dossier/internal/extract/archive"
	"dossier/internal/extract/content"
	"dossier/internal/extract/message"
	"dossier/internal/extract/odf"
	"dossier/internal/extract/ole"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/rtf"
	"dossier/internal/extract/xmlzip"
)

// window is how many of a file's first bytes are looked at.
const window = 8 << 10

// Sniff tells a file's format by its bytes; a format without a name of its own is told by its media type. A zip or an
// OLE file that is broken is Rejected as corrupt, an encrypted package as locked.
func Sniff(src io.ReaderAt, size int64, limits content.Limits) (content.Format, error) {
	head := make([]byte, min(size, window))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("sniff: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return content.PDF, nil
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte(rtf.Magic)):
		return content.RTF, nil
	case bytes.HasPrefix(head, []byte(ole.Magic)):
		return sniffCompound(src, size, limits)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return sniffZip(src, size, head, limits)
	case isPointer(head, size):
		return content.Pointer, nil
	case message.IsSigned(head):
		return content.Signed, nil
	case bytes.HasPrefix(head, []byte("From ")) && message.Sniff(head) && message.Several(src, size, limits):
		return content.Mailbox, nil
	case message.Sniff(head): // which may well hold the beginning of a PDF
		return content.EML, nil
	// PDF readers accept up to 1,024 bytes before the header (ISO 32000-1, Annex H, note 13).
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return content.PDF, nil
	}
	mime := mimetype.Detect(head)
	media, _, _ := strings.Cut(mime.String(), ";")
	for known, format := range map[string]content.Format{
		"image/jpeg": content.JPEG, "image/png": content.PNG, "image/tiff": content.TIFF, "image/webp": content.WebP,
		"image/heic": content.HEIC, "image/heif": content.HEIC, "image/heic-sequence": content.HEIC, "image/heif-sequence": content.HEIC,
	} {
		if mime.Is(known) {
			return format, nil
		}
	}
	textual := isA(mime, "text/plain")
	switch {
	case textual && ooxml.IsFlat(head):
		return content.WordML, nil
	case mime.Is("text/html"), textual && looksLikeHTML(head):
		return content.HTML, nil
	case textual && !mime.Is("text/x-shellscript"), wide(head):
		return content.Text, nil
	}
	return content.Format(media), nil
}

// isA tells whether a media type is another or a kind of it.
func isA(m *mimetype.MIME, media string) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is(media) {
			return true
		}
	}
	return false
}

// looksLikeHTML finds the tags of a page that begins with something else, such as a comment or an XML declaration.
func looksLikeHTML(head []byte) bool {
	lower := bytes.ToLower(head)
	return bytes.Contains(lower, []byte("<html")) && bytes.Contains(lower, []byte(">"))
}

// wide tells UTF-16 without a byte order mark: mostly Latin letters with a zero beside each.
func wide(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	return zeros[0] == 0 && zeros[1]*10 > half*7 || zeros[1] == 0 && zeros[0]*10 > half*7
}

// sniffZip looks at what a zip holds: its parts may stand in any order. Its directory stands at its end, so without it
// the file was cut short.
func sniffZip(src io.ReaderAt, size int64, head []byte, limits content.Limits) (content.Format, error) {
	media, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	z, err := xmlzip.List(src, size, limits)
	if err != nil {
		return content.Format(media), err
	}
	switch {
	case ooxml.IsPresentation(z):
		return content.PPTX, nil
	case ooxml.IsDocument(z):
		return content.DOCX, nil
	}
	if f := odf.Sniff(z); f != "" {
		return f, nil
	}
	if media == "application/zip" && archive.IsOne(z) {
		return content.Zip, nil
	}
	return content.Format(media), nil
}

func sniffCompound(src io.ReaderAt, size int64, limits content.Limits) (content.Format, error) {
	const other = "application/x-ole-storage"
	c, err := ole.Open(src, size, limits)
	if err != nil {
		return other, err
	}
	f, err := c.Sniff()
	if f == "" {
		f = other
	}
	return f, err
}
