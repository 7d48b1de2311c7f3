package ses_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/ses"
)

// What goes to SES, on the wire; and what comes of its answers.
func TestSES(t *testing.T) {
	var got struct {
		FromEmailAddress, ConfigurationSetName string
		Destination                            struct{ ToAddresses []string }
		Content                                struct{ Raw struct{ Data []byte } }
		EmailTags                              []struct{ Name, Value string }
	}
	status, kind, says := http.StatusOK, "", ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/email/outbound-emails" {
			t.Errorf("path %s", r.URL.Path)
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &got)
		}
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Amzn-Errortype", kind)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"MessageId":"0100-abc","message":%q}`, says)
	}))
	defer server.Close()
	client := sesv2.New(sesv2.Options{Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(
			"a",
			"b",
			"",
		), HTTPClient: server.Client(), Retryer: aws.NopRetryer{}})
	s := ses.New(client, "dossier-set")
	m := meeting.Mail{ID: "receipt-1", To: []string{"a@example.org"}}
	id, err := s.Send(t.Context(), []byte("raw mail"), "dossier@meetings.example", m)
	if err != nil || id != "0100-abc" {
		t.Fatalf("%q %v", id, err)
	}
	if string(got.Content.Raw.Data) != "raw mail" || got.ConfigurationSetName != "dossier-set" ||
		got.FromEmailAddress != "dossier@meetings.example" ||
		len(got.Destination.ToAddresses) != 1 || len(got.EmailTags) != 1 || got.EmailTags[0].Name != "outbox" ||
		got.EmailTags[0].Value != "receipt-1" {
		t.Errorf("sent %+v", got)
	}
	for _, test := range []struct {
		status     int
		kind, says string
		rejected   bool
	}{{400, "MessageRejected", "Illegal content", true}, {400, "BadRequestException", "Illegal address", true}, {429,
		"TooManyRequestsException", "Rate exceeded", false},
		{400, "SendingPausedException", "Paused", false}, {500, "InternalFailure", "", false}, {400,
			"LimitExceededException", "Daily quota exceeded", false},
		// What an account in the sandbox is told.
		{400, "MessageRejected",
			"Email address is not verified. The following identities failed the check in region EU-WEST-1: " +
				"a@example.org", false}} {
		status, kind, says = test.status, test.kind, test.says
		if _, err := s.Send(t.Context(), []byte("raw"), "d@meetings.example", m); err == nil ||
			fault.Is(err, fault.Rejected) != test.rejected {
			t.Errorf("%s: %v", test.kind, err)
		}
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	f := ses.NewFolder(dir)
	m := meeting.Mail{ID: "receipt-1"}
	for _, text := range []string{"first", "second"} {
		if id, err := f.Send(t.Context(), []byte(text), "", m); err != nil || id != m.ID {
			t.Fatalf("%q %v", id, err)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "receipt-1.eml"))
	if err != nil || string(got) != "first" {
		t.Errorf("%q %v: a mail that was sent is not sent again", got, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if log, err := os.ReadFile(filepath.Join(dir, ses.SentLog)); err != nil || string(log) != "receipt-1\nreceipt-1\n" {
		t.Errorf("sent: %q %v", log, err)
	}
	if _, err := f.Send(t.Context(), nil, "", meeting.Mail{ID: "../x"}); err == nil {
		t.Error("an id left the folder")
	}
}
