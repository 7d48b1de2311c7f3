package functions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	goyaml "github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"dossier/functions/erase"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// permissions are what each function's calls ask of IAM: "s3:GetObjectVersion incoming/*".
type permissions map[string]map[string]bool

var permissionsLock sync.Mutex

// of records the calls of one function's client.
func (p permissions) of(function string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("permissions", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			permissionsLock.Lock()
			if p[function] == nil {
				p[function] = map[string]bool{}
			}
			for _, needed := range needs(in.Parameters) {
				p[function][needed] = true
			}
			permissionsLock.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	}
}

// needs are the permissions that one call asks for (Service Authorization Reference, "Actions, resources, and condition keys"
// for Amazon S3 and Amazon DynamoDB).
func needs(call any) []string {
	under := func(key *string) string {
		prefix, _, _ := strings.Cut(aws.ToString(key), "/")
		return prefix + "/*"
	}
	index := func(name *string) string {
		if name != nil {
			return "index/" + *name
		}
		return "table"
	}
	switch c := call.(type) {
	case *s3.GetObjectInput:
		if c.VersionId != nil {
			return []string{"s3:GetObjectVersion " + under(c.Key)}
		}
		return []string{"s3:GetObject " + under(c.Key)}
	case *s3.HeadObjectInput:
		if c.VersionId == nil { // what is not there is a 404 only for whoever may list (Amazon S3 API Reference, "HeadObject")
			return []string{"s3:GetObject " + under(c.Key), "s3:ListBucket bucket"}
		}
		return []string{"s3:GetObjectVersion " + under(c.Key)}
	case *s3.CreateMultipartUploadInput:
		return []string{"s3:PutObject " + under(c.Key)}
	case *s3.UploadPartInput:
		return []string{"s3:PutObject " + under(c.Key)}
	case *s3.CompleteMultipartUploadInput:
		return []string{"s3:PutObject " + under(c.Key)}
	case *s3.ListPartsInput:
		return []string{"s3:ListMultipartUploadParts " + under(c.Key)}
	case *s3.AbortMultipartUploadInput:
		return []string{"s3:AbortMultipartUpload " + under(c.Key)}
	case *s3.GetObjectTaggingInput:
		return []string{"s3:GetObjectVersionTagging " + under(c.Key)}
	case *s3.PutObjectInput:
		return []string{"s3:PutObject " + under(c.Key)}
	case *s3.DeleteObjectInput:
		if c.VersionId == nil {
			return []string{"s3:DeleteObject " + under(c.Key)}
		}
		return []string{"s3:DeleteObjectVersion " + under(c.Key)}
	case *dynamodb.ScanInput:
		return []string{"dynamodb:Scan table"}
	case *s3.ListObjectVersionsInput:
		return []string{"s3:ListBucketVersions bucket"}
	case *dynamodb.GetItemInput:
		return []string{"dynamodb:GetItem table"}
	case *dynamodb.BatchGetItemInput:
		return []string{"dynamodb:BatchGetItem table"}
	case *dynamodb.PutItemInput:
		return []string{"dynamodb:PutItem table"}
	case *dynamodb.UpdateItemInput:
		return []string{"dynamodb:UpdateItem table"}
	case *dynamodb.DeleteItemInput:
		return []string{"dynamodb:DeleteItem table"}
	case *dynamodb.QueryInput:
		return []string{"dynamodb:Query " + index(c.IndexName)}
	case *dynamodb.TransactWriteItemsInput:
		// "TransactWriteItems" is no action: each of its items asks for its own.
		var all []string
		for _, i := range c.TransactItems {
			switch {
			case i.Put != nil:
				all = append(all, "dynamodb:PutItem table")
			case i.Update != nil:
				all = append(all, "dynamodb:UpdateItem table")
			case i.Delete != nil:
				all = append(all, "dynamodb:DeleteItem table")
			case i.ConditionCheck != nil:
				all = append(all, "dynamodb:ConditionCheckItem table")
			}
		}
		return all
	}
	return []string{fmt.Sprintf("unknown %T", call)}
}

// granted are the permissions that template.yaml gives each function, in the words of needs.
func granted(t *testing.T) permissions {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared.root, "template.yaml"))
	must(t, err)
	data, err = goyaml.YAMLToJSON(data)
	must(t, err)
	var tmpl struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				CodeURI  string
				Policies json.RawMessage
			}
		}
	}
	must(t, json.Unmarshal(data, &tmpl))
	all := permissions{}
	for _, r := range tmpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		name := strings.TrimPrefix(r.Properties.CodeURI, ".build/")
		all[name] = map[string]bool{}
		var policies any
		must(t, json.Unmarshal(r.Properties.Policies, &policies))
		statements(policies, func(actions, resources []string) {
			for _, a := range actions {
				for _, r := range resources {
					// Every resource is of this stack: a bucket's prefix, the table, its index, a queue.
					switch {
					case strings.HasPrefix(r, "${Bucket.Arn}/"):
						r = strings.TrimPrefix(r, "${Bucket.Arn}/")
					case r == "Bucket.Arn":
						r = "bucket"
					case r == "Table.Arn":
						r = "table"
					case strings.HasPrefix(r, "${Table.Arn}/"):
						r = strings.TrimPrefix(r, "${Table.Arn}/")
					}
					all[name][a+" "+r] = true
				}
			}
		})
	}
	return all
}

// statements walks a policy and gives each statement's actions and resources.
func statements(v any, give func(actions, resources []string)) {
	list := func(v any) []string {
		var all []string
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, x := range v {
				if s, ok := x.(string); ok {
					all = append(all, s)
				}
			}
		}
		return all
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			statements(x, give)
		}
	case map[string]any:
		if v["Action"] != nil {
			give(list(v["Action"]), list(v["Resource"]))
			return
		}
		for _, x := range v {
			statements(x, give)
		}
	}
}

// Each function may do exactly what it does: all that the scenes, a page and a lost decision ask of S3 and DynamoDB is granted,
// and nothing is granted that none of them asks for.
func TestPermissions(t *testing.T) {
	used := permissions{}
	note := func(w *world) {
		permissionsLock.Lock()
		defer permissionsLock.Unlock()
		for f, calls := range w.used {
			if used[f] == nil {
				used[f] = map[string]bool{}
			}
			maps.Copy(used[f], calls)
		}
	}
	for _, s := range scenes() {
		w := newWorldWith(t, 1)
		s.before(w)
		s.call(w)
		w.quiet()
		w.page("/")
		w.page("/meetings/m/history")
		for id := range w.mails() {
			w.cameBack(t, "feedback/complaint.json", id)
			break
		}
		note(w)
	}
	// A decision that the sweep carries out, of the kind that reads most.
	w := newWorldWith(t, 1)
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace)
	o := w.put("incoming/m/drop/stranger.txt", nominating("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO"), noon)
	w.takeIn(o)
	_, err := w.objects.PutDecision(t.Context(), "decisions/m/lost.json", meeting.Decision{Action: meeting.Decline, Meeting: "m", Document: o.ID(), Nominee: "Daniel KIPTOO", By: "Ms Staff", Reason: "x", At: noon})
	must(t, err)
	w.quiet()
	if d := w.document(o); d.Status != meeting.Filed {
		t.Errorf("the lost decision was not carried out: %s", d.Status)
	}
	// Links on the board, a mail that answers another.
	w.takeIn(w.put("incoming/m/"+w.token(ticket.Ticket{Participant: "p3", Kind: meeting.Nomination})+"/a.eml", mailFrom("grace@people.example", "<1@a>", "<0@a>", ""), time.Now()))
	w.takeIn(w.put("incoming/m/drop/b.eml", mailFrom("grace@people.example", "<2@a>", "<1@a>", ""), time.Now()))
	note(w)
	// Two are erased who had a part in everything: one of the roster, one whom staff accepted.
	w = newWorldWith(t, 1)
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace+joseph)
	w.takeIn(w.put("incoming/m/drop/both.txt", nominating("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), noon))
	o = w.put("incoming/m/drop/letter.txt", nominating("Mr Daniel KIPTOO"), noon)
	w.takeIn(o)
	w.answer(url.Values{"action": {"accept"}, "document": {o.ID()}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "role": {"presenter:s2"}, "reason": {"known"}})
	w.load("m", quotaYAML("s1", "s2"), csvHead+"p9,A B,Grace Odhiambo,f,private,X,Kenya,en,presenter:s1\n") // a broken file, kept with its problems
	time.Sleep(time.Second)                                                                                 // S3 tells times in whole seconds
	w.load("m", quotaYAML("s1", "s2"), csvHead+joseph)
	w.visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil)
	for _, id := range []string{"p3", filing.ParticipantID(o.ID(), "Daniel KIPTOO")} {
		if _, err := w.eraseOne(t, erase.Request{Meeting: "m", Participant: id}); err != nil {
			t.Error(err)
		}
	}
	note(w)
	w = newScanningWorld(t)
	clean := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon)
	w.tag(clean, "NO_THREATS_FOUND")
	w.scanned(clean)
	note(w)

	// Every page, with an upload in parts that is too large at its end.
	w = newWorldWith(t, 1)
	w.load("m", yaml("s1"), csvHead+kofi)
	link := w.link(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	o = w.put("incoming/m/"+strings.TrimPrefix(link, "/t/")+"/a.pptx", deck("T", "nobody"), time.Now())
	w.takeIn(o)
	var begun struct{ Upload string }
	_, body, _ := w.visit("nobody", http.MethodPost, link+"/parts/begin", url.Values{"name": {"x"}, "size": {"9"}})
	must(t, json.Unmarshal([]byte(body), &begun))
	for _, step := range []string{"url", "finish"} {
		w.visit("nobody", http.MethodPost, link+"/parts/"+step, url.Values{"name": {"x"}, "upload": {begun.Upload}, "number": {"1"}, "size": {"9"}})
	}
	for _, path := range []string{link, "/meetings/m", "/meetings/m/sessions/s1/materials.zip", "/meetings/m/documents/" + o.ID() + "/original", "/meetings/m/documents/" + o.ID(), "/meetings/m/search?q=x"} {
		if code, page, _ := w.visit("Ms Staff", http.MethodGet, path, nil); code >= 400 {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
	w.visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}})
	w.post()
	note(w)

	have := granted(t)
	// What no call of these engines shows, and why it is granted all the same.
	for function, also := range map[string][]string{
		// S3 answers "forbidden" instead of "not found" without it.
		"intake": {"s3:ListBucket bucket", "textract:DetectDocumentText *"},
		"roster": {"sqs:SendMessage IntakeQueue.Arn"},
		"deliver": {"ses:SendEmail arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SesIdentity}", "ses:SendRawEmail arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SesIdentity}",
			"ses:SendEmail arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${SesConfigurationSet}", "ses:SendRawEmail arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${SesConfigurationSet}",
			"sqs:SendMessage DeliverFailures.Arn"},
		"sweep": {"sqs:SendMessage IntakeQueue.Arn", "sqs:SendMessage RosterQueue.Arn"},
	} {
		for _, a := range also {
			if !have[function][a] {
				t.Errorf("%s is not granted %s", function, a)
			}
			delete(have[function], a)
		}
	}
	for function := range have {
		if d := cmp.Diff(slices.Sorted(maps.Keys(have[function])), slices.Sorted(maps.Keys(used[function]))); d != "" {
			t.Errorf("%s (-granted +asked for):\n%s", function, d)
		}
	}
}
