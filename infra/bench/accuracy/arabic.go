package accuracy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

const (
	// arabicGroup is the row of PDFs that are made here from Arabic letters, for none that are public can lie here.
	arabicGroup = "pdf/arabic"
	// arabicFloor is the least mean of its word F1.
	arabicFloor = 0.97
	// arabicLetters is how many letters a PDF holds.
	arabicLetters = 12
)

// arabicFonts are Debian's fonts-hosny-amiri, fonts-kacst, fonts-sil-scheherazade, fonts-noto-core, fonts-dejavu-core.
// They draw lam-alef in three ways: as one glyph, as two that overlap, as one with a name for each part.
func arabicFonts() []string {
	return []string{"Amiri", "KacstBook", "Scheherazade", "Noto Naskh Arabic", "Noto Sans Arabic", "DejaVu Sans"}
}

// setting is how the letters are written.
type setting struct {
	name  string
	write func(string) string
}

func settings() []setting {
	return []setting{
		{"plain", func(s string) string { return s }},
		{"marks", vowelled},
		{"kashida", stretched},
	}
}

// arabic compares PDFs that a browser and LibreOffice make of Arabic letters with the letters' own text. The letters
// are those of a hand that the readers were not made with.
func (m *measurement) arabic(ctx context.Context) error {
	letters, err := arabicTexts(filepath.Join(m.papers, "train", "mashriq-maghrib", "papers.jsonl"))
	if err != nil {
		return err
	}
	reference := words(letters...)
	var pages []string
	for i, font := range arabicFonts() {
		if out, err := exec.CommandContext(ctx, "fc-list", font).Output(); err != nil || len(out) == 0 {
			return fmt.Errorf("the font %s is needed (Debian: fonts-hosny-amiri fonts-kacst fonts-sil-scheherazade "+
				"fonts-noto-core fonts-dejavu-core): %w", font, errors.Join(err))
		}
		for j, s := range settings() {
			if j > 0 && i%2 > 0 { // marks and kashida in every second font
				continue
			}
			file := filepath.Join(m.office.dir, strings.ReplaceAll(font, " ", "")+"-"+s.name+".html")
			if err := os.WriteFile(file, arabicPage(font, letters, s), 0o600); err != nil {
				return fmt.Errorf("write page: %w", err)
			}
			pages = append(pages, file)
		}
	}
	made, err := m.office.convert(ctx, "arabic-office", "pdf:writer_web_pdf_Export", pages)
	if err != nil {
		return err
	}
	for _, page := range pages {
		file := strings.TrimSuffix(page, ".html") + "-browser.pdf"
		out, err := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu",
			"--user-data-dir="+filepath.Join(m.office.dir, "browser"), "--no-pdf-header-footer", "--print-to-pdf="+file,
			page).CombinedOutput()
		if err != nil {
			return fmt.Errorf("chromium: %w: %s", err, out)
		}
		made = append(made, file)
	}
	for _, file := range made {
		c, err := read(ctx, m.reader, file)
		r := row{format: arabicGroup, name: filepath.Base(file)}
		if err != nil {
			r.note = err.Error()
		}
		r.f1, r.words = f1(reference, words(unmarked(strings.Join(body(c), "\n"))))
		m.rows = append(m.rows, r)
	}
	return nil
}

// arabicTexts gives some letters of a set that is kept as texts (../shared/papers/README.md), without its mark-up.
func arabicTexts(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open letters: %w", err)
	}
	defer f.Close()
	markup := regexp.MustCompile(`(?m)^(\^|>|!!|==|@H|@F|\|) |\*\*|//|;;`)
	var all []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && len(all) < arabicLetters {
		var paper struct {
			Lang, Kind, Text string
		}
		if err := json.Unmarshal(lines.Bytes(), &paper); err != nil {
			return nil, fmt.Errorf("read letters: %w", err)
		}
		if paper.Lang == "ar" && paper.Kind == "nomination" {
			all = append(all, unmarked(markup.ReplaceAllString(paper.Text, " ")))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	if len(all) < arabicLetters {
		return nil, fmt.Errorf("%s has %d Arabic letters, %d are needed", file, len(all), arabicLetters)
	}
	return all, nil
}

// arabicPage sets letters as a page of HTML.
func arabicPage(font string, letters []string, s setting) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html dir="rtl" lang="ar"><meta charset="utf-8">`+
		`<style>body { font-family: '%s'; font-size: 13pt } h1 { page-break-before: always }</style>`, font)
	for _, letter := range letters {
		b.WriteString("<hr>")
		for line := range strings.Lines(letter) {
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(strings.TrimSpace(s.write(line))))
		}
	}
	return []byte(b.String())
}

// vowelled puts a mark, or shadda and a mark, over one letter in three.
func vowelled(s string) string {
	marks := []string{"\u064e", "\u064f", "\u0650", "\u0652", "\u0651\u064e"}
	random := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) && random.IntN(3) == 0 {
			b.WriteString(marks[random.IntN(len(marks))])
		}
	}
	return b.String()
}

// stretched draws out one letter in six that joins the next.
func stretched(s string) string {
	random := rand.New(rand.NewPCG(1, 1))
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		b.WriteRune(r)
		joins := strings.ContainsRune("بتثجحخسشصضطظعغفقكلمنهي", r)
		if joins && i+1 < len(runes) && strings.ContainsRune("بتثجحخدذرزسشصضطظعغفقكمنهوية", runes[i+1]) && random.IntN(6) == 0 {
			b.WriteString("\u0640\u0640")
		}
	}
	return b.String()
}

// unmarked leaves out what does not tell words apart: vowel marks and kashida.
func unmarked(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\u0640' || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}
