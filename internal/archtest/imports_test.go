// Package archtest holds tests of the project's shape: who may import whom and why, and that the template, the functions
// and the events agree.
package archtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

type listed struct {
	ImportPath                string
	Imports                   []string
	TestImports, XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "dossier/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	return all
}

// under tells whether a package is the one named or in its folder.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// Data flows one way: each room may use those named after it, and no others of ours.
func TestImportsPointDown(t *testing.T) {
	rooms := []struct {
		room, reason string
		may          []string
	}{
		{"internal/meeting", "the domain knows nothing but itself", nil},
		{"internal/fault", "the kinds of failure are for everybody", nil},
		{"internal/ticket", "signs what the domain says", []string{"internal/meeting"}},
		{"internal/observe", "writes measurements, and knows nothing of what is measured", nil},
		{"internal/roster", "reads files into the domain", []string{"internal/meeting"}},
		{"internal/queue", "knows messages, not what they mean", nil},
		{"internal/extract", "a library in itself: bytes to text", []string{"internal/meeting", "internal/fault", "internal/extract"}},
		{"internal/textract", "an engine for page pictures", []string{"internal/fault", "internal/extract/ocr"}},
		{"internal/fold", "words alone", nil},
		{"internal/letter", "pure text", []string{"internal/meeting", "internal/fold"}},
		{"internal/match", "pure: document and roster to candidates", []string{"internal/meeting", "internal/extract/content", "internal/letter", "internal/fold"}},
		{"internal/store", "the table alone", []string{"internal/meeting", "internal/fault"}},
		{"internal/bucket", "the bucket alone", []string{"internal/meeting", "internal/fault"}},
		{"internal/locale", "has the words for what the domain says", []string{"internal/meeting"}},
		{"internal/mail", "writes what it is given", []string{"internal/meeting", "internal/fault", "internal/locale"}},
		{"internal/ses", "sends what is written", []string{"internal/meeting", "internal/fault"}},
		{"internal/filing", "decides what is filed", []string{"internal/meeting", "internal/fault", "internal/store", "internal/fold"}},
		{"internal/archtest", "tests only", nil},
		{"functions", "wiring and use cases", []string{"internal", "functions"}},
		{"infra", "stands around everything", []string{"internal", "functions", "infra"}},
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "dossier/")
		// The most particular room that holds the package.
		best := -1
		for i, r := range rooms {
			if under(name, r.room) && (best < 0 || len(r.room) > len(rooms[best].room)) {
				best = i
			}
		}
		if best < 0 {
			t.Errorf("%s is in no room: add it to the table, with its reason", name)
			continue
		}
		for _, imp := range p.Imports {
			ours, ok := strings.CutPrefix(imp, "dossier/")
			if ok && !slices.ContainsFunc(rooms[best].may, func(m string) bool { return under(ours, m) }) {
				t.Errorf("%s imports %s, but it %s", name, ours, rooms[best].reason)
			}
		}
	}
}

// Some libraries belong to some rooms.
func TestLibrariesKeepTheirRooms(t *testing.T) {
	rules := []struct {
		library, reason string
		may             []string
	}{
		{"github.com/aws/aws-sdk-go-v2", "only store, bucket, ses, queue, textract and the wiring talk to AWS", []string{"internal/store", "internal/bucket", "internal/ses", "internal/queue", "internal/textract", "functions", "infra"}},
		{"github.com/aws/aws-lambda-go", "only the functions and what reads their events know Lambda", []string{"internal/bucket", "internal/queue", "functions", "infra"}},
		{"github.com/klippa-app/go-pdfium", "PDF is read in one place", []string{"internal/extract/pdf"}},
		{"github.com/tetratelabs/wazero", "the sandbox is the PDF reader's", []string{"internal/extract/pdf"}},
		{"github.com/versity/versitygw", "an engine for this machine alone", []string{"infra/engines"}},
		{"github.com/truora/minidyn", "an engine for this machine alone", []string{"infra/engines"}},
		{"github.com/oauth2-proxy/mockoidc", "a sign-in provider for this machine alone", []string{"infra/local"}},
		{"github.com/coreos/go-oidc/v3", "staff sign in in one place", []string{"functions/portal/signin"}},
		{"github.com/xuri/excelize/v2", "workbooks are the pages'", []string{"functions/portal"}},
		{"github.com/nicksnyder/go-i18n/v2", "words come from one place", []string{"internal/locale"}},
		{"github.com/goccy/go-yaml", "meeting.yaml is read in one place", []string{"internal/roster"}},
		{"github.com/chromedp/chromedp", "a browser is for tests", nil},
		{"github.com/ledongthuc/pdf", "a second reader for tests; on an upload it can kill the process", nil},
	}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "dossier/")
		for _, rule := range rules {
			uses := slices.ContainsFunc(p.Imports, func(i string) bool { return under(i, rule.library) })
			if uses && !slices.ContainsFunc(rule.may, func(m string) bool { return under(name, m) }) {
				t.Errorf("%s imports %s: %s", name, rule.library, rule.reason)
			}
		}
	}
}

// What a function does not need is not in its binary.
func TestNothingIsLinkedInVain(t *testing.T) {
	for _, rule := range []struct{ function, library, reason string }{
		{"portal", "github.com/aws/aws-sdk-go-v2/service/sesv2", "pages send no mail: deliver does"},
		{"portal", "github.com/goccy/go-yaml", "pages read no roster"},
		{"deliver", "github.com/goccy/go-yaml", "a mail about a roster is given its problems"},
	} {
		out, err := exec.Command("go", "list", "-deps", "dossier/functions/"+rule.function+"/bootstrap").Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if slices.ContainsFunc(strings.Fields(string(out)), func(p string) bool { return under(p, rule.library) }) {
			t.Errorf("%s links %s: %s", rule.function, rule.library, rule.reason)
		}
	}
}

func TestNames(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "models"}, path.Base(p.ImportPath)) {
			t.Errorf("%s: the name says nothing", p.ImportPath)
		}
	}
}
