package hostile

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"os"
	"strings"
	"testing"

	_ "image/jpeg" // the generators are held against the decoders
	_ "image/png"

	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Only a file with a clear outcome, within its memory, is harmless.
func TestProblem(t *testing.T) {
	good := trial{name: "a", outcome: outcome{Outcome: "read", Peak: 100 << 20}}
	for name, test := range map[string]struct {
		change func(*trial)
		want   string
	}{
		"read":           {func(*trial) {}, ""},
		"rejected":       {func(t *trial) { t.Outcome, t.Reason = "rejected", "too-large" }, ""},
		"without reason": {func(t *trial) { t.Outcome = "rejected" }, "no clear outcome"},
		"killed":         {func(t *trial) { t.end = errors.New("signal: killed") }, "killed"},
		"says nothing":   {func(t *trial) { t.Outcome = "" }, "no clear outcome"},
		"memory":         {func(t *trial) { t.Peak = 1700 << 20 }, "MB of memory"},
		"a large item":   {func(t *trial) { t.Item = 500 << 10 }, "an item"},
	} {
		trial := good
		test.change(&trial)
		err := trial.problem()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if said := trial.String(); strings.Contains(said, "HARMFUL") != (err != nil) {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// The pictures are such that decoders read them: they are no broken files.
func TestPicturesAreWhole(t *testing.T) {
	for name, data := range map[string][]byte{
		"png": png(400, 300, 16, 6, 0), "interlaced": png(400, 300, 16, 6, 1), "grey": png(400, 300, 8, 0, 0),
		"jpeg": jpeg(400, 300, 3, false, 6), "progressive": jpeg(400, 300, 3, true, 0), "cmyk": jpeg(400, 300, 4, true, 0),
		"webp": webp(400, 300), "tiff": tiff(400, 300, 2, 16, 3), "grey tiff": tiff(400, 300, 1, 8, 1),
	} {
		m, _, err := image.Decode(bytes.NewReader(data))
		if err != nil || m.Bounds().Dx() != 400 || m.Bounds().Dy() != 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file is read as intake does, and its outcome is said.
func TestTakeIn(t *testing.T) {
	path := t.TempDir() + "/names.txt"
	write(t, path, strings.Join(names()[:300], "\n"))
	o, err := takeIn(t.Context(), path)
	if err != nil || o.Outcome != "read" || o.Pages != 1 || o.Words < 600 || o.Held < 1000 || o.Item == 0 {
		t.Errorf("%+v, %v", o, err)
	}
	write(t, path, "")
	if o, err = takeIn(t.Context(), path); err != nil || o.Outcome != "rejected" || o.Reason != "empty" {
		t.Errorf("%+v, %v", o, err)
	}
	data, err := json.Marshal(o)
	var back outcome
	if err != nil || json.Unmarshal(data, &back) != nil || back != o {
		t.Errorf("%s, %v", data, err)
	}
}

// Every file has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range files() {
		if seen[f.name] {
			t.Errorf("two files are %s", f.name)
		}
		seen[f.name] = true
	}
	if len(seen) < 60 {
		t.Errorf("%d files", len(seen))
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
