package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// account answers the calls of a check as AWS does on the wire.
type account struct {
	stack        string // its status; "" is no stack
	parameters   string // of the stack, in XML
	bucket       int    // the status of HeadBucket
	keys, kmsKey string // of the secret; no keys are no secret
	identity     string // the JSON of GetEmailIdentity; "" is none
	set          bool
	sending      string
	concurrency  int
	services     string
	asked        []string
}

// ready is an account in which nothing is missing.
func ready() *account {
	return &account{bucket: http.StatusNotFound, keys: "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", set: true, concurrency: 1000,
		identity: `{"VerifiedForSendingStatus":true}`, sending: `{"SendingEnabled":true,"ProductionAccessEnabled":true}`, services: "textract bedrock"}
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	target := r.Header.Get("X-Amz-Target")
	switch {
	case target != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		a.target(w, target[strings.Index(target, ".")+1:], string(body))
	case r.Method == http.MethodHead:
		a.asked = append(a.asked, r.URL.Path)
		w.WriteHeader(a.bucket)
	case strings.HasPrefix(r.URL.Path, "/v2/email/"):
		a.ses(w, strings.TrimPrefix(r.URL.Path, "/v2/email/"))
	case strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/account-settings"):
		fmt.Fprintf(w, `{"AccountLimit":{"ConcurrentExecutions":%d,"UnreservedConcurrentExecutions":%d}}`, a.concurrency, a.concurrency)
	default:
		form, _ := url.ParseQuery(string(body))
		a.query(w, form)
	}
}

// target answers the services of the JSON protocol.
func (a *account) target(w http.ResponseWriter, operation, body string) {
	missing := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":"not there"}`, code)
	}
	switch operation {
	case "GetSecretValue", "DescribeSecret":
		if a.keys == "" || !strings.Contains(body, `"keys"`) {
			missing("ResourceNotFoundException")
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": a.keys, "KmsKeyId": a.kmsKey})
	case "GetParameter":
		var in struct{ Name string }
		_ = json.Unmarshal([]byte(body), &in)
		if !strings.Contains(a.services, filepath.Base(in.Name)) || !strings.Contains(in.Name, "/regions/eu-west-1/") {
			missing("ParameterNotFound")
			return
		}
		_, _ = io.WriteString(w, `{"Parameter":{"Value":"there"}}`)
	}
}

func (a *account) ses(w http.ResponseWriter, path string) {
	answer := map[string]string{"identities/meetings.example": a.identity, "account": a.sending}[path]
	if path == "configuration-sets/mails" && a.set {
		answer = `{"ConfigurationSetName":"mails"}`
	}
	if answer == "" {
		w.Header().Set("X-Amzn-Errortype", "NotFoundException")
		w.WriteHeader(http.StatusNotFound)
		answer = `{"message":"not there"}`
	}
	_, _ = io.WriteString(w, answer)
}

// query answers the services of the query protocol.
func (a *account) query(w http.ResponseWriter, form url.Values) {
	w.Header().Set("Content-Type", "text/xml")
	switch {
	case form.Get("Action") == "GetCallerIdentity":
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	case a.stack == "":
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>`+
			`<Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error></ErrorResponse>`)
	default:
		_, _ = io.WriteString(w, `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>`+
			`<StackName>x</StackName><CreationTime>2031-06-01T00:00:00Z</CreationTime><StackStatus>`+a.stack+`</StackStatus><Parameters>`+
			a.parameters+`</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
	}
}

// usual are the parameters of a first deployment.
var usual = []string{"MailFrom=dossier@meetings.example", "SesIdentity=meetings.example", "SesConfigurationSet=mails", "StaffAddress=staff@meetings.example",
	"TicketKeysSecret=keys", "LargeReader=none"}

// look runs the command against an account.
func look(t *testing.T, a *account, stack string, parameters ...string) (out, problems string, err error) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ENDPOINT_URL_S3": server.URL,
		"AWS_ENDPOINT_URL_DYNAMODB": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a",
		"AWS_SECRET_ACCESS_KEY": "b", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_MAX_ATTEMPTS": "1"} {
		t.Setenv(name, value)
	}
	var stdout, stderr strings.Builder
	err = run(t.Context(), "../../template.yaml", stack, parameters, &stdout, &stderr)
	return stdout.String(), stderr.String(), err
}

func TestNothingIsMissing(t *testing.T) {
	a := ready()
	out, problems, err := look(t, a, "dossier", usual...)
	if err != nil || problems != "" || out != "TableProtection=false\n" {
		t.Errorf("%q %q %v", out, problems, err)
	}
	if len(a.asked) != 1 || a.asked[0] != "/dossier-123456789012-eu-west-1-dossier" {
		t.Errorf("it looked for %q", a.asked)
	}
}

// A stack that is there gives its parameters, its bucket is its own, and its table is protected.
func TestSecondDeployment(t *testing.T) {
	a := ready()
	a.stack, a.bucket = "UPDATE_COMPLETE", http.StatusOK
	for _, p := range usual {
		name, value, _ := strings.Cut(p, "=")
		a.parameters += "<member><ParameterKey>" + name + "</ParameterKey><ParameterValue>" + value + "</ParameterValue></member>"
	}
	out, problems, err := look(t, a, "dossier")
	if err != nil || problems != "" || out != "TableProtection=true\n" {
		t.Errorf("%q %q %v", out, problems, err)
	}
	a.keys = "" // and what it has is looked at all the same
	if _, problems, err = look(t, a, "dossier"); err == nil || !strings.Contains(problems, "there is no secret keys") {
		t.Errorf("%q %v", problems, err)
	}
}

