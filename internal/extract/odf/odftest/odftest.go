// Package odftest writes small OpenDocument files for tests.
package odftest

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"
)

// The media types of the kinds.
const (
	Text         = "application/vnd.oasis.opendocument.text"
	Presentation = "application/vnd.oasis.opendocument.presentation"
)

// File writes a file of a media type: body as it stands within office:text or office:presentation, styles within
// office:automatic-styles, and further parts by their names.
func File(media, styles, body string, parts map[string]string) []byte {
	element := "text"
	if media == Presentation {
		element = "presentation"
	}
	all := map[string]string{
		"content.xml": `<office:document-content><office:automatic-styles>` + styles + `</office:automatic-styles><office:body><office:` + element + `>` + body + `</office:` + element + `></office:body></office:document-content>`,
	}
	maps.Copy(all, parts)
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	write := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			panic(err) // a bytes.Buffer takes everything
		}
	}
	write("mimetype", media)
	for _, n := range slices.Sorted(maps.Keys(all)) {
		write(n, all[n])
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}
