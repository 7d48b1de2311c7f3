package engines

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
)

// maxFormHead is how much of a form stands before its file: some signed fields.
const maxFormHead = 64 << 10

var (
	formKey  = regexp.MustCompile(`(name="key"\r\n\r\n[^\r\n]*)\$\{filename\}`)
	formFile = regexp.MustCompile(`name="file"; filename="((?:[^"\\]|\\.)*)"`)
)

// forms stands before the gateway and does what S3 does and it does not: it puts the file's own name in place of ${filename} in a
// form's key (Amazon S3 API Reference, "POST Object", the key field).
func forms(addr string) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: addr})
		r.Out.Host = r.In.Host // it is signed
		r.Out.Header["X-Forwarded-For"] = nil
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && err == nil && kind == "multipart/form-data" {
			head := make([]byte, maxFormHead)
			n, err := io.ReadFull(r.Body, head)
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				http.Error(w, "the form was cut short", http.StatusBadRequest)
				return
			}
			head = head[:n]
			if name := formFile.FindSubmatch(head); name != nil {
				named := formKey.ReplaceAllFunc(head, func(key []byte) []byte { return bytes.Replace(key, []byte("${filename}"), name[1], 1) })
				r.ContentLength += int64(len(named) - len(head))
				head = named
			}
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		}
		proxy.ServeHTTP(w, r)
	})
}
