// Package archtest holds tests of the project's shape: which imports are allowed and why, and that the template, the
// functions and the events agree.
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

// packages are those of both modules: the project's, and infra's.
func packages(t *testing.T) []listed {
	t.Helper()
	return slices.Concat(packagesIn(t, "../.."), packagesIn(t, "../../infra"))
}

func packagesIn(t *testing.T, module string) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = module
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list in %s: %v", module, err)
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
	if len(all) < 10 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	return all
}

// under tells whether a package is the one named or in its folder.
func under(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// A room is a folder with what its packages may import of ours.
type room struct {
	folder, reason string
	may            []string
}

// rooms is the direction of imports: data flows one way. Every package belongs to the longest folder that holds it.
func rooms() []room {
	return []room{
		{"internal/meeting", "the domain knows nothing but itself", nil},
		{"internal/fault", "the kinds of failure are for everybody", nil},
		{"internal/awserror", "takes out of AWS's errors what no log may hold", nil},
		{"internal/secret", "reads a secret, and knows nothing of what it opens", []string{"internal/awserror"}},
		{"internal/ticket", "signs what the domain says", []string{"internal/meeting"}},
		{"internal/observe", "writes measurements, and knows nothing of what is measured", nil},
		{"internal/roster", "reads files into the domain", []string{"internal/meeting"}},
		{"internal/queue", "knows messages, not what they mean", []string{"internal/fault", "internal/awserror"}},
		{"internal/extract", "a library in itself: bytes to text", []string{"internal/meeting", "internal/fault", "internal/extract"}},
		{"internal/textract", "an engine for page pictures", []string{"internal/fault", "internal/awserror", "internal/extract/ocr"}},
		{"internal/fold", "words alone", nil},
		{"internal/fold/spelling", "pure: words in other scripts, by what was learned of their letters", []string{"internal/fold"}},
		{"internal/person", "words alone", []string{"internal/fold"}},
		{"internal/letter", "pure text", []string{"internal/meeting", "internal/fold"}},
		{"internal/encoder", "pure: a paper to chances", []string{"internal/meeting"}},
		{"internal/encoder/words", "pure: the same by words alone", []string{"internal/encoder", "internal/fold"}},
		{"internal/large", "asks a model, and holds what it says against the paper", []string{"internal/meeting", "internal/fold"}},
		{"internal/bedrock", "a model for the large reader", []string{"internal/large", "internal/awserror"}},
		{"internal/chat", "a model for the large reader", []string{"internal/large", "internal/awserror"}},
		{"internal/match", "pure: document and roster to candidates", []string{
			"internal/meeting", "internal/extract/content", "internal/letter", "internal/encoder", "internal/large", "internal/fold",
		}},
		{"internal/store", "the table alone", []string{"internal/meeting", "internal/fault", "internal/awserror"}},
		{"internal/bucket", "the bucket alone", []string{"internal/meeting", "internal/fault", "internal/awserror"}},
		{"internal/locale", "has the words for what the domain says", []string{"internal/meeting"}},
		{"internal/mail", "writes what it is given", []string{"internal/meeting", "internal/fault", "internal/locale"}},
		{"internal/ses", "sends what is written", []string{"internal/meeting", "internal/fault", "internal/awserror"}},
		{"internal/intake", "an upload to a document; another room files it", []string{
			"internal/meeting", "internal/fault", "internal/ticket", "internal/observe", "internal/bucket", "internal/store",
			"internal/extract/content", "internal/letter", "internal/match", "internal/filing", "internal/roster",
		}},
		{"internal/filing", "decides what is filed", []string{"internal/meeting", "internal/store"}},
		{"internal/review", "carries out what staff decide", []string{"internal/meeting", "internal/fault", "internal/store", "internal/filing", "internal/fold"}},
		{"internal/loopback", "reaches the engines of this machine", []string{"internal/store"}},
		{"internal/awstest", "tests only; infra is another module", []string{"internal/loopback"}},
		{"internal/memtest", "tests only", nil},
		{"internal/archtest", "tests only", nil},
		{"internal/e2e", "is the whole system in one process, for tests", []string{"functions", "internal"}},
		{"functions/portal/signin", "knows who somebody is, not what is on a page", []string{"internal/meeting", "internal/store"}},
		{"functions/portal/access", "decides who may open which page, and reads nothing else",
			[]string{"internal/meeting", "internal/store", "internal/fault", "functions/portal/page", "functions/portal/signin"}},
		{"functions/portal/page", "renders what it is given", []string{"internal/meeting", "internal/fault", "internal/locale"}},
		{"functions/portal/decision", "keeps a decision and has it carried out", []string{"internal"}},
		{"functions/portal/staff", "needs nothing of the uploaders' pages",
			[]string{"internal", "functions/portal/page", "functions/portal/decision", "functions/portal/access", "functions/portal/signin"}},
		{"functions/portal/uploader", "needs nothing of the staff's pages",
			[]string{"internal", "functions/portal/page", "functions/portal/decision"}},
		{"functions", "wiring and use cases", []string{"internal", "functions"}},
		{"infra", "stands around everything", []string{"internal", "functions", "infra"}},
	}
}

// testImports is what the tests of a room may import besides what the room may.
func testImports(folder string) []string {
	return map[string][]string{
		"internal/bucket":   {"internal/awstest"},
		"internal/store":    {"internal/awstest", "internal/person"},
		"internal/filing":   {"internal/awstest"},
		"internal/review":   {"internal/awstest"},
		"internal/extract":  {"internal/fold"},
		"internal/mail":     {"internal/extract/content", "internal/roster"},
		"internal/match":    {"internal/roster"},
		"internal/archtest": {"internal"},
		"functions":         {"internal/e2e"},

		"functions/portal/signin": {"internal/e2e", "internal/ticket"},
		"functions/portal/access": {"internal/locale"},
	}[folder]
}

// roomOf is the room of a package, by its path without the module's name.
func roomOf(t *testing.T, name string) (room, bool) {
	t.Helper()
	var best room
	for _, r := range rooms() {
		if under(name, r.folder) && len(r.folder) > len(best.folder) {
			best = r
		}
	}
	if best.folder == "" {
		t.Errorf("%s is in no room: add it to the table, with its reason", name)
	}
	return best, best.folder != ""
}

// ours are those of the imports that belong to the project, without the module's name.
func ours(imports ...[]string) (names []string) {
	for _, imp := range slices.Concat(imports...) {
		if name, ok := strings.CutPrefix(imp, "dossier/"); ok {
			names = append(names, name)
		}
	}
	return names
}

func within(name string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return under(name, f) })
}