// Each thing that is missing is said with what to do, and nothing is said about the others.
func TestEachProblemIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		stack string
		more  []string
		spoil func(*account)
		want  string
	}{
		"no secret":           {spoil: func(a *account) { a.keys = "" }, want: "create-secret --name keys"},
		"no keys in it":       {spoil: func(a *account) { a.keys = "k1:c2hvcnQ=" }, want: "the secret keys holds no keys"},
		"a key of theirs":     {spoil: func(a *account) { a.kmsKey = "arn:aws:kms:eu-west-1:123456789012:key/x" }, want: "encrypted with a key of yours"},
		"no identity":         {spoil: func(a *account) { a.identity = "" }, want: "SES has no identity meetings.example in eu-west-1"},
		"not verified":        {spoil: func(a *account) { a.identity = `{"VerifiedForSendingStatus":false}` }, want: "is not verified"},
		"another domain":      {more: []string{"MailFrom=x@notmeetings.example"}, want: "MailFrom x@notmeetings.example is not of the identity"},
		"no set":              {spoil: func(a *account) { a.set = false }, want: "create-configuration-set"},
		"paused":              {spoil: func(a *account) { a.sending = `{"ProductionAccessEnabled":true}` }, want: "SES has paused"},
		"a new account":       {spoil: func(a *account) { a.concurrency = 10 }, want: "give IntakeConcurrency=5"},
		"no Textract":         {spoil: func(a *account) { a.services = "bedrock" }, want: "eu-west-1 has no textract: give Ocr=none"},
		"no Bedrock":          {more: []string{"LargeReader=bedrock"}, spoil: func(a *account) { a.services = "textract" }, want: "has no bedrock"},
		"no key of a reader":  {more: []string{"LargeReaderKeySecret=other"}, want: "there is no secret other"},
		"a bucket of old":     {spoil: func(a *account) { a.bucket = http.StatusOK }, want: "dossier-123456789012-eu-west-1-dossier is there, and the stack is not"},
		"somebody's bucket":   {spoil: func(a *account) { a.bucket = http.StatusForbidden }, want: "is there, and the stack is not"},
		"a failed stack":      {spoil: func(a *account) { a.stack = "ROLLBACK_COMPLETE" }, want: "sam delete --stack-name dossier"},
		"a stack at work":     {spoil: func(a *account) { a.stack = "UPDATE_IN_PROGRESS" }, want: "wait until that is done"},
		"a half update":       {spoil: func(a *account) { a.stack = "UPDATE_ROLLBACK_FAILED" }, want: "continue-update-rollback"},
		"capitals":            {stack: "Dossier", want: "small letters"},
		"a long name":         {stack: strings.Repeat("d", 33), want: "too long by 1"},
		"aws in the name":     {stack: "dossier-aws", want: `has "aws" in it`},
		"no such parameter":   {more: []string{"Colour=red"}, want: "no parameter Colour"},
		"a value that is not": {more: []string{"LargeReader=maybe"}, want: `the parameter LargeReader: it must be one of ["none" "bedrock" "chat"]`},
		"not of the pattern":  {more: []string{"StaffAddress=somebody"}, want: "the parameter StaffAddress: it must match"},
		"out of bounds":       {more: []string{"IntakeConcurrency=1"}, want: "the parameter IntakeConcurrency: it must be a number"},
		"no number":           {more: []string{"RetentionDays=soon"}, want: "the parameter RetentionDays: it must be a number"},
	} {
		t.Run(name, func(t *testing.T) {
			a := ready()
			if c.spoil != nil {
				c.spoil(a)
			}
			if c.stack == "" {
				c.stack = "dossier"
			}
			out, problems, err := look(t, a, c.stack, append(usual[:len(usual):len(usual)], c.more...)...)
			if err == nil || out != "" || !strings.Contains(problems, c.want) || strings.Count(problems, "\n") != 1 {
				t.Errorf("%v, out %q, problems %q", err, out, problems)
			}
		})
	}
}

// A parameter without a value is named, all of them at once.
func TestParametersThatAreNotGiven(t *testing.T) {
	_, problems, err := look(t, ready(), "dossier")
	if err == nil || strings.Count(problems, "has no value") != len(usual) {
		t.Errorf("%q %v", problems, err)
	}
	if _, _, err := look(t, ready(), "dossier", "MailFrom"); err == nil || !strings.Contains(err.Error(), "Name=Value") {
		t.Errorf("no value: %v", err)
	}
}

// The sandbox of SES is worth a word, and is no reason not to deploy.
func TestSandboxIsANote(t *testing.T) {
	a := ready()
	a.sending = `{"SendingEnabled":true,"ProductionAccessEnabled":false}`
	out, notes, err := look(t, a, "dossier", usual...)
	if err != nil || out == "" || !strings.Contains(notes, "sandbox") {
		t.Errorf("%q %q %v", out, notes, err)
	}
}

// AWS that cannot be asked is a failure, and not taken for something that is missing.
func TestAWSCannotBeAsked(t *testing.T) {
	a := ready()
	a.bucket = http.StatusInternalServerError
	if out, problems, err := look(t, a, "dossier", usual...); err == nil || out != "" || problems != "" || !strings.Contains(err.Error(), "look for the bucket") {
		t.Errorf("%q %q %v", out, problems, err)
	}
}
