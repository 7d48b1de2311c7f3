package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"dossier/internal/awstest"
	"dossier/internal/store"
)

// wire stands between a store and its table: it sees each request, and may answer in the table's place.
type wire struct {
	aws.HTTPClient
	requests []request
	// answer gives an answer to a request, counted from 0; nil lets the table answer. An error is a broken line.
	answer func(n int, r request) (*http.Response, error)
}

type request struct {
	operation string // such as "PutItem"
	body      map[string]any
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	q := request{operation: operation}
	if err := json.Unmarshal(data, &q.body); err != nil {
		return nil, err
	}
	w.requests = append(w.requests, q)
	if w.answer != nil {
		if out, err := w.answer(len(w.requests)-1, q); out != nil || err != nil {
			return out, err
		}
	}
	return w.HTTPClient.Do(r)
}

// wired makes a store whose requests are seen. The SDK itself tries nothing twice.
func wired(t *testing.T) (*store.Store, *wire, *awstest.Table) {
	t.Helper()
	table := awstest.MakeTable(t)
	options := table.Client.Options()
	w := &wire{HTTPClient: options.HTTPClient}
	options.HTTPClient, options.Retryer = w, aws.NopRetryer{}
	return store.New(dynamodb.New(options), table.Name), w, table
}

// says makes an answer.
func says(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

var errBroken = errors.New("the line is broken")
