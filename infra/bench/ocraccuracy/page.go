package ocraccuracy

import (
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// flatHead is the head of a flat OpenDocument text. Its verb is the writing mode.
const flatHead = `<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">
<office:automatic-styles><style:style style:name="P" style:family="paragraph">
<style:paragraph-properties fo:margin-bottom="0.4cm" style:writing-mode="%s"/>
<style:text-properties style:font-name="Liberation Serif" fo:font-family="Liberation Serif" fo:font-size="12pt"
 style:font-family-complex="Noto Naskh Arabic" style:font-size-complex="14pt"/>
</style:style></office:automatic-styles>
<office:body><office:text>`

// page has LibreOffice set a text as an A4 page and poppler draw it at 200 dots an inch.
func (m *measurement) page(ctx context.Context, language, text string) (*image.Gray, error) {
	source := filepath.Join(m.dir, language+".fodt")
	document, err := flatDocument(language, text)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(source, document, 0o600); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	target := filepath.Join(m.dir, language)
	profile := "-env:UserInstallation=file://" + filepath.Join(m.dir, "profile")
	for _, c := range [][]string{
		{"soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", m.dir, source},
		{"pdftoppm", "-r", "200", "-gray", "-png", "-f", "1", "-l", "1", "-singlefile", target + ".pdf", target},
	} {
		if out, err := exec.CommandContext(ctx, c[0], c[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", c[0], err, out)
		}
	}
	return readGray(target + ".png")
}

// flatDocument writes a text as a flat OpenDocument file, a line a paragraph.
func flatDocument(language, text string) ([]byte, error) {
	mode := "lr-tb"
	if language == "ar" {
		mode = "rl-tb"
	}
	var b strings.Builder
	fmt.Fprintf(&b, flatHead, mode)
	for line := range strings.Lines(text) {
		b.WriteString(`<text:p text:style-name="P">`)
		if err := xml.EscapeText(&b, []byte(strings.TrimSpace(line))); err != nil {
			return nil, fmt.Errorf("write page: %w", err)
		}
		b.WriteString(`</text:p>`)
	}
	b.WriteString(`</office:text></office:body></office:document>`)
	return []byte(b.String()), nil
}

func readGray(file string) (*image.Gray, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	g := image.NewGray(picture.Bounds())
	draw.Draw(g, g.Rect, picture, g.Rect.Min, draw.Src)
	return g, nil
}

// rough is a page as a worn scanner gives it: three degrees askew, unevenly lit, with grain and specks.
func rough(g *image.Gray) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	sin, cos := math.Sincos(3 * math.Pi / 180)
	for y := range h {
		for x := range w {
			dx, dy := float64(x-w/2), float64(y-h/2)
			at := image.Pt(int(dx*cos+dy*sin)+w/2, int(-dx*sin+dy*cos)+h/2)
			light := 255.0
			if at.In(image.Rect(0, 0, w, h)) {
				light = float64(g.GrayAt(at.X, at.Y).Y)
			}
			out.Pix[y*out.Stride+x] = worn(r, light*(1-0.25*float64(x)/float64(w)))
		}
	}
	return out
}

// worn adds grain to a dot, or makes it a black or a white speck.
func worn(r *rand.Rand, light float64) uint8 {
	light += r.NormFloat64() * 18
	switch n := r.IntN(1000); {
	case n < 4:
		light = 0
	case n < 8:
		light = 255
	}
	return uint8(min(255, max(0, light)))
}
