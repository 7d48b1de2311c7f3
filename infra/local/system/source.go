package system

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"dossier/internal/bucket"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
)

// source turns the embedded S3's events into those that AWS sends. The embedded ones have a key that is not escaped,
// "s3:" before the event name and no version id. So the versions of the key are looked up: each that was not seen yet
// is one event, in the order of upload.
type source struct {
	bucket *bucket.Bucket
	queues map[string]*Queue // by prefix
	log    *slog.Logger

	// open is closed when events go through. Before that they wait: a table that is made again from the bucket is made
	// in the order in which everything was put.
	open chan struct{}

	mu   sync.Mutex
	seen map[string]bool // object ids
}

// add sends the events of keys with a prefix to a queue. Call it before the first event.
func (s *source) add(prefix string, q *Queue) { s.queues[prefix] = q }

// ServeHTTP takes one event of the gateway.
func (s *source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var e struct {
		Records []struct {
			EventName string `json:"eventName"`
			S3        struct {
				Object struct {
					Key string `json:"key"`
				} `json:"object"`
			} `json:"s3"`
		}
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&e); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, record := range e.Records {
		if !strings.Contains(record.EventName, "ObjectCreated:") {
			continue
		}
		// The gateway waits a second for an answer; the sweep finds what fails here.
		go s.created(strings.TrimPrefix(record.S3.Object.Key, bucketName+"/"))
	}
}

// created sends an event for each new version of a key to its queue.
func (s *source) created(key string) {
	for prefix, q := range s.queues {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		select {
		case <-s.open:
		case <-q.ctx.Done(): // the next start finds it
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		found, _, err := s.bucket.Versions(q.ctx, key, "", 10)
		if err != nil {
			s.log.Error("cannot look up the versions of an event", "error", err)
			return
		}
		found = slices.DeleteFunc(found, func(o meeting.Object) bool { return o.Key != key || s.seen[o.ID()] })
		for _, o := range bucket.InOrder(found) {
			s.seen[o.ID()] = true
			if err := q.Send(q.ctx, notification(o)); err != nil {
				s.log.Error("cannot queue an event", "error", err)
			}
		}
		return
	}
}

// notification is an object's event as Amazon S3 writes it (User Guide, "Event message structure").
func notification(o meeting.Object) []byte {
	return fmt.Appendf(nil, `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":%q,"eventTime":%q,`+
		`"eventName":"ObjectCreated:Put",`+
		`"userIdentity":{"principalId":"AWS:local"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},`+
		`"responseElements":{"x-amz-request-id":"local","x-amz-id-2":"local"},`+
		`"s3":{"s3SchemaVersion":"1.0","configurationId":"intake",`+
		`"bucket":{"name":%q,"ownerIdentity":{"principalId":"local"},"arn":"arn:aws:s3:::%s"},`+
		`"object":{"key":%q,"size":%d,"eTag":"","versionId":%q,"sequencer":""}}}]}`,
		loopback.Region, o.Time.UTC().Format("2006-01-02T15:04:05.000Z"), o.Bucket, o.Bucket, escape(o.Key), o.Size, o.Version)
}

// escape writes a key as S3 does in events: as in a query, but for the slashes.
func escape(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/") }
