//go:build browser

// The pages in a real browser, on the whole local system: `make browser`.
package system

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jhillyerd/enmime/v2"

	"dossier/internal/extract/ole/oletest"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// site is the running system with a browser.
type site struct {
	*System
	dir  string
	keys *ticket.Keys
	axe  string
	all  context.Context // the browser
}

const sites = "browser"

var (
	meetingYAML = `meeting:
  id: browser
  title: Meeting of the browsers
  starts: 2041-06-23
  ends: 2041-06-24
  time_zone: Africa/Nairobi
  languages: [en, fr]
  materials_due: 2041-06-14T18:00
  nominations_due: 2041-06-01
  nominees_per_agency: 2
  secretariat: [desk@secretariat.example]
staff:
  - {email: edith@secretariat.example, role: editor}
sessions:
  - {id: one, title: The first session, starts: 2041-06-23T09:00, ends: 2041-06-23T10:00, format: presentations}
  - {id: two, title: The second session, starts: 2041-06-24T09:00, ends: 2041-06-24T10:00, format: presentations}
`
	people = `id,name,email,gender,sector,agency,country,language,roles
b1,Aïcha Traoré,aicha@people.example,f,civil-society,Voix du Fleuve,Mali,fr,presenter:one
b2,Layla Haddad,layla@people.example,f,private,Nile Bank,Egypt,ar,presenter:one
b3,Rui Tavares,rui@people.example,m,academia,Universidade do Porto,Portugal,pt,presenter:two
b4,Grace Odhiambo,grace@justice.example,f,public,Ministry of Justice,Kenya,en,panellist:one;panellist:two
b5,Daniel Kiptoo,daniel@justice.example,m,public,Ministry of Justice,Kenya,en,panellist:two
b6,Amani Juma,amani@police.example,f,public,National Police,Kenya,en,panellist:two
b7,Joy Achieng,joy@police.example,f,public,National Police,Kenya,en,panellist:two
b8,Omar Farah,omar@immigration.example,m,public,Immigration Service,Kenya,en,panellist:two
`
)

// newSite runs the system with a meeting of its own beside the sample's, and a browser.
func newSite(t *testing.T) *site {
	t.Helper()
	axe, err := os.ReadFile(os.Getenv("AXE"))
	if err != nil {
		t.Fatalf("axe-core, which make browser installs: %v", err)
	}
	dir := t.TempDir()
	free := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer l.Close()
		return l.Addr().String()
	}
	var out bytes.Buffer
	s, err := Start(t.Context(), Options{Addr: free(), S3: free(), Dir: dir, Out: &out})
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			lines, _ := os.ReadFile(filepath.Join(dir, "dossier.log"))
			t.Logf("%s\n%s", &out, lines[max(0, len(lines)-4000):])
		}
	})
	x := &site{System: s, dir: dir, axe: string(axe)}
	data, err := os.ReadFile(filepath.Join(dir, "ticket.keys"))
	must(t, err)
	x.keys, err = ticket.ParseKeys(string(data))
	must(t, err)
	x.upload(t, "roster/"+sites+"/meeting.yaml", []byte(meetingYAML))
	x.upload(t, "roster/"+sites+"/participants.csv", []byte(people))
	x.until(t, "the roster is loaded", func() bool {
		found, err := s.table.Sessions(t.Context(), sites)
		return err == nil && len(found) == 2 && found[0].Loading == "" && found[1].Loading == ""
	})
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.Headless, chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.NoSandbox, chromedp.ExecPath(browserPath(t)), chromedp.Flag("disable-quic", true), chromedp.WindowSize(1280, 900))
	t.Cleanup(cancel)
	x.all, cancel = chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	must(t, chromedp.Do(x.all, chromedp.Navigate("about:blank")))
	return x
}

