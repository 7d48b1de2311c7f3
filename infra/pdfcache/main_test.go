package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Everybody may read the cache, with the modes that it has in an archive.
func TestCacheIsReadable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pdfium")
	inner := filepath.Join(dir, "wazero")
	if err := os.MkdirAll(inner, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inner, "compiled"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readable(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{dir: 0o755, inner: 0o755, filepath.Join(inner, "compiled"): 0o644} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}
