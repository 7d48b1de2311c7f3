package ooxml_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ooxml"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/fault"
)

// fuzzed reads within small limits: every input is read or refused.
func fuzzed(t *testing.T, data []byte) {
	limits := content.Limits{Bytes: 1 << 20, Expanded: 8 << 20, Part: 4 << 20, Tokens: 100_000}.WithDefaults()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := ooxml.ReadPresentation(ctx, bytes.NewReader(data), int64(len(data)), limits)
	if err != nil && !fault.Is(err, fault.Rejected) {
		t.Errorf("neither read nor refused: %v", err)
	}
	if err == nil && len(c.Pages) == 0 {
		t.Error("read, and yet without a slide")
	}
}

const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc/></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`

func FuzzPresentation(f *testing.F) {
	f.Add(ooxmltest.Deck{Title: "T", Slides: []ooxmltest.Slide{{Title: "T", Body: "B", Notes: "N", XML: table}}}.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(fuzzed)
}

// FuzzSlide fuzzes the XML of a slide, which a mutated zip hardly ever lets through.
func FuzzSlide(f *testing.F) {
	f.Add(ooxmltest.Shape("title", "T", 0, 0, 9, 9) + table)
	f.Add(`<p:grpSp><p:grpSpPr><a:xfrm><a:off x="1" y="NaN"/><a:ext cx="2" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="1e308" cy="100"/></a:xfrm></p:grpSpPr></p:grpSp>`)
	f.Fuzz(func(t *testing.T, slide string) {
		fuzzed(t, ooxmltest.Deck{Slides: []ooxmltest.Slide{{XML: slide}, {Title: "good"}}}.Bytes())
	})
}