func browserPath(t *testing.T) string {
	t.Helper()
	for _, p := range []string{os.Getenv("BROWSER"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(p); p != "" && err == nil {
			return p
		}
	}
	t.Fatal("no Chromium on this machine: set BROWSER to its path")
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (x *site) upload(t *testing.T, key string, data []byte) meeting.Object {
	t.Helper()
	out, err := x.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucketName), Key: &key, Body: bytes.NewReader(data)})
	must(t, err)
	return meeting.Object{Bucket: bucketName, Key: key, Version: aws.ToString(out.VersionId)}
}

func (x *site) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after half a minute not yet: %s", what)
		}
	}
}

func (x *site) link(t *testing.T, participant string, kind meeting.Kind, session string) string {
	t.Helper()
	token, err := x.keys.Sign(ticket.Ticket{Issued: time.Now().Unix() - 1, Meeting: sites, Participant: participant, Kind: kind, Session: session, Expires: time.Now().Add(time.Hour).Unix()})
	must(t, err)
	return x.url + "/t/" + token
}

// officeLink is a link for an agency's letters.
func (x *site) officeLink(t *testing.T) string {
	t.Helper()
	token, err := x.keys.Sign(ticket.Ticket{Issued: time.Now().Unix() - 1, Meeting: sites, Participant: "b4", Agency: "Ministry of Justice", Kind: meeting.Nomination, Expires: time.Now().Add(time.Hour).Unix()})
	must(t, err)
	return x.url + "/t/" + token
}

// tab is one page of the browser. An error of a page's script, or a refusal of its policy, fails the test.
type tab struct {
	t   *testing.T
	x   *site
	ctx context.Context
	// parts counts the parts of large files that S3 took.
	parts *atomic.Int32
}

func (x *site) tab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(x.all, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t, x, ctx, &atomic.Int32{}}
	must(t, chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("a script failed: %s at %s:%d", e.ExceptionDetails.Text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber)
		case *log.EventEntryAdded:
			if e.Entry.Source == log.EntrySourceSecurity {
				t.Errorf("the policy refuses something: %s", e.Entry.Text)
			}
		case *network.EventResponseReceived:
			if strings.Contains(e.Response.URL, "partNumber=") && e.Response.Status == http.StatusOK && e.Type == network.ResourceTypeXHR {
				b.parts.Add(1)
			}
		}
	}))
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	return b
}

// beside gives another tab of the same window: the two share who is signed in.
func (b *tab) beside() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	other := &tab{b.t, b.x, ctx, &atomic.Int32{}}
	call(other, network.Enable, network.EnableParams{}) // opens it, for longer than one step
	return other
}

func call[P, R any](b *tab, c cdp.Command[P, R], p P) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, c, p)
	must(b.t, err)
}

// run takes steps, each within half a minute.
func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, s := range steps {
		ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
		err := chromedp.Do(ctx, s)
		cancel()
		if err != nil {
			b.t.Fatalf("%v\non the page:\n%s", err, b.text())
		}
	}
}

func (b *tab) open(url string) { b.t.Helper(); b.run(chromedp.Navigate(url)) }

// click clicks on an element, by CSS selector.
func (b *tab) click(sel string) { b.t.Helper(); b.run(chromedp.Click(chromedp.CSS(sel))) }

// visible waits for an element.
func (b *tab) visible(sel string) { b.t.Helper(); b.run(chromedp.WaitVisible(chromedp.CSS(sel))) }

// choose chooses files in the upload form.
func (b *tab) choose(files ...string) {
	b.t.Helper()
	b.run(chromedp.SetUploadFiles(chromedp.CSS("#file"), files))
}

// press presses keys.
func (b *tab) press(keys string) { b.t.Helper(); b.run(chromedp.KeyEvent(keys)) }

// ready waits until the page's scripts have run, so that it hears keys.
func (b *tab) ready() {
	b.t.Helper()
	b.x.until(b.t, "the page is ready", func() bool { return eval[string](b, `document.readyState`) == "complete" })
}

// phone makes the window a phone's.
func (b *tab) phone() {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile))
}

func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js[:min(len(js), 200)], err)
	}
	return v
}

// text is what can be read on the page.
func (b *tab) text() string {
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return s
}

