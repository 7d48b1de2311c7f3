package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	goyaml "github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"dossier/functions/erase"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// permissions are what each function's calls ask of IAM: "s3:GetObjectVersion incoming/*".
type permissions map[string]map[string]bool

// note adds what a call of one of the functions asks for.
func (p permissions) note(c e2e.Call) {
	if p[c.Function] == nil {
		p[c.Function] = map[string]bool{}
	}
	for _, needed := range needs(c.Input) {
		p[c.Function][needed] = true
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
		if under(c.Key) == "index/*" { // one that is gone is made again, or done without
			return []string{"s3:GetObject index/*", "s3:ListBucket bucket"}
		}
		return []string{"s3:GetObject " + under(c.Key)}
	case *s3.HeadObjectInput:
		if c.VersionId == nil { // a missing object is a 404 only to those that may list (Amazon S3 API Reference, "HeadObject")
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
	data, err := os.ReadFile(e2e.ProjectFile("template.yaml"))
	e2e.Must(t, err)
	data, err = goyaml.YAMLToJSON(data)
	e2e.Must(t, err)
	var tmpl struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				CodeURI  string
				Policies json.RawMessage
			}
		}
	}
	e2e.Must(t, json.Unmarshal(data, &tmpl))
	all := permissions{}
	for _, r := range tmpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		name := strings.TrimPrefix(r.Properties.CodeURI, ".build/")
		all[name] = map[string]bool{}
		var policies any
		e2e.Must(t, json.Unmarshal(r.Properties.Policies, &policies))
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

// Each function may do exactly what it does: all that the scenes and the uses below ask of S3 and DynamoDB is granted, and
// nothing is granted that none of them asks for.
func TestPermissions(t *testing.T) {
	t.Parallel()
	used := permissions{}
	var mu sync.Mutex
	options := e2e.Options{MailLease: e2e.NoLease, Watch: func(c e2e.Call) {
		mu.Lock()
		defer mu.Unlock()
		used.note(c)
	}}
	t.Run("uses", func(t *testing.T) {
		for name, s := range scenes() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				playScene(e2e.NewWith(t, options), s)
			})
		}
		for name, use := range map[string]func(*testing.T, e2e.Options){
			"a lost decision, links and mails that answer others": useLostDecision,
			"two people are erased":                               useErase,
			"an upload that is scanned":                           useScan,
			"a mail that is opened again":                         useEnvelope,
			"every page":                                          usePages,
			"an original that was kept long enough":               useRetention,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				use(t, options)
			})
		}
	})
	compare(t, granted(t), used)
}

// playScene plays a scene to its end, looks at two pages, and has one of its mails complained about.
func playScene(w *e2e.World, s scene) {
	s.before(w)
	s.call(w)
	w.RunUntilQuiet()
	w.StaffPage("/")
	w.StaffPage("/meetings/m/history")
	for id := range w.Mails() {
		w.SESEvent("feedback/complaint.json", id)
		break
	}
}

// useLostDecision has the sweep carry out a decision of the kind that reads most; then come a link and a mail that answers
// another.
func useLostDecision(t *testing.T, options e2e.Options) {
	w := e2e.NewWith(t, options)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace)
	o := w.Put("incoming/m/drop/stranger.txt", e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO"), e2e.Noon)
	w.TakeIn(o)
	lost := meeting.Decision{Action: meeting.Accept, Meeting: "m", Document: o.ID(), Nominee: "Daniel KIPTOO", By: "Ms Staff", Reason: "x", At: e2e.Noon,
		Participant: &meeting.Participant{ID: meeting.ParticipantID(o.ID(), "Daniel KIPTOO"), Name: "Daniel Kiptoo", Sector: meeting.Public,
			Agency: "Ministry of Justice", Country: "Kenya", Roles: []meeting.Role{{Name: meeting.Expert, Session: "s1"}}}}
	_, err := w.Objects.PutDecision(t.Context(), "decisions/m/lost.json", lost)
	e2e.Must(t, err)
	w.RunUntilQuiet()
	w.ReadAgain(o.ID())
	if d := w.Document(o); d.Status != meeting.Filed || d.HasOpenNominees() {
		t.Errorf("the lost decision was not carried out: %s", d.Status)
	}
	folder := w.Folder(ticket.Ticket{Participant: "p3", Kind: meeting.Nomination})
	w.TakeIn(w.Put(folder+"a.eml", e2e.MailFrom("grace@people.example", "<1@a>", "<0@a>", ""), time.Now()))
	w.TakeIn(w.Put("incoming/m/drop/b.eml", e2e.MailFrom("grace@people.example", "<2@a>", "<1@a>", ""), time.Now()))
}

// useErase erases two people who had a part in everything: one of the roster, and one accepted by staff.
func useErase(t *testing.T, options e2e.Options) {
	w := e2e.NewWith(t, options)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Joseph)
	w.TakeIn(w.Put("incoming/m/drop/both.txt", e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), e2e.Noon))
	w.TakeIn(w.Put("incoming/m/drop/draft.pptx", e2e.Deck("Draft", "with Grace Odhiambo"), e2e.Noon))
	w.TakeIn(w.Put("incoming/m/drop/scan.png", e2e.BlankPicture(), e2e.Noon))
	stranger := w.Folder(ticket.Ticket{Participant: "p99", Kind: meeting.Nomination})
	w.TakeIn(w.Put(stranger+"both.txt", e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Joseph KAMAU"), time.Now()))
	w.Decide(url.Values{"action": {"waive"}, "requirement": {"s1/nomination/p6"}, "reason": {"Grace Odhiambo speaks for both"}}.Encode())
	o := w.Put("incoming/m/drop/letter.txt", e2e.NominationLetter("Mr Daniel KIPTOO"), e2e.Noon)
	w.TakeIn(o)
	w.SubmitDecision(url.Values{"action": {"accept"}, "document": {o.ID()}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "role": {"presenter:s2"}, "reason": {"known"}})
	broken := "p9,A B,Grace Odhiambo,f,private,X,Kenya,en,presenter:s1\n" // kept with its problems
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+broken)
	time.Sleep(time.Second) // S3 tells times in whole seconds
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Joseph)
	w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil)
	for _, id := range []string{"p3", meeting.ParticipantID(o.ID(), "Daniel KIPTOO")} {
		if _, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: id}); err != nil {
			t.Error(err)
		}
	}
}

// useEnvelope opens a mail that was opened half already, shows and packs the parts, and erases one of their people.
func useEnvelope(t *testing.T, options e2e.Options) {
	w := e2e.NewWith(t, options)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	amina := e2e.Deck("Chains", "Amina Diallo")
	o := w.Put("incoming/m/drop/m.eml", e2e.MailOf("Ours.", e2e.File{Name: "a.pptx", Data: amina}, e2e.File{Name: "k.pptx", Data: e2e.Deck("T", "Kofi Mensah")},
		e2e.File{Name: "broken.pptx", Data: amina[:700]}, e2e.File{Name: "draft.pptx", Data: e2e.Deck("Draft", "of us")}), e2e.Noon)
	_, err := w.Objects.PutPart(t.Context(), meeting.PartKey("m", o.ID(), "1"), amina)
	e2e.Must(t, err)
	w.TakeIn(o)
	if code, page, _ := w.Visit("Ms Staff", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil); code >= 400 {
		t.Errorf("%d %s", code, page)
	}
	e2e.Must(t, w.Objects.Delete(t.Context(), meeting.Object{Key: w.Papers(o)[3].Text})) // so that it is read again
	time.Sleep(time.Second)                                                              // S3 tells times in whole seconds
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	w.RunUntilQuiet()
	if _, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: "p1"}); err != nil {
		t.Error(err)
	}
}

func useScan(t *testing.T, options e2e.Options) {
	options.MalwareScan = true
	w := e2e.NewWith(t, options)
	clean := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	w.TagVerdict(clean, "NO_THREATS_FOUND")
	w.SendScanResult(clean)
}

func useRetention(t *testing.T, options e2e.Options) {
	options.RetentionDays = -1
	w := e2e.NewWith(t, options)
	w.TakeIn(w.Put("incoming/m/drop/a.zip", e2e.Archive(map[string][]byte{"a.txt": []byte("x")}), e2e.Noon))
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	if r := w.RunSweep(); r.Forgotten != 2 {
		t.Errorf("%+v", r)
	}
}

// usePages visits every page, with an upload in parts that is too large at its end.
func usePages(t *testing.T, options e2e.Options) {
	w := e2e.NewWith(t, options)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi)
	link := w.UploadLink(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1"})
	o := w.Put(w.FolderOf(link)+"a.pptx", e2e.Deck("T", "nobody"), time.Now())
	w.TakeIn(o)
	var begun struct{ Upload string }
	_, body, _ := w.Visit("nobody", http.MethodPost, link+"/parts/begin", url.Values{"name": {"x"}, "size": {"9"}})
	e2e.Must(t, json.Unmarshal([]byte(body), &begun))
	for _, step := range []string{"url", "finish"} {
		form := url.Values{"name": {"x"}, "upload": {begun.Upload}, "number": {"1"}, "size": {"9"}}
		w.Visit("nobody", http.MethodPost, link+"/parts/"+step, form)
	}
	document := "/meetings/m/documents/" + o.ID()
	for _, path := range []string{link, "/meetings/m", "/meetings/m/sessions/s1/materials.zip", document + "/original", document, "/meetings/m/search?q=x"} {
		if code, page, _ := w.Visit("Ms Staff", http.MethodGet, path, nil); code >= 400 {
			t.Errorf("%s: %d %s", path, code, page)
		}
	}
	w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}})
	w.DeliverMails()
}

// unseen are permissions that no call of these engines shows, by function.
func unseen() map[string][]string {
	const ses = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
	const secrets = "secretsmanager:GetSecretValue arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
	const keys = secrets + "${TicketKeysSecret}-??????"
	identity, set := ses+"identity/${SesIdentity}", ses+"configuration-set/${SesConfigurationSet}"
	return map[string][]string{
		"intake": {keys, secrets + "${LargeReaderKeySecret}-??????", "textract:DetectDocumentText *", "bedrock:InvokeModel arn:${AWS::Partition}:bedrock:*::foundation-model/*",
			"bedrock:InvokeModel arn:${AWS::Partition}:bedrock:*:${AWS::AccountId}:inference-profile/*"},
		"roster":  {"sqs:SendMessage IntakeQueue.Arn"},
		"portal":  {keys},
		"deliver": {keys, "ses:SendEmail " + identity, "ses:SendRawEmail " + identity, "ses:SendEmail " + set, "ses:SendRawEmail " + set, "sqs:SendMessage DeliverFailures.Arn"},
		"sweep":   {"sqs:SendMessage IntakeQueue.Arn", "sqs:SendMessage RosterQueue.Arn"},
	}
}

// compare fails the test for permissions that are granted and not used, or used and not granted.
func compare(t *testing.T, have, used permissions) {
	t.Helper()
	for function, also := range unseen() {
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
