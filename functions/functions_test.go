package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"dossier/functions"
)

func TestConfigureNamesEveryMistake(t *testing.T) {
	type config struct {
		Bucket string `env:"TEST_BUCKET,required,notEmpty"`
		Table  string `env:"TEST_TABLE,required"`
		Days   int    `env:"TEST_DAYS" envDefault:"7"`
	}
	t.Setenv("TEST_DAYS", "a week")
	_, err := functions.Configure[config]()
	if err == nil || !strings.HasPrefix(err.Error(), "configuration: ") {
		t.Fatalf("%v", err)
	}
	for _, want := range []string{"TEST_BUCKET", "TEST_TABLE", "Days"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not name %s: %v", want, err)
		}
	}
	t.Setenv("TEST_DAYS", "")
	t.Setenv("TEST_BUCKET", "b")
	t.Setenv("TEST_TABLE", "t")
	if c, err := functions.Configure[config](); err != nil || c.Bucket != "b" || c.Table != "t" || c.Days != 7 {
		t.Errorf("%+v %v", c, err)
	}
}

// A client that is pointed away from AWS uses path style, for a bucket has no host name there.
func TestClientsGoWhereTheyArePointed(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	for variable, elsewhere := range map[string]bool{"": false, "AWS_ENDPOINT_URL": true, "AWS_ENDPOINT_URL_S3": true, "AWS_ENDPOINT_URL_SQS": false} {
		t.Run(variable, func(t *testing.T) {
			for _, other := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB"} {
				t.Setenv(other, "")
			}
			if variable != "" {
				t.Setenv(variable, "http://127.0.0.1:1")
			}
			c, err := functions.AWS(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s3 := functions.S3(c).Options()
			if s3.UsePathStyle != elsewhere || s3.Region != "eu-west-1" || (aws.ToString(s3.BaseEndpoint) != "") != elsewhere {
				t.Errorf("path style %v, at %s in %s", s3.UsePathStyle, aws.ToString(s3.BaseEndpoint), s3.Region)
			}
		})
	}
}

func TestDynamoDBElsewhereSendsNoChecksums(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", "")
	for _, url := range []string{"", "http://127.0.0.1:1"} {
		t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
		c, err := functions.AWS(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := functions.DynamoDB(c).Options().DisableValidateResponseChecksum; got != (url != "") {
			t.Errorf("at %q checksums are not looked at: %v", url, got)
		}
	}
}

func TestMainStartsAndReturns(t *testing.T) {
	started := false
	functions.Main(func(ctx context.Context) error {
		started = ctx.Err() == nil
		return nil
	})
	if !started {
		t.Error("nothing was started")
	}
}

// A start that fails ends the process with a line in the log, which Lambda shows. This test runs itself in a process.
func TestMainEndsTheProcessWhenItsStartFails(t *testing.T) {
	if os.Getenv("TEST_START_FAILS") != "" {
		functions.Main(func(context.Context) error { return errors.New("no table") })
		return // it must not come here: the process would end well
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestMainEndsTheProcess")
	cmd.Env = append(os.Environ(), "TEST_START_FAILS=1")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "start failed") || !strings.Contains(string(out), "no table") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The keys of links come from Secrets Manager at the first use, and a secret that holds none is an error without its text.
func TestTicketKeysAreReadWhenTheyAreNeeded(t *testing.T) {
	text, asked := "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
			t.Errorf("it asks for %s", r.Header.Get("X-Amz-Target"))
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": text})
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL} {
		t.Setenv(name, value)
	}
	c, err := functions.AWS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys := functions.TicketKeys(c, "dossier/keys")
	if asked != 0 {
		t.Error("it is read before it is needed")
	}
	for range 2 {
		if got, err := keys.Text(t.Context()); err != nil || got != text {
			t.Errorf("%q %v", got, err)
		}
	}
	if asked != 1 {
		t.Errorf("it was read %d times", asked)
	}
	text = "k1:c2hvcnQ="
	if got, err := functions.TicketKeys(c, "dossier/keys").Text(t.Context()); err == nil || got != "" || strings.Contains(err.Error(), "c2hvcnQ") {
		t.Errorf("a short key: %q %v", got, err)
	}
}
