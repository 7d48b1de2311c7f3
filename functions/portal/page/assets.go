package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// assets serves the files of the assets folder under names that change with their content, so that a browser may keep
// them for good.
type assets struct {
	files map[string][]byte // by hashed name
	names map[string]string // hashed by plain
}

func readAssets() (*assets, error) {
	a := &assets{files: map[string][]byte{}, names: map[string]string{}}
	entries, err := fs.ReadDir(files, "assets")
	if err != nil {
		return nil, fmt.Errorf("open assets: %w", err)
	}
	for _, e := range entries {
		data, err := fs.ReadFile(files, "assets/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(e.Name())
		hashed := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.files[hashed], a.names[e.Name()] = data, hashed
	}
	return a, nil
}

// path gives the address of an asset; one that there is not is a mistake of ours.
func (a *assets) path(name string) (string, error) {
	hashed, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("no asset %s", name)
	}
	return "/assets/" + hashed, nil
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, ok := a.files[name]
	if plain, isPlain := a.names[name]; !ok && isPlain { // the mailbox of the local run links to the plain name
		data, ok = a.files[plain], true
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	kinds := map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	if _, hashed := a.files[name]; hashed {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(data) // the visitor may be gone
}
