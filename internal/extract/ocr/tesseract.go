package ocr

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tesseract is the tesseract program (github.com/tesseract-ocr/tesseract, 4 or 5) as an engine. It runs once or twice a
// page: first to see which way up the page is and in which script, then to read it in the languages of that script.
type Tesseract struct {
	path    string
	latin   string // languages joined by +, as its -l wants them
	all     string
	arabic  bool
	orients bool
}

// NewTesseract looks for the program, by its path or its name, and for the languages that it has of those that we read.
// It fails with ErrNoEngine when the program or all of them are missing.
func NewTesseract(ctx context.Context, program string) (*Tesseract, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoEngine, err)
	}
	out, err := exec.CommandContext(ctx, path, "--list-langs").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("list tesseract's languages: %w", err)
	}
	has := strings.Fields(string(out))
	t := &Tesseract{path: path, arabic: slices.Contains(has, "ara"), orients: slices.Contains(has, "osd")}
	var latin []string
	for _, l := range []string{"eng", "fra", "por", "spa"} {
		if slices.Contains(has, l) {
			latin = append(latin, l)
		}
	}
	t.latin = strings.Join(latin, "+")
	if t.arabic {
		latin = append(latin, "ara")
	}
	t.all = strings.Join(latin, "+")
	if t.all == "" {
		return nil, fmt.Errorf("%w: tesseract has none of the languages eng, fra, por, spa and ara", ErrNoEngine)
	}
	return t, nil
}

// Recognise reads a page.
func (t *Tesseract) Recognise(ctx context.Context, page *image.Gray) (Text, error) {
	var turned int
	languages := t.all
	if t.orients {
		// A page with too little text to tell is taken as it is.
		if out, err := t.run(ctx, page, "--psm", "0", "-l", "osd"); err == nil {
			var script string
			turned, script = orientation(out)
			switch {
			case script == "Latin" && t.latin != "":
				languages = t.latin
			case script == "Arabic" && t.arabic:
				languages = "ara"
			}
		} else if ctx.Err() != nil {
			return Text{}, ctx.Err()
		}
	}
	out, err := t.run(ctx, turn(page, turned), "--psm", "3", "-l", languages, "tsv")
	if err != nil {
		return Text{}, err
	}
	return parse(out), nil
}

// run gives the program a page on its standard input and takes what it writes.
func (t *Tesseract) run(ctx context.Context, page *image.Gray, args ...string) ([]byte, error) {
	var in, out, diagnostics bytes.Buffer
	e := png.Encoder{CompressionLevel: png.NoCompression}
	if err := e.Encode(&in, page); err != nil {
		return nil, fmt.Errorf("encode page: %w", err)
	}
	cmd := exec.CommandContext(
		ctx,
		t.path,
		append([]string{"stdin", "stdout", "--dpi", strconv.Itoa(dpi(page))}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &diagnostics
	cmd.WaitDelay = time.Second
	// One thread: several only get in each other's way on a page (its own advice), and a Lambda function has two.
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("tesseract: %w", err)
	}
	return out.Bytes(), nil
}

// dpi guesses the resolution from an A4 page's longer side of 11.7 inches.
func dpi(page *image.Gray) int {
	return min(max(int(float64(max(page.Rect.Dx(), page.Rect.Dy()))/11.7), 70), 600)
}

var (
	rotateLine = regexp.MustCompile(`(?m)^Rotate: (\d+)`)
	scriptLine = regexp.MustCompile(`(?m)^Script: (\w+)`)
	sureLine   = regexp.MustCompile(`(?m)^(Orientation|Script) confidence: ([\d.]+)`)
)

// orientation reads what tesseract says of a page: by how many degrees to turn it clockwise, and its script; nothing
// that it is not fairly sure of.
func orientation(out []byte) (degrees int, script string) {
	sure := map[string]float64{}
	for _, m := range sureLine.FindAllSubmatch(out, -1) {
		sure[string(m[1])], _ = strconv.ParseFloat(string(m[2]), 64)
	}
	if m := rotateLine.FindSubmatch(out); m != nil && sure["Orientation"] >= 2 {
		degrees, _ = strconv.Atoi(string(m[1]))
	}
	if m := scriptLine.FindSubmatch(out); m != nil && sure["Script"] >= 1 {
		script = string(m[1])
	}
	return degrees, script
}

// turn turns a page clockwise by 90, 180 or 270 degrees.
func turn(g *image.Gray, degrees int) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	switch degrees {
	case 90, 270:
		out := image.NewGray(image.Rect(0, 0, h, w))
		for y := range h {
			for x := range w {
				if degrees == 90 {
					out.Pix[x*out.Stride+h-1-y] = g.Pix[y*g.Stride+x]
				} else {
					out.Pix[(w-1-x)*out.Stride+y] = g.Pix[y*g.Stride+x]
				}
			}
		}
		return out
	case 180:
		out := image.NewGray(g.Rect)
		for y := range h {
			for x := range w {
				out.Pix[(h-1-y)*out.Stride+w-1-x] = g.Pix[y*g.Stride+x]
			}
		}
		return out
	}
	return g
}

// parse reads tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
func parse(out []byte) Text {
	var t Text
	var line []string
	key, sum, words := "", 0.0, 0
	for row := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(f) < 12 || f[0] != "5" {
			continue
		}
		word := strings.TrimSpace(f[11])
		confidence, err := strconv.ParseFloat(f[10], 64)
		if word == "" || err != nil || confidence < 0 {
			continue
		}
		if k := strings.Join(f[1:5], "."); k != key && len(line) > 0 {
			t.Lines = append(t.Lines, strings.Join(line, " "))
			line, key = nil, k
		} else {
			key = k
		}
		line = append(line, word)
		sum += confidence
		words++
	}
	if len(line) > 0 {
		t.Lines = append(t.Lines, strings.Join(line, " "))
	}
	if words > 0 {
		t.Confidence = sum / float64(words) / 100
	}
	return t
}
