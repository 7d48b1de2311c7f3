// Command compare races the readers against Apache Tika's server and, for PDF, against pdftotext as a process, over the
// same real documents, one at a time and each warm. It prints documents a second, medians and our peak memory.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"dossier/infra/engines"
	"dossier/infra/proc"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/pdf"
)

func main() {
	corpus := flag.String("corpus", "../shared/corpus", "folder of real documents")
	tika := flag.String("tika", "", "path of tika-server-standard's jar; empty leaves Tika out")
	rounds := flag.Int("rounds", 5, "how often each file is read; the median counts")
	profile := flag.String("profile", "", "write a CPU profile of our reading to this file")
	flag.Parse()
	if err := run(context.Background(), *corpus, *tika, *rounds, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// file is one document and what reading it took.
type file struct {
	name              string
	data              []byte
	ours, tika, other time.Duration // other is pdftotext's
}

func run(ctx context.Context, corpus, jar string, rounds int, profile string) error {
	paths, err := filepath.Glob(filepath.Join(corpus, "*", "*"))
	if err != nil {
		return err
	}
	var files []*file
	for _, p := range paths {
		if strings.HasSuffix(p, ".txt") {
			continue
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		files = append(files, &file{name: p, data: data})
	}
	if len(files) == 0 {
		return errors.New("no document was found")
	}
	if err := os.MkdirAll(engines.PDFiumCache(), 0o700); err != nil {
		return err
	}
	engine := pdf.New(engines.PDFiumCache(), content.Limits{}.WithDefaults().Memory)
	defer engine.Close()
	reader := extract.New(engine, nil, content.Limits{})
	ours := func(f *file) error {
		// What cannot be read is refused; the time to see that counts too.
		_, _ = reader.Read(ctx, bytes.NewReader(f.data), int64(len(f.data)))
		return nil
	}
	stop := func() {}
	if profile != "" {
		out, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		stop = func() { pprof.StopCPUProfile(); out.Close() }
	}
	fmt.Printf("%d documents, %d rounds, one at a time\n\n", len(files), rounds)
	if err := measure(files, rounds, ours, func(f *file) *time.Duration { return &f.ours }); err != nil {
		return err
	}
	stop()
	peak, err := proc.Memory(proc.Peak)
	if err != nil {
		return err
	}
	rate := func(of func(*file) time.Duration) float64 {
		var sum time.Duration
		for _, f := range files {
			sum += of(f)
		}
		return float64(len(files)) / sum.Seconds()
	}
	mine := rate(func(f *file) time.Duration { return f.ours })
	fmt.Printf("ours       %8.1f documents a second, peak memory %d MB\n", mine, peak>>20)

	if jar != "" {
		url, end, err := startTika(ctx, jar)
		if err != nil {
			return err
		}
		defer end()
		ask := func(f *file) error { return askTika(ctx, url, f.data) }
		if err := measure(files, rounds, ask, func(f *file) *time.Duration { return &f.tika }); err != nil {
			return err
		}
		theirs := rate(func(f *file) time.Duration { return f.tika })
		fmt.Printf("Tika       %8.1f documents a second: ours is %.1f times as fast\n", theirs, mine/theirs)
	}

	var pdfs []*file
	for _, f := range files {
		if strings.HasSuffix(f.name, ".pdf") {
			pdfs = append(pdfs, f)
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return fmt.Errorf("pdftotext is needed (Debian: poppler-utils): %w", err)
	}
	convert := func(f *file) error {
		_ = exec.CommandContext(ctx, "pdftotext", "-enc", "UTF-8", f.name, "-").Run() // one that it cannot open costs time too
		return nil
	}
	if err := measure(pdfs, rounds, convert, func(f *file) *time.Duration { return &f.other }); err != nil {
		return err
	}
	var ratios []float64
	fmt.Println("\nPDF                                                 ours  pdftotext   ratio")
	for _, f := range pdfs {
		ratios = append(ratios, float64(f.ours)/float64(f.other))
		fmt.Printf("%-48.48s %7.1f %9.1f ms  %5.2f\n", filepath.Base(f.name), ms(f.ours), ms(f.other), float64(f.ours)/float64(f.other))
	}
	slices.Sort(ratios)
	fmt.Printf("median ratio to pdftotext's time: %.2f\n", ratios[len(ratios)/2])
	slices.SortFunc(files, func(a, b *file) int { return cmp.Compare(b.ours, a.ours) })
	fmt.Println("\nslowest of ours")
	for _, f := range files[:min(8, len(files))] {
		fmt.Printf("%-48.48s %7.1f ms\n", filepath.Base(f.name), ms(f.ours))
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure runs every file once to warm up and then so many rounds, and keeps each file's median.
func measure(files []*file, rounds int, read func(*file) error, into func(*file) *time.Duration) error {
	for _, f := range files {
		var took []time.Duration
		for i := range rounds + 1 {
			began := time.Now()
			if err := read(f); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(f.name), err)
			}
			if i > 0 {
				took = append(took, time.Since(began))
			}
		}
		slices.Sort(took)
		*into(f) = took[len(took)/2]
	}
	return nil
}

// startTika runs Tika's server on a free port of loopback and waits until it answers.
func startTika(ctx context.Context, jar string) (url string, end func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "java", "-Xmx2g", "-jar", jar, "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--noFork")
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	url = fmt.Sprintf("http://127.0.0.1:%d/tika", port)
	for range 120 {
		time.Sleep(500 * time.Millisecond)
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			return url, end, nil
		}
	}
	end()
	return "", nil, errors.New("server of Tika did not start within a minute")
}

func askTika(ctx context.Context, url string, data []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/plain")
	// Its OCR would run tesseract where that is installed; ours is off as well.
	req.Header.Set("X-Tika-OCRskipOcr", "true")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
