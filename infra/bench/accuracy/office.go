package accuracy

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// office runs LibreOffice, with a profile and results in a folder of its own.
type office struct{ dir string }

// convert writes files in another format into a subfolder and returns the paths of those that could be converted.
func (o office) convert(ctx context.Context, name, target string, files []string) ([]string, error) {
	if len(files) == 0 {
		return nil, nil
	}
	out := filepath.Join(o.dir, name)
	args := append([]string{"--headless", "-env:UserInstallation=file://" + filepath.Join(o.dir, "profile"),
		"--convert-to", target, "--outdir", out}, files...)
	if message, err := exec.CommandContext(ctx, "soffice", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("soffice: %w: %s", err, message)
	}
	return filepath.Glob(filepath.Join(out, "*"))
}

// offices compares office documents: the corpus' own, and those that LibreOffice makes of them in the other formats.
func (m *measurement) offices(ctx context.Context) error {
	files, err := m.officeFiles(ctx)
	if err != nil {
		return err
	}
	for _, ext := range slices.Sorted(maps.Keys(files)) {
		if err := m.compareExport(ctx, ext, files[ext]); err != nil {
			return err
		}
	}
	return nil
}

// officeFiles lists the files to compare by their extension, and has those made that the corpus lacks.
func (m *measurement) officeFiles(ctx context.Context) (map[string][]string, error) {
	files := map[string][]string{}
	for _, ext := range []string{"docx", "doc", "odt", "rtf", "pptx", "ppt", "odp"} {
		found, err := m.files(ext)
		if err != nil {
			return nil, err
		}
		files[ext] = found
	}
	for _, c := range []struct{ from, to string }{
		{"docx", "doc"}, {"docx", "odt"}, {"docx", "rtf"}, {"pptx", "ppt"}, {"pptx", "odp"},
	} {
		sound := slices.DeleteFunc(slices.Clone(files[c.from]), isFault)
		made, err := m.office.convert(ctx, "made-"+c.to, c.to, sound)
		if err != nil {
			return nil, err
		}
		files[c.to] = append(files[c.to], made...)
	}
	return files, nil
}

// compareExport compares files of one extension with LibreOffice's export of them.
func (m *measurement) compareExport(ctx context.Context, ext string, files []string) error {
	target, slides := "txt:Text (encoded):UTF8", strings.HasPrefix(ext, "pp") || ext == "odp"
	if slides {
		target = "pdf" // Impress has no text export; what its PDF shows is its text
	}
	exported, err := m.office.convert(ctx, "text-"+ext, target, files)
	if err != nil {
		return err
	}
	for _, file := range files {
		i := slices.IndexFunc(exported, func(e string) bool { return stem(e) == stem(file) })
		if i < 0 {
			continue // LibreOffice cannot open it: a file that is broken on purpose
		}
		text, err := exportedText(ctx, exported[i], slides)
		if err != nil {
			return err
		}
		m.score(ctx, ext, file, text)
	}
	return nil
}

// stem is a file's name without its extension.
func stem(file string) string { return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) }

// exportedText is the text of an export, which is a PDF for slides.
func exportedText(ctx context.Context, file string, slides bool) (string, error) {
	if !slides {
		text, err := os.ReadFile(file)
		return string(text), err
	}
	text, err := exec.CommandContext(ctx, "pdftotext", "-enc", "UTF-8", file, "-").Output()
	if err != nil {
		return "", fmt.Errorf("pdftotext: %w", err)
	}
	return string(text), nil
}
