// Command scans measures how well scanned letters are read: it has LibreOffice set known texts as pages, poppler draw them
// at 200 dots an inch, and reads the pictures by the readers with tesseract; clean, and with noise and three degrees of
// skew. It prints the word accuracy of each and fails below the floors. It needs LibreOffice, poppler and tesseract.
package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/xml"
	"errors"
	"flag"
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
	"time"
	"unicode"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/pdf"
)

//go:embed texts
var texts embed.FS

// floors are the least word accuracies, clean and rough; the others are stated.
var floors = map[string][2]float64{"en": {0.95, 0.85}, "fr": {0.95, 0.85}}

func main() {
	keep := flag.String("keep", "", "folder to leave the pictures in")
	flag.Parse()
	if err := run(context.Background(), *keep); err != nil {
		fmt.Fprintln(os.Stderr, "scans:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, keep string) error {
	for _, program := range []string{"soffice", "pdftoppm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is needed (Debian: libreoffice-writer-nogui poppler-utils): %w", program, err)
		}
	}
	engine, err := ocr.NewTesseract(ctx, "tesseract")
	if err != nil {
		return fmt.Errorf("tesseract is needed with eng, fra, por and ara (Debian: tesseract-ocr tesseract-ocr-fra tesseract-ocr-por tesseract-ocr-ara): %w", err)
	}
	reader := extract.New(pdf.New("", 0), engine, content.Limits{ScanTime: 55 * time.Second, Time: time.Hour})
	dir, err := os.MkdirTemp("", "scans-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var low []string
	fmt.Println("language  scan   words  accuracy  confidence  seconds")
	for _, lang := range []string{"en", "fr", "pt", "ar"} {
		text, err := texts.ReadFile("texts/" + lang + ".txt")
		if err != nil {
			return err
		}
		page, err := set(ctx, dir, lang, string(text))
		if err != nil {
			return err
		}
		for i, scan := range []struct {
			name string
			page *image.Gray
		}{{"clean", page}, {"rough", rough(page)}} {
			var b bytes.Buffer
			if err := png.Encode(&b, scan.page); err != nil {
				return err
			}
			if keep != "" {
				if err := os.WriteFile(filepath.Join(keep, lang+"-"+scan.name+".png"), b.Bytes(), 0o600); err != nil {
					return err
				}
			}
			began := time.Now()
			c, err := reader.Read(ctx, bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				return fmt.Errorf("%s, %s: %w", lang, scan.name, err)
			}
			a := accuracy(words(string(text)), words(c.Pages[0].Text))
			fmt.Printf("%-9s %-6s %5d  %8.3f  %10.2f  %7.1f\n", lang, scan.name, len(words(string(text))), a, c.Pages[0].Confidence, time.Since(began).Seconds())
			if floor, ok := floors[lang]; ok && a < floor[i] {
				low = append(low, fmt.Sprintf("%s %s %.3f, floor %.2f", lang, scan.name, a, floor[i]))
			}
		}
	}
	if len(low) > 0 {
		return errors.New("below the floor: " + strings.Join(low, "; "))
	}
	return nil
}

// flat is the head of a flat OpenDocument text; the writing mode is to be filled in.
const flat = `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles><style:style style:name="P" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.4cm" style:writing-mode="%s"/><style:text-properties style:font-name="Liberation Serif" fo:font-family="Liberation Serif" fo:font-size="12pt" style:font-family-complex="Noto Naskh Arabic" style:font-size-complex="14pt"/></style:style></office:automatic-styles>
<office:body><office:text>`

// set has a text set as an A4 page and drawn at 200 dots an inch.
func set(ctx context.Context, dir, lang, text string) (*image.Gray, error) {
	mode := "lr-tb"
	if lang == "ar" {
		mode = "rl-tb"
	}
	var b strings.Builder
	fmt.Fprintf(&b, flat, mode)
	for line := range strings.Lines(text) {
		b.WriteString(`<text:p text:style-name="P">`)
		if err := xml.EscapeText(&b, []byte(strings.TrimSpace(line))); err != nil {
			return nil, err
		}
		b.WriteString(`</text:p>`)
	}
	b.WriteString(`</office:text></office:body></office:document>`)
	source := filepath.Join(dir, lang+".fodt")
	if err := os.WriteFile(source, []byte(b.String()), 0o600); err != nil {
		return nil, err
	}
	commands := [][]string{
		{"soffice", "--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir, source},
		{"pdftoppm", "-r", "200", "-gray", "-png", "-f", "1", "-l", "1", "-singlefile", filepath.Join(dir, lang+".pdf"), filepath.Join(dir, lang)},
	}
	for _, c := range commands {
		if out, err := exec.CommandContext(ctx, c[0], c[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", c[0], err, out)
		}
	}
	f, err := os.Open(filepath.Join(dir, lang+".png"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		return nil, err
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
			sx, sy := int(dx*cos+dy*sin)+w/2, int(-dx*sin+dy*cos)+h/2
			v := 255.0
			if sx >= 0 && sy >= 0 && sx < w && sy < h {
				v = float64(g.GrayAt(sx, sy).Y)
			}
			v *= 1 - 0.25*float64(x)/float64(w)
			v += r.NormFloat64() * 18
			switch n := r.IntN(1000); {
			case n < 4:
				v = 0
			case n < 8:
				v = 255
			}
			out.Pix[y*out.Stride+x] = uint8(min(255, max(0, v)))
		}
	}
	return out
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(content.Tidy(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// accuracy is one minus the word error rate: substitutions, omissions and insertions over the words that there are.
func accuracy(want, got []string) float64 {
	row := make([]int, len(got)+1)
	for j := range row {
		row[j] = j
	}
	for i, w := range want {
		diagonal := row[0]
		row[0] = i + 1
		for j, g := range got {
			cost := 1
			if w == g {
				cost = 0
			}
			next := min(diagonal+cost, row[j]+1, row[j+1]+1)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return 1 - float64(row[len(got)])/float64(len(want))
}
