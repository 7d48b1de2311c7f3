package localaws

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"mime"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// maxFormHead is how much of a form stands before its file: some signed fields.
const maxFormHead = 64 << 10

// formName is the key of a request's context under which the object's name is, bucket first, that its form makes.
type formName struct{}

// forms stands before the gateway and does what S3 does and it does not: it puts the file's own name in place of ${filename} in a
// form's key (Amazon S3 API Reference, "POST Object", the key field), and tells the webhook of the object by its name.
func forms(addr, webhook string) http.Handler {
	proxy := &httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0), // a browser that cancels is no news
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: addr})
			r.Out.Host = r.In.Host // it is signed
			r.Out.Header["X-Forwarded-For"] = nil
		},
		ModifyResponse: func(r *http.Response) error {
			name, ok := r.Request.Context().Value(formName{}).(string)
			if !ok || webhook == "" || r.StatusCode >= 400 {
				return nil
			}
			event, err := json.Marshal(events.S3Event{Records: []events.S3EventRecord{{EventName: "s3:ObjectCreated:Post", S3: events.S3Entity{Object: events.S3Object{Key: name}}}}})
			if err != nil {
				return err
			}
			told, err := http.Post(webhook, "application/json", bytes.NewReader(event))
			if err != nil {
				return err
			}
			return told.Body.Close()
		},
	}
	formKey := regexp.MustCompile(`name="key"\r\n\r\n([^\r\n]*)`)
	formFile := regexp.MustCompile(`name="file"; filename="((?:[^"\\]|\\.)*)"`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse(w, r) {
			return
		}
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
			if key := formKey.FindSubmatch(head); key != nil {
				r = r.WithContext(context.WithValue(r.Context(), formName{}, strings.Trim(r.URL.Path, "/")+"/"+string(key[1])))
			}
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
		}
		proxy.ServeHTTP(w, r)
	})
}
