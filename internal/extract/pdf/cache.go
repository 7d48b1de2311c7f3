package pdf

import (
	"os"
	"path/filepath"
)

// UserCache is the folder in which this user keeps the reader's compiled code between runs and tests.
func UserCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "dossier", "pdfium")
}