// sees waits until the page says something.
func (b *tab) sees(words ...string) {
	b.t.Helper()
	for _, w := range words {
		for end := time.Now().Add(30 * time.Second); !strings.Contains(b.text(), w); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				b.t.Fatalf("the page does not say %q:\n%s", w, b.text())
			}
		}
	}
}

// accessible demands that axe finds nothing serious (WCAG 2.2 A and AA), and that nothing is wider than the window.
func (b *tab) accessible(name string) {
	b.t.Helper()
	eval[any](b, b.x.axe+"\n;null")
	type violation struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	found := eval[[]violation](b, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then((r) => r.violations)`)
	for _, v := range found {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s (%s): %s: %s", name, v.ID, v.Impact, v.Help, n.HTML)
		}
	}
	if over := eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.t.Errorf("%s is %d pixels wider than the window", name, over)
	}
	b.picture(name)
}

// picture keeps what the page looks like.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	must(b.t, err)
	must(b.t, errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)))
}

// signIn signs in as a member of staff.
func (b *tab) signIn(as string) {
	b.t.Helper()
	b.open(b.x.url + "/")
	b.visible("#" + as)
	b.click("#" + as)
	b.visible("#main")
}

// file writes a file for the browser to choose.
func (b *tab) file(name string, data []byte) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	must(b.t, os.WriteFile(path, data, 0o600))
	return path
}

func deck(title, by string) []byte {
	return ooxmltest.Deck{Title: title, Slides: []ooxmltest.Slide{{Title: title, Body: by}, {Title: "More", Body: "Text of the second slide", Notes: "Say this slowly"}}}.Bytes()
}

// grown is a deck with a picture of that many bytes, which does not pack.
func grown(t *testing.T, deck []byte, size int) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(deck), int64(len(deck)))
	must(t, err)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range from.File {
		must(t, z.Copy(f))
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: "docProps/picture.bin", Method: zip.Store})
	must(t, err)
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), int64(size))
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

// The pages in a browser. The system is started once; each flow has people of its own.
func TestBrowser(t *testing.T) {
	x := newSite(t)
	t.Run("presenter, French", x.presenter)
	t.Run("presenter, Arabic, on a phone", x.phone)
	t.Run("presenter, without scripts", x.plain)
	t.Run("large files", x.large)
	t.Run("office", x.office)
	t.Run("staff", x.staff)
	t.Run("queue of twenty, by keyboard", x.queue)
	t.Run("links", x.links)
	t.Run("mails", x.mails)
}

// A presenter sends a locked file first, is told in French what to do, sends a good one and sees it filed, without
// loading the page again.
func (x *site) presenter(t *testing.T) {
	b := x.tab(t)
	b.open(x.link(t, "b1", meeting.Presentation, "one"))
	b.sees("Déposez votre présentation", "Aïcha Traoré", "The first session")
	b.accessible("presenter-fr")
	send := func(path string) {
		b.choose(path)
		b.click("#upload button")
	}
	b.choose(b.file("notes.xyz", []byte("x")))
	b.sees("ce type de fichier ne convient pas")
	b.choose(b.file("vide.pptx", nil))
	b.sees("le fichier est vide")
	huge := b.file("énorme.pptx", nil)
	must(t, os.Truncate(huge, 300<<20))
	send(huge)
	b.sees("le fichier dépasse 250 Mo")
	// The page was left open until its form ended: it takes a new one.
	eval[any](b, `{ const f = document.getElementById('upload'), old = JSON.parse(f.dataset.form); old.fields.policy = btoa('{"expiration":"2001-01-01T00:00:00Z","conditions":[]}'); f.dataset.form = JSON.stringify(old); }`)
	// PowerPoint keeps a deck with a password so (MS-OFFCRYPTO, 2.3.4).
	locked := oletest.File(map[string][]byte{"EncryptedPackage": []byte("x"), "EncryptionInfo": []byte("x")})
	send(b.file("finale v2.pptx", locked))
	b.sees("Merci. Nous avons reçu votre fichier", "inutilisable", "protégé par un mot de passe")
	b.picture("presenter-fr-rejected")
	send(b.file("chaînes (final) <3.pptx", deck("Les chaînes <script>document.title='hacked'</script>", "Aïcha Traoré")))
	b.sees("classé", "Les chaînes <script>", "sur une page", "finale v2.pptx")
	b.accessible("presenter-fr-filed")
	if title := eval[string](b, `document.title`); strings.Contains(title, "hacked") {
		t.Error("a slide's title runs")
	}
	x.until(t, "it is filed", func() bool { return x.satisfied(t, "one", meeting.Presentation, "b1") })
	// A changed link, and another's form on this page's file, are refused: see the functions' tests; here is what a
	// visitor sees.
	b.open(x.url + "/t/t1.local.e30.AAAA")
	b.sees("This link is not good.")
	b.accessible("link-bad")
}

func (x *site) satisfied(t *testing.T, session string, kind meeting.Kind, participant string) bool {
	t.Helper()
	all, err := x.table.Requirements(t.Context(), sites, session)
	must(t, err)
	for _, q := range all {
		if q.Kind == kind && q.Participant == participant {
			return q.State == meeting.Satisfied
		}
	}
	t.Fatalf("nothing of the kind is asked of %s", participant)
	return false
}

// On a phone, from right to left.
func (x *site) phone(t *testing.T) {
	b := x.tab(t)
	b.phone()
	b.open(x.link(t, "b2", meeting.Presentation, "one"))
	b.sees("ارفعوا عرضكم التقديمي", "Layla Haddad")
	if dir := eval[string](b, `getComputedStyle(document.body).direction`); dir != "rtl" {
		t.Errorf("the page runs %s", dir)
	}
	b.accessible("presenter-ar-phone")
	b.choose(b.file("سلاسل التوريد.pptx", deck("سلاسل التوريد والتمويل", "Layla Haddad")))
	b.click("#upload button")
	b.sees("محفوظ في موضعه", "سلاسل التوريد.pptx", "سلاسل التوريد والتمويل")
	b.accessible("presenter-ar-phone-filed")
	// The language can be switched, and stays.
	b.click(`.languages a[hreflang="pt"]`)
	b.sees("Envie a sua apresentação", "arquivado")
	b.run(chromedp.Reload())
	b.sees("Envie a sua apresentação")
}

// Without scripts the form goes straight to S3 and comes back.
func (x *site) plain(t *testing.T) {
	b := x.tab(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	link := x.link(t, "b3", meeting.Presentation, "two")
	b.open(link)
	b.choose(b.file("Apresentação de Rui.pptx", deck("Comércio e transparência", "Rui Tavares")))
	b.click("#upload button")
	b.visible("p.note.good")
	b.sees("Recebemos o seu ficheiro")
	b.picture("presenter-plain")
	x.until(t, "it is filed", func() bool { return x.satisfied(t, "two", meeting.Presentation, "b3") })
	b.open(link)
	b.sees("arquivado", "Apresentação de Rui.pptx", "Comércio e transparência")
}

// A file over 20 MB goes in parts; cancelled in the middle and tried again it goes on where it stopped.
func (x *site) large(t *testing.T) {
	b := x.tab(t)
	link := x.link(t, "b1", meeting.Presentation, "one")
	b.open(link + "?lang=en")
	// A slow line, so that there is a middle.
	call(b, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: 12 << 20}}})
	b.choose(b.file("large.pptx", grown(t, deck("Chains at length", "Aïcha Traoré"), 30<<20)))
	b.click("#upload button")
	x.until(t, "a third is sent", func() bool { return eval[int](b, `Number(document.getElementById('bar').value)`) >= 30 })
	b.click("#cancel")
	b.sees("Cancelled.")
	b.picture("large-cancelled")
	before := b.parts.Load()
	b.click("#retry")
	b.sees("Chains at length", "filed")
	if all := b.parts.Load(); before == 0 || all > 4+1 { // 31 MB are four parts; the one that was under way may come twice
		t.Errorf("%d parts before it was cancelled, %d in all", before, all)
	}
}

// An office sends a letter that names two officials of the roster and a third. It sees that the letter is filed and the
// third is looked at, and corrects the name and address.
func (x *site) office(t *testing.T) {
	b := x.tab(t)
	b.open(x.officeLink(t) + "?lang=en")
	b.sees("Send your office's letter of nomination", "Your office may send 2 officials.", "2 seats are left.", "Ministry of Justice")
	b.accessible("office")
	letter := "Ministry of Justice\nRepublic of Kenya\n\nRef: MOJ/9\n\n15 May 2041\n\nThe Ministry of Justice has the honour to nominate the following officials:\n\nMs Grace ODHIAMBO, Counsel\nMr Daniel KIPTOO, Prosecutor\nMs Faith WANJIKO, Analyst\n\nto take part in the meeting.\n\nYours sincerely,\n\nPeter Otieno\nPrincipal Secretary\n"
	b.choose(b.file("letter.txt", []byte(letter)), b.file("annex.txt", []byte("an annex that names nobody")))
	b.click("#upload button")
	b.sees("A colleague will look at it", "The letter is filed.", "Faith WANJIKO", "annex.txt")
	b.click("details summary")
	b.visible(`input[value="Faith WANJIKO"][name=name]`)
	eval[any](b, `{ const f = document.querySelector('input[value="Faith WANJIKO"][name=name]').form; f.elements.name.value = 'Faith Wanjiku'; f.elements.email.value = 'faith@justice.example'; f.requestSubmit(); }`)
	b.sees("confirmed: Faith Wanjiku, faith@justice.example")
	b.accessible("office-confirmed")
}

// Staff sign in, see the board, a session, a document, its text and history; a viewer may not decide.
func (x *site) staff(t *testing.T) {
	v := x.tab(t)
	v.signIn("viewer")
	v.open(x.url + "/meetings/" + sites + "/sessions/one?lang=en")
	v.sees("The first session")
	if forms := eval[int](v, `document.querySelectorAll('form[action$="/decisions"], form[action$="/links"]').length`); forms != 0 {
		t.Errorf("a viewer is shown %d forms", forms)
	}
	b := x.tab(t)
	b.signIn("editor")
	b.open(x.url + "/?lang=en")
	b.sees("Meeting of the browsers")
	b.open(x.url + "/meetings/" + sites)
	b.sees("The first session", "June 2041", "Edith Okafor")
	b.accessible("board")
	// On paper there is the board and nothing to press.
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if shown := eval[int](b, `[...document.querySelectorAll('nav, form, button, summary, .tools')].filter((e) => e.offsetParent).length`); shown != 0 {
		t.Errorf("%d things to press are printed", shown)
	}
	b.picture("board-print")
	// In the dark every colour still stands out.
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	for page, name := range map[string]string{"": "board-dark", "/sessions/one": "session-dark", "/people": "people-dark", "/review": "review-dark"} {
		b.open(x.url + "/meetings/" + sites + page)
		b.accessible(name)
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	b.open(x.url + "/meetings/" + sites)
	b.run(chromedp.Click(`//a[contains(., "The first session")]`))
	b.sees("Aïcha Traoré", "Layla Haddad")
	b.accessible("session")
	b.run(chromedp.Click(`//a[contains(., ".pptx")]`))
	b.sees("Say this slowly", "What speaks for this place")
	b.accessible("document")
	for page, words := range map[string][]string{"people": {"Everybody", "Kenya"}, "history": {"Learned from decisions"}, "links": {"Send links"}, "search?q=slowly": {"Say this slowly"}, "review": {"Decide"}} {
		b.open(x.url + "/meetings/" + sites + "/" + page)
		b.sees(words...)
		name, _, _ := strings.Cut(page, "?")
		b.accessible(name)
	}
	// The same in Arabic, and on a phone.
	b.phone()
	for _, page := range []string{"", "/sessions/one", "/people", "/links", "/review", "/history"} {
		b.open(x.url + "/meetings/" + sites + page + "?lang=ar")
		b.sees("لوحة المتابعة")
		b.accessible("ar-phone" + strings.ReplaceAll(page, "/", "-"))
	}
	// Waive, by the form on the session's page.
	b.run(chromedp.EmulateReset())
	b.open(x.url + "/meetings/" + sites + "/sessions/two?lang=en")
	b.run(chromedp.Click(`//summary[contains(., "Waive")]`))
	eval[any](b, `{ const f = document.querySelector('details[open] form'); f.elements.reason.value = 'agreed by phone'; f.querySelector('button[value=waive]').click(); }`)
	b.sees("agreed by phone", "waived")
	x.signInEnds(t, b)
	b.click(".menu button")
	b.sees("You are signed out")
	b.accessible("signed-out")
	b.open(x.url + "/")
	b.visible("#viewer") // asked to sign in
	b.accessible("sign-in")
	b.click("#stranger")
	b.sees("Samuel Reis")
	b.visible("#main form")
	for tag, words := range map[string]string{"en": "You have no role here yet", "fr": "Vous n'avez pas encore de rôle ici", "ar": "ليس لكم دور هنا بعد"} {
		b.open(x.url + "/?lang=" + tag)
		b.sees(words, "Samuel Reis", "staff@dossier.example")
		b.accessible("no-role-" + tag)
	}
	b.open(x.url + "/meetings/" + sites + "?lang=en")
	b.sees("no role in this meeting")
}

// signInEnds signs an editor out in another tab while a form is filled in: the form is given back, and is sent after signing in.
func (x *site) signInEnds(t *testing.T, b *tab) {
	b.open(x.url + "/meetings/" + sites + "/sessions/two?lang=en")
	b.run(chromedp.Click(`//summary[contains(., "Waive")]`))
	other := b.beside()
	other.open(x.url + "/meetings/" + sites)
	other.click(".menu button")
	other.sees("You are signed out")
	eval[any](b, `{ const f = document.querySelector('details[open] form'); f.elements.reason.value = 'typed before the end'; f.querySelector('button[value=waive]').click(); }`)
	b.sees("Please sign in again", "nothing has been done yet")
	b.accessible("again")
	if typed := eval[string](b, `document.querySelector('input[name=reason]').value`); typed != "typed before the end" {
		t.Errorf("%q is left of the reason", typed)
	}
	other.open(eval[string](b, `document.querySelector('main a').href`))
	other.click("#editor")
	other.sees("You are signed in", "go back to the one before it")
	other.accessible("signed-in")
	b.click("main form button")
	b.sees("The second session", "typed before the end")
}

// Twenty documents are decided about by keyboard alone; the last decision is taken back.
func (x *site) queue(t *testing.T) {
	b := x.tab(t)
	b.signIn("editor")
	waiting := func() []*meeting.Document {
		all, err := x.table.Waiting(t.Context(), sites, 100)
		must(t, err)
		return all
	}
	x.nominee(t, b, waiting())
	had := len(waiting())
	for i := range 20 {
		x.upload(t, fmt.Sprintf("incoming/%s/drop/unknown %02d.pptx", sites, i), deck(fmt.Sprintf("Untold %02d", i), "somebody"))
	}
	x.until(t, "twenty more are in review", func() bool { return len(waiting()) == had+20 })
	b.open(x.url + "/meetings/" + sites + "/review?lang=en")
	for n := had + 20; n > 0; n-- {
		b.sees(fmt.Sprintf("1 of %d", n))
		// r opens the rejection; End chooses the last reason; Enter on the button sends it.
		b.ready()
		b.press("r")
		x.until(t, "the rejection is open", func() bool { return eval[bool](b, `document.activeElement.matches('#reject select')`) })
		for _, keys := range []string{kb.End, "\t", "\t", "\r"} {
			b.press(keys)
		}
	}
	b.sees("Nothing waits for a decision.", "Decided.")
	b.accessible("review-empty")
	if n := len(waiting()); n != 0 {
		t.Errorf("%d still wait", n)
	}
	b.ready()
	b.press("u")
	b.sees("1 of 1")
	if n := len(waiting()); n != 1 {
		t.Errorf("after it was taken back %d wait", n)
	}
	// The same document is filed by a number and f.
	b.ready()
	for _, keys := range []string{"o", x.place(t), "\t", "\t", "\r"} {
		b.press(keys)
	}
	b.sees("Nothing waits for a decision.")
}

// nominee turns down the third official of the letter that is filed for two.
func (x *site) nominee(t *testing.T, b *tab, waiting []*meeting.Document) {
	t.Helper()
	i := slices.IndexFunc(waiting, func(d *meeting.Document) bool { return d.HasOpenNominees() })
	if i < 0 {
		t.Fatal("no filed letter waits")
	}
	b.open(x.url + "/meetings/" + sites + "/review/" + waiting[i].ID + "?lang=ar")
	b.accessible("review-nominee-ar")
	b.open(x.url + "/meetings/" + sites + "/review/" + waiting[i].ID + "?lang=en")
	b.sees("The letter is filed.", "the office writes Faith Wanjiku", "Who of the roster is it?")
	b.run(chromedp.Click(`//summary[contains(., "Faith")]`))
	b.accessible("review-nominee")
	eval[any](b, `{ const f = document.querySelector('details[open] form'); f.elements.reason.value = 'no seat is left'; f.querySelector('button[value=decline]').click(); }`)
	b.sees("Decided.")
}

// place is somewhere that a document can be filed.
func (x *site) place(t *testing.T) string {
	t.Helper()
	return meeting.RequirementKey{Session: "two", Kind: meeting.Nomination, Participant: "b5"}.String()
}

// Staff mail links to all who need one, and see how far it is; the link in the mail opens the page.
func (x *site) links(t *testing.T) {
	b := x.tab(t)
	b.signIn("editor")
	b.open(x.url + "/meetings/" + sites + "/links?lang=en")
	b.click(`button[value=links]`)
	b.sees("mails are sent.", "That is all.")
	b.accessible("links-sent")
	names, err := filepath.Glob(filepath.Join(x.dir, "mail", "links-*.eml"))
	must(t, err)
	if len(names) == 0 {
		t.Fatal("no mail with links")
	}
	data, err := os.ReadFile(names[0])
	must(t, err)
	e, err := enmime.ReadEnvelope(bytes.NewReader(data))
	must(t, err)
	link := regexp.MustCompile(`http://\S+/t/\S+`).FindString(e.Text)
	v := x.tab(t)
	v.open(link)
	v.visible("#file")
}

// Each mail is accessible too, on a desk and on a phone.
func (x *site) mails(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(x.dir, "mail", "*.eml"))
	must(t, err)
	kinds := map[string]string{}
	for _, name := range names {
		id := strings.TrimSuffix(filepath.Base(name), ".eml")
		data, err := os.ReadFile(name)
		must(t, err)
		e, err := enmime.ReadEnvelope(bytes.NewReader(data))
		must(t, err)
		// The local mailbox shows a mail in a sandbox, in which axe cannot run: here it is by itself.
		kinds[id[:strings.LastIndexByte(id, '-')]+"-"+e.GetHeader("Content-Language")] = "data:text/html;charset=utf-8;base64," + base64.StdEncoding.EncodeToString([]byte(e.HTML))
	}
	if len(kinds) < 5 {
		t.Fatalf("only %v were written", kinds)
	}
	desk, phone := x.tab(t), x.tab(t)
	phone.phone()
	for kind, page := range kinds {
		desk.open(page)
		desk.accessible("mail-" + kind)
		phone.open(page)
		phone.accessible("mail-" + kind + "-phone")
	}
	desk.open(x.url + "/mail")
	desk.sees("Mails")
	desk.picture("mails")
}
