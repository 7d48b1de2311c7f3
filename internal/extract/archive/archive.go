// Package archive reads zip archives of documents (APPNOTE.TXT of PKWARE), within the limits that hold for all that is
// unpacked. Nothing is written to disk, so the names in an archive can do no harm.
package archive

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"dossier/internal/extract/content"
	"dossier/internal/extract/xmlzip"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// IsOne tells whether a zip is an archive of files, rather than one document in a zip: an office package (ECMA-376 part 2,
// OpenDocument part 2), a book (EPUB), a program (JAR, APK), or a document of Apple's office programs.
func IsOne(z *zip.Reader) bool {
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ToLower(f.Name), "/")
		switch {
		case name == "[content_types].xml", name == "mimetype", name == "androidmanifest.xml", name == "index.zip",
			strings.HasPrefix(name, "meta-inf/"), strings.HasPrefix(name, "index/") && strings.HasSuffix(name, ".iwa"):
			return false
		}
	}
	return true
}

// Read reads each file of an archive in turn. One that is encrypted or broken does not keep the others from being read.
// Errors are as extract.Reader.Read's.
func Read(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits, nested content.Nested) (*content.Content, error) {
	z, err := xmlzip.List(src, size, limits)
	if err != nil {
		return nil, err
	}
	c := &content.Content{}
	left := xmlzip.Allowed(size, limits)
	for _, f := range z.File {
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		data, err := unpack(ctx, f, left, limits)
		left -= int64(len(data))
		switch {
		case fault.Because(err, meeting.ReasonTooLarge):
			return c, err
		case fault.Is(err, fault.Rejected):
			c.Enclose(content.Attachment{Name: content.BaseName(nameOf(f)), Size: int64(f.UncompressedSize64),
				Reason: meeting.Reason(fault.Reason(err))})
		case err != nil:
			return c, err
		default:
			if err := c.Attach(ctx, nested, nameOf(f), "", data); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

// encrypted is the bit of a file's flags that says so (APPNOTE.TXT, 4.4.4).
const encrypted = 0x1

// unpack gives the bytes of a file. They count as held from now on, for they are stored as a document of their own.
func unpack(ctx context.Context, f *zip.File, left int64, limits content.Limits) ([]byte, error) {
	if f.Flags&encrypted != 0 {
		return nil, fault.Reject(meeting.ReasonLocked, "a file in the archive is encrypted")
	}
	most := min(left, limits.Whole, limits.Unpackable())
	if f.UncompressedSize64 > uint64(most) {
		return nil, content.Over("bytes unpacked", most)
	}
	r, err := f.Open()
	if err != nil {
		return nil, content.Broken("open a file of the archive: %w", err)
	}
	defer r.Close()
	size := int64(f.UncompressedSize64)
	if err := limits.Hold(size); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	n, err := io.ReadFull(content.Stoppable(ctx, r), data)
	limits.Unpack(int64(n))
	if err == nil { // the checksum is compared at the end
		_, err = io.CopyN(io.Discard, r, 1)
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("unpack: %w", context.Cause(ctx))
	case err != nil:
		return nil, content.Broken("unpack: %w", err)
	}
	return data, nil
}

// nameOf gives a file's name. One that is not in UTF-8 is in the code page of the DOS of Western Europe, as Windows packs.
func nameOf(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	name, err := charmap.CodePage850.NewDecoder().String(f.Name)
	if err != nil {
		return strings.ToValidUTF8(f.Name, "_")
	}
	return name
}