// testHelper tells whether a package makes files for tests, such as ooxmltest and pdftest, or measures in them.
func testHelper(name string) bool {
	return name == "internal/memtest" || under(name, "internal/extract") && strings.HasSuffix(name, "test")
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "dossier/")
		r, ok := roomOf(t, name)
		if !ok {
			continue
		}
		for _, imp := range ours(p.Imports) {
			if !within(imp, r.may) {
				t.Errorf("%s imports %s, but it %s", name, imp, r.reason)
			}
			if under(imp, "internal/e2e") && !under(name, "internal/e2e") {
				t.Errorf("%s imports %s, which is for tests only", name, imp)
			}
		}
	}
}

// A package's tests import the package, what it may import itself, files made for tests, and what its room lists.
func TestTestsImportTheirOwn(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "dossier/")
		r, ok := roomOf(t, name)
		if !ok {
			continue
		}
		for _, imp := range ours(p.TestImports, p.XTestImports) {
			if !within(imp, slices.Concat(r.may, testImports(r.folder), []string{r.folder})) && !testHelper(imp) {
				t.Errorf("the tests of %s import %s: test through what the package may import, or add it to testImports", name, imp)
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
		{"github.com/aws/aws-sdk-go-v2", "only store, bucket, ses, queue, secret, textract, bedrock and the wiring talk to AWS", []string{"internal/secret", "internal/store", "internal/bucket", "internal/ses", "internal/queue", "internal/textract", "internal/bedrock", "internal/loopback", "internal/awstest", "functions", "infra", "internal/e2e"}},
		{"github.com/aws/aws-lambda-go", "only the functions and what reads their events know Lambda", []string{"internal/bucket", "internal/queue", "functions", "infra", "internal/e2e"}},
		{"github.com/klippa-app/go-pdfium", "PDF is read in one place", []string{"internal/extract/pdf"}},
		{"github.com/tetratelabs/wazero", "the sandboxes are of the readers whose libraries are in C", []string{"internal/extract/pdf", "internal/extract/heif"}},
		{"github.com/versity/versitygw", "an engine for this machine alone", []string{"infra/localaws"}},
		{"github.com/oauth2-proxy/mockoidc", "a sign-in provider for this machine alone", []string{"infra/local"}},
		{"github.com/coreos/go-oidc/v3", "staff sign in in one place", []string{"functions/portal/signin"}},
		{"github.com/xuri/excelize/v2", "workbooks are the staff's", []string{"functions/portal/staff"}},
		{"github.com/nicksnyder/go-i18n/v2", "words come from one place", []string{"internal/locale"}},
		{"github.com/goccy/go-yaml", "meeting.yaml is read in one place; labels of letters and the template are no roster",
			[]string{"internal/roster", "infra/bench/papers", "infra/preflight"}},
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
