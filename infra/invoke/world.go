package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"dossier/functions/roster"
	"dossier/infra/local/sample"
	"dossier/infra/localaws"
	"dossier/internal/bucket"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
	"dossier/internal/store"
	"dossier/internal/ticket"
)

const (
	bucketName = "dossier-123456789012-eu-west-1-dossier" // as the events in events/ have it
	tableName  = "dossier"
	secretName = "dossier/keys"
)

// world is what the function finds: an S3 with the sample's files, and a table with its roster.
type world struct {
	dir    string
	s3     *localaws.S3
	db     *localaws.DynamoDB
	client *s3.Client
	store  *store.Store
	// secrets stands for Secrets Manager. It has one secret, the keys of links.
	secrets *httptest.Server
}

func newWorld(ctx context.Context) (_ *world, err error) {
	w := &world{secrets: httptest.NewServer(http.HandlerFunc(giveKeys))}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "dossier-invoke-*"); err != nil {
		return nil, err
	}
	if w.s3, err = localaws.StartS3(ctx, w.dir, "127.0.0.1:0", ""); err != nil {
		return nil, err
	}
	if w.db, err = localaws.StartDynamoDB(); err != nil {
		return nil, err
	}
	w.client, w.store = w.s3.Client(), store.New(w.db.Client(), tableName)
	if err := errors.Join(loopback.MakeBucket(ctx, w.client, bucketName), loopback.MakeTable(ctx, w.db.Client(), tableName)); err != nil {
		return nil, err
	}
	// The meeting is loaded by the roster function itself.
	f := roster.New(roster.Config{Bucket: bucketName, Table: tableName, Staff: "staff@dossier.example"}, w.client, w.db.Client(), nobody{}, slog.New(slog.DiscardHandler))
	for _, name := range []string{"meeting.yaml", "participants.csv"} {
		o, err := w.put(ctx, "roster/"+sample.Meeting+"/"+name, "roster/"+name)
		if err != nil {
			return nil, err
		}
		body, err := bucket.Notification(o)
		if err != nil {
			return nil, err
		}
		r, err := f.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: name, Body: string(body)}}})
		if err != nil || len(r.BatchItemFailures) > 0 {
			return nil, errors.Join(errors.New("the sample's roster was not loaded"), err)
		}
	}
	return w, nil
}

// nobody is a queue for a world in which nothing waits in review.
type nobody struct{}

func (nobody) Send(context.Context, []byte) error { return nil }

// giveKeys answers GetSecretValue (AWS Secrets Manager API Reference).
func giveKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	keys := "k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), ticket.MinKey))
	_ = json.NewEncoder(w).Encode(map[string]string{"Name": secretName, "SecretString": keys})
}

// Close stops the engines and removes what they kept.
func (w *world) Close() error {
	var errs []error
	w.secrets.Close()
	if w.s3 != nil {
		errs = append(errs, w.s3.Close())
	}
	if w.db != nil {
		errs = append(errs, w.db.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

func (w *world) put(ctx context.Context, key, file string) (meeting.Object, error) {
	data, err := sample.Files.ReadFile(file)
	if err != nil {
		return meeting.Object{}, fmt.Errorf("read sample: %w", err)
	}
	out, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(data)})
	if err != nil {
		return meeting.Object{}, fmt.Errorf("upload: %w", err)
	}
	return meeting.Object{Bucket: bucketName, Key: key, Version: aws.ToString(out.VersionId), Time: time.Now().UTC()}, nil
}

// env is the environment that template.yaml gives the functions, pointed at the engines. SES and SQS are at a port
// where nobody listens: what a function says to them fails, and it has to cope.
func (w *world) env(code string) []string {
	const closed = "http://127.0.0.1:9"
	return []string{
		"AWS_REGION=" + loopback.Region, "AWS_ACCESS_KEY_ID=" + loopback.AccessKey, "AWS_SECRET_ACCESS_KEY=" + loopback.SecretKey,
		"AWS_ENDPOINT_URL_S3=" + w.s3.URL, "AWS_ENDPOINT_URL_DYNAMODB=" + w.db.URL, "AWS_ENDPOINT_URL_SESV2=" + closed, "AWS_ENDPOINT_URL_SQS=" + closed,
		"AWS_MAX_ATTEMPTS=1", "TMPDIR=" + w.dir,
		"BUCKET=" + bucketName, "TABLE=" + tableName, "STAFF_ADDRESS=staff@dossier.example", "MAIL_FROM=dossier@dossier.example", "PORTAL_URL=https://dossier.example/",
		"STORAGE_URL=" + w.s3.URL, "OIDC_ISSUER=" + closed, "OIDC_CLIENT_ID=local",
		"INTAKE_QUEUE_URL=" + closed + "/intake", "ROSTER_QUEUE_URL=" + closed + "/roster", "PDFIUM_CACHE=" + filepath.Join(code, "pdfium"),
		"AWS_ENDPOINT_URL_SECRETS_MANAGER=" + w.secrets.URL, "TICKET_KEYS_SECRET=" + secretName,
	}
}

// prepare makes true what an event says: objects it names are put from the sample's files of that name, with the
// version that S3 gives them, and outbox items it names are put into the table.
func (w *world) prepare(ctx context.Context, fn string, event []byte) ([]byte, error) {
	switch fn {
	case "intake", "roster":
		var e events.SQSEvent
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, err
		}
		for i := range e.Records {
			if err := w.objects(ctx, &e.Records[i]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(e)
	case "deliver":
		var e events.DynamoDBEvent
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, err
		}
		for _, r := range e.Records {
			id, ok := store.MailIDFromKey(r.Change.Keys["PK"].String(), r.Change.Keys["SK"].String())
			if !ok {
				continue
			}
			doc := &meeting.Document{ID: id + "-document",
				Meeting:       sample.Meeting,
				FileName:      "slides.pptx",
				DocumentState: meeting.DocumentState{Status: meeting.Filed}}
			mail := &meeting.Mail{ID: id, Meeting: sample.Meeting, Template: meeting.MailReceipt, Language: "fr", To: []string{"reader@regm.example"},
				Document: doc.ID, Outcome: doc.Status, State: meeting.Pending, Decided: time.Now().UTC()}
			if err := w.store.Commit(ctx, store.NewChanges(doc, mail)); err != nil {
				return nil, err
			}
		}
	}
	return event, nil
}

// objects puts what one message says was uploaded, and gives the message the versions.
func (w *world) objects(ctx context.Context, m *events.SQSMessage) error {
	var e events.S3Event
	if err := json.Unmarshal([]byte(m.Body), &e); err != nil || len(e.Records) == 0 {
		return err // a test event says nothing of objects
	}
	for i := range e.Records {
		o := &e.Records[i].S3.Object
		created, err := bucket.Created([]byte(m.Body))
		if err != nil {
			return err
		}
		key := created[i].Key
		file := "incoming/" + path.Base(key)
		if _, _, ok := bucket.ParseRoster(key); ok {
			file = "roster/" + path.Base(key)
		}
		if _, err := sample.Files.Open(file); err != nil {
			file = "incoming/partenariats.pptx" // any deck will do
		}
		put, err := w.put(ctx, key, file)
		if err != nil {
			return err
		}
		o.VersionID = put.Version
	}
	body, err := json.Marshal(e)
	m.Body = string(body)
	return err
}
