package functions_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"dossier/infra/inject"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf/pdftest"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

const (
	csvHead = "id,name,email,gender,sector,agency,country,language,roles\n"
	amina   = "p1,Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n"
	kofi    = "p2,Kofi Mensah,kofi@people.example,m,private,Coast Ltd,Ghana,en,presenter:s1\n"
	grace   = "p3,Grace Odhiambo,grace@people.example,f,public,Ministry of Justice,Kenya,en,panellist:s1;expert:s2\n"
	twice   = "p4,Zainab Bello,zainab@people.example,f,private,Telecom,Nigeria,en,presenter:s1;presenter:s2\n"
)

func yaml(sessions ...string) string {
	s := "meeting: {id: m, title: A meeting, starts: 2031-06-23, ends: 2031-06-24, time_zone: Africa/Nairobi, languages: [en, fr], secretariat: [one@secretariat.example, two@secretariat.example]}\nsessions:\n"
	for _, id := range sessions {
		s += fmt.Sprintf("  - {id: %s, title: \"Title of %s\", starts: 2031-06-23T09:00, ends: 2031-06-23T10:30, format: presentations}\n", id, id)
	}
	return s
}

func deck(title, by string) []byte {
	return ooxmltest.Deck{Title: title, Slides: []ooxmltest.Slide{{Title: title, Body: by}, {Title: "More", Body: "Text that is nobody else's business", Notes: "Whisper this"}}}.Bytes()
}

var noon = time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)

// Promise 1: the same event three times, at once and one after the other, leaves one record and one receipt.
func TestDeliveredThreeTimes(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	o := w.put("incoming/m/drop/slides.pptx", deck("Supply chains", "Amina DIALLO"), noon)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { w.send(w.intake, w.event(o)) })
	}
	wg.Wait()
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Filed || d.Rev != 1 {
		t.Errorf("document is %s, written %d times", d.Status, d.Rev)
	}
	if s := w.session("s1"); !s.Complete || s.Epoch != 1 {
		t.Errorf("session %+v", s)
	}
	if got := w.subjects("receipt"); len(got) != 1 {
		t.Errorf("receipts: %v", got)
	}
	if got := w.subjects("complete"); len(got) != 1 {
		t.Errorf("completeness mails: %v", got)
	}
	w.check()
}

// Promises 2 and 3: the two last uploads of a session at the same moment complete it once. 200 rounds, ten to a
// world, for the embedded DynamoDB slows down as its table grows.
func TestLastTwoAtOnce(t *testing.T) {
	const rounds = 10
	var sessions []string
	people := csvHead
	for i := range rounds {
		sessions = append(sessions, fmt.Sprintf("s%d", i))
		people += fmt.Sprintf("a%d,Amina Diallo,amina%d@people.example,f,private,Sahel SA,Guinea,fr,presenter:s%d\n", i, i, i) +
			fmt.Sprintf("b%d,Kofi Mensah,kofi%d@people.example,m,private,Coast Ltd,Ghana,en,presenter:s%d\n", i, i, i)
	}
	slides := deck("Any title", "by its author")
	for range 20 {
		w := newWorld(t)
		w.load("m", yaml(sessions...), people)
		for i := range rounds {
			var wg sync.WaitGroup
			start := make(chan struct{})
			for _, p := range []string{"a", "b"} {
				token := w.token(ticket.Ticket{Participant: fmt.Sprintf("%s%d", p, i), Kind: meeting.Presentation})
				body := w.event(w.put("incoming/m/"+token+"/slides.pptx", slides, time.Now()))
				wg.Go(func() {
					<-start
					if failed := w.send(w.intake, body); len(failed) > 0 {
						t.Errorf("round %d failed", i)
					}
				})
			}
			close(start)
			wg.Wait()
			if s := w.session(fmt.Sprintf("s%d", i)); !s.Complete || s.Epoch != 1 || s.Outstanding != 0 {
				t.Fatalf("round %d: %+v", i, s)
			}
		}
		w.check()
		if got := w.subjects("complete"); len(got) != rounds || len(slices.Compact(got)) != rounds {
			t.Errorf("%d completeness mails for %d sessions", len(got), rounds)
		}
	}
}

// Promise 4: the order of upload decides, whatever the order of arrival; also when the newer one was withdrawn.
func TestOlderArrivesAfterNewer(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	older := w.put("incoming/m/drop/a.pptx", deck("First", "Amina Diallo"), noon)
	newer := w.put("incoming/m/drop/b.pptx", deck("Second", "Amina Diallo"), noon.Add(time.Second))
	w.takeIn(newer, older)
	if d := w.document(older); d.Status != meeting.Superseded || d.SupersededBy != newer.ID() {
		t.Errorf("the older is %s by %q", d.Status, d.SupersededBy)
	}
	if d := w.document(newer); d.Status != meeting.Filed {
		t.Errorf("the newer is %s", d.Status)
	}
	if got := w.subjects("receipt"); len(got) != 2 {
		t.Errorf("receipts: %v", got)
	}
	if got := w.subjects("complete"); len(got) != 1 {
		t.Errorf("completeness mails: %v", got)
	}
	if r := w.decide("action=withdraw&reason=wrong&document=" + newer.ID()); r.StatusCode != 303 {
		t.Fatalf("withdraw: %d", r.StatusCode)
	}
	late := w.put("incoming/m/drop/c.pptx", deck("Third", "Amina Diallo"), noon.Add(time.Second/2))
	w.takeIn(late)
	if d := w.document(late); d.Status != meeting.Superseded {
		t.Errorf("one uploaded before the withdrawn one is %s", d.Status)
	}
	if r := w.requirement("s1/presentation/p1"); r.State != meeting.Outstanding {
		t.Errorf("requirement is %s", r.State)
	}
	w.check()
}

// The versions of one key in one millisecond have the order that S3's sequencer gives.
func TestSequencerBreaksTies(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	first := w.put("incoming/m/drop/a.pptx", deck("First", "Amina Diallo"), noon)
	second := w.put("incoming/m/drop/a.pptx", deck("Second", "Amina Diallo"), noon)
	first.Sequencer, second.Sequencer = "0055AED6DCD9028", "0055AED6DCD90281E5"
	w.takeIn(second, first)
	if a, b := w.document(first), w.document(second); a.Status != meeting.Superseded || b.Status != meeting.Filed {
		t.Errorf("first %s, second %s", a.Status, b.Status)
	}
}

// Promise 3: one mail for each time that a session becomes complete, and one when it stops being so.
func TestEpochs(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	o := w.put("incoming/m/drop/a.pptx", deck("Title", "Amina Diallo"), noon)
	w.takeIn(o)
	steps := []struct {
		name                  string
		do                    func()
		epoch                 int
		complete              bool
		completes, incomplete int
	}{
		{"a new version changes nothing", func() {
			w.takeIn(w.put("incoming/m/drop/a.pptx", deck("Title, corrected", "Amina Diallo"), noon.Add(time.Second)))
		}, 1, true, 1, 0},
		{"a presenter is added", func() { w.load("m", yaml("s1"), csvHead+amina+kofi) }, 1, false, 1, 1},
		{"the same roster again", func() { w.load("m", yaml("s1"), csvHead+amina+kofi) }, 1, false, 1, 1},
		{"is waived", func() { w.decide("action=waive&reason=ill&requirement=s1/presentation/p2") }, 2, true, 2, 1},
		{"is wanted again", func() { w.decide("action=require&reason=well+again&requirement=s1/presentation/p2") }, 2, false, 2, 2},
		{"comes", func() { w.takeIn(w.put("incoming/m/drop/k.pptx", deck("K", "Kofi Mensah"), noon)) }, 3, true, 3, 2},
		{"is removed", func() { w.load("m", yaml("s1"), csvHead+amina) }, 3, true, 3, 2},
		{"is back, and so is what was filed", func() { w.load("m", yaml("s1"), csvHead+amina+kofi) }, 3, true, 3, 2},
	}
	if got := w.subjects("complete"); len(got) != 1 {
		t.Fatalf("completeness mails: %v", got)
	}
	for _, step := range steps {
		step.do()
		s := w.session("s1")
		if s.Epoch != step.epoch || s.Complete != step.complete {
			t.Errorf("%s: epoch %d, complete %v", step.name, s.Epoch, s.Complete)
		}
		if a, b := w.subjects("complete"), w.subjects("no-longer-complete"); len(a) != step.completes || len(b) != step.incomplete {
			t.Errorf("%s: mails %v and %v", step.name, a, b)
		}
		w.check()
	}
	for id, e := range w.mails() {
		if strings.HasPrefix(id, "complete-") {
			to, err := e.AddressList("To")
			if err != nil || len(to) != 2 {
				t.Errorf("a completeness mail goes to %v, %v", to, err)
			}
			if !strings.Contains(e.Text, "Amina Diallo") || !strings.Contains(e.HTML, "Amina Diallo") {
				t.Errorf("a completeness mail lacks the list of materials")
			}
		}
	}
}

// word is a DOCX with a paragraph a line.
func word(text string) []byte {
	body := ""
	for line := range strings.SplitSeq(text, "\n") {
		body += "<w:p><w:r><w:t>" + line + "</w:t></w:r></w:p>"
	}
	return ooxmltest.Document(body, nil)
}

// attached is a mail that carries a file.
func attached(name string, data []byte) []byte {
	return []byte("From: a@b.example\r\nTo: c@d.example\r\nSubject: see attached\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nPlease see the attached file.\r\n" +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" +
		base64.StdEncoding.EncodeToString(data) + "\r\n--b--\r\n")
}

// blank is a picture of an empty page.
func blank() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 400, 400))) // a bytes.Buffer takes everything
	return b.Bytes()
}

// Promise 5: what is filed by itself, and what goes to review and why.
func TestMatching(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1", "s2"), csvHead+amina+kofi+grace+twice+"p5,Amina Diallo Kofi,ak@people.example,f,academia,U,Mali,fr,moderator:s1\n")
	letterText := "Ministry of Justice\nWe have the honour to nominate:\nMs Grace ODHIAMBO, Counsel\nto take part."
	upright := func(text string) []byte { return pdftest.Make("x", pdftest.A4Width, pdftest.A4Height, text) }
	lying := func(text string) []byte { return pdftest.Make("x", pdftest.A4Height, pdftest.A4Width, text) }
	for name, test := range map[string]struct {
		file   string
		data   []byte
		status meeting.Status
		reason meeting.Reason
		serves string
	}{
		"title slide":                 {"slides.pptx", deck("Chains", "Amina Diallo"), meeting.Filed, "", "s1/presentation/p1"},
		"family name first, capitals": {"slides2.pptx", deck("Chains", "Presented by DIALLO Amina"), meeting.Filed, "", "s1/presentation/p1"},
		"diacritics":                  {"slides3.pptx", deck("Chaînes", "Mme Amína Dìallo"), meeting.Filed, "", "s1/presentation/p1"},
		"file name":                   {"mensah_kofi-v2.pptx", deck("Chains", "no name"), meeting.Filed, "", "s1/presentation/p2"},
		"file name in camel case":     {"KofiMensah.pptx", deck("Chains", "no name"), meeting.Filed, "", "s1/presentation/p2"},
		"PDF lying":                   {"x.pdf", lying("Chains\nKofi Mensah"), meeting.Filed, "", "s1/presentation/p2"},
		"letter":                      {"letter.pdf", upright(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"session named":               {"y.pptx", deck("Title of s2", "Zainab Bello"), meeting.Filed, "", "s2/presentation/p4"},
		"a longer name is another's":  {"z.pptx", deck("Chains", "Amina Diallo Kofi"), meeting.Review, meeting.ReasonNotRequired, ""},
		"session unclear":             {"s.pptx", deck("Chains", "Zainab Bello"), meeting.Review, meeting.ReasonSessionUnclear, ""},
		"two names":                   {"two.pptx", deck("Chains", "Amina Diallo, Kofi Mensah"), meeting.Review, meeting.ReasonSeveralNamed, ""},
		"title and file disagree":     {"Kofi Mensah.pptx", deck("Chains", "Amina Diallo"), meeting.Review, meeting.ReasonSeveralNamed, ""},
		"two people make no third":    {"n.pptx", deck("Chains", "Moussa Amina\nDiallo Keita"), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"nobody":                      {"n2.pptx", deck("Chains", "by us"), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"only the notes name":         {"n3.pptx", ooxmltest.Deck{Slides: []ooxmltest.Slide{{Title: "T", Notes: "Amina Diallo"}}}.Bytes(), meeting.Review, meeting.ReasonNobodyNamed, ""},
		"no such requirement":         {"g.pptx", deck("Chains", "Grace Odhiambo"), meeting.Review, meeting.ReasonNotRequired, ""},
		"upright without a hint":      {"cv.pdf", upright("Curriculum vitae\nKofi Mensah\nborn in Tema"), meeting.Review, meeting.ReasonKindUnclear, ""},
		"regret":                      {"r.pdf", upright("We regret that our nominee\nMs Grace Odhiambo\nis unable to attend"), meeting.Review, meeting.ReasonKindUnclear, ""},
		"not readable yet":            {"Kofi Mensah presentation.xlsx", ooxmltest.Zip("", map[string]string{"xl/workbook.xml": "<x/>"}), meeting.Review, "not-readable-yet", ""},
		"letter in Word":              {"letter.docx", word(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter as text":              {"letter.txt", []byte(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter with a wrong name":    {"letter.doc", word(letterText), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"letter by mail":              {"mail.eml", attached("letter.docx", word(letterText)), meeting.Filed, "", "s1/nomination/p3 s2/nomination/p3"},
		"slides by mail":              {"mail2.eml", attached("x.pptx", deck("Chains", "Amina Diallo")), meeting.Filed, "", "s1/presentation/p1"},
		"macros":                      {"Kofi Mensah.pptm", ooxmltest.Add(deck("Chains", "Kofi Mensah"), map[string]string{"ppt/vbaProject.bin": "x"}), meeting.Quarantined, "macros", ""},
		"a program by mail":           {"mail3.eml", attached("run.exe", []byte("MZ\x90\x00")), meeting.Quarantined, "executable", ""},
		"a scan that nobody reads":    {"scan.png", blank(), meeting.Review, "scan-unread", ""},
		"cut short":                   {"Kofi Mensah.pptx", deck("Chains", "Kofi Mensah")[:700], meeting.Rejected, "corrupt", ""},
		"no PDF after all":            {"k.pdf", []byte("%PDF-1.4\nnothing"), meeting.Rejected, "corrupt", ""},
		"empty":                       {"e.pptx", nil, meeting.Rejected, "empty", ""},
		"over the limit":              {"big.pptx", make([]byte, 10<<20+1), meeting.Rejected, "too-large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := w.put("incoming/m/drop/"+strings.ReplaceAll(name, " ", "-")+"/"+test.file, test.data, time.Now())
			w.takeIn(o)
			d := w.document(o)
			var serves []string
			for _, k := range d.Serves {
				serves = append(serves, k.String())
			}
			slices.Sort(serves)
			if d.Status != test.status || d.Reason != test.reason || strings.Join(serves, " ") != test.serves {
				t.Errorf("%s (%s) for %v, want %s (%s) for %s", d.Status, d.Reason, serves, test.status, test.reason, test.serves)
			}
		})
	}
	w.check()
}

// A ticket is certain, and only a valid one is.
func TestTickets(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1", "s2"), csvHead+amina+kofi+twice)
	valid := w.token(ticket.Ticket{Participant: "p4", Kind: meeting.Presentation, Session: "s2"})
	other := strings.Replace(valid, ".", "x", 1)
	forged := valid[:len(valid)-2] + "AA"
	for name, test := range map[string]struct {
		token  string
		at     time.Time
		status meeting.Status
		reason meeting.Reason
	}{
		"valid":      {valid, time.Now(), meeting.Filed, ""},
		"forged":     {forged, time.Now(), meeting.Review, meeting.ReasonTicketInvalid},
		"not one":    {other, time.Now(), meeting.Review, meeting.ReasonTicketInvalid},
		"expired":    {valid, time.Now().Add(2 * time.Hour), meeting.Review, meeting.ReasonTicketExpired},
		"not on it":  {w.token(ticket.Ticket{Participant: "p9", Kind: meeting.Presentation}), time.Now(), meeting.Review, meeting.ReasonNotRequired},
		"wrong kind": {w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Nomination}), time.Now(), meeting.Review, meeting.ReasonNotRequired},
	} {
		t.Run(name, func(t *testing.T) {
			// The slides name somebody else: the ticket alone decides.
			o := w.put("incoming/m/"+test.token+"/"+name+".pptx", deck("Chains", "Kofi Mensah"), test.at)
			w.takeIn(o)
			if d := w.document(o); d.Status != test.status || d.Reason != test.reason {
				t.Errorf("%s (%s), want %s (%s)", d.Status, d.Reason, test.status, test.reason)
			}
		})
	}
	if r := w.requirement("s2/presentation/p4"); r.State != meeting.Satisfied {
		t.Errorf("requirement is %s", r.State)
	}
	if r := w.requirement("s1/presentation/p2"); r.State != meeting.Outstanding {
		t.Errorf("another's requirement is %s", r.State)
	}
}

// Promise 6: who hears what, in which language.
func TestReceipts(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	aminas := w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	w.takeIn(
		w.put("incoming/m/"+aminas+"/cassé.pptx", deck("T", "x")[:500], time.Now()),
		w.put("incoming/m/drop/kofi.pptx", deck("T", "Kofi Mensah"), noon),
		w.put("incoming/m/drop/unknown.pptx", deck("T", "nobody"), noon),
		w.put("incoming/m/drop/broken.pdf", []byte("%PDF-1.7 broken"), noon))
	w.post()
	var got []string
	for id, e := range w.mails() {
		template, _, _ := strings.Cut(id, "-")
		got = append(got, template+": "+e.GetHeader("To")+": "+e.GetHeader("Subject"))
		if e.Text == "" || e.HTML == "" {
			t.Errorf("%s lacks a part", id)
		}
	}
	slices.Sort(got)
	secretariat := "<one@secretariat.example>, <two@secretariat.example>: "
	want := []string{
		"receipt: <amina@people.example>: Merci de renvoyer : cassé.pptx",
		"receipt: <kofi@people.example>: Received and filed: kofi.pptx",
		"review: " + secretariat + "Rejected: broken.pdf",
		"review: " + secretariat + "To review: unknown.pptx",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("mails (-want +got):\n%s", d)
	}
	for id, e := range w.mails() {
		if strings.Contains(e.GetHeader("Subject"), "renvoyer") && !strings.Contains(e.Text, "Merci de l'enregistrer à nouveau") {
			t.Errorf("%s does not say what to do: %s", id, e.Text)
		}
	}
}

// What comes before its meeting is set up is filed once it is, and the uploader hears of that alone.
func TestUploadBeforeRoster(t *testing.T) {
	w := newWorld(t)
	o := w.put("incoming/m/drop/a.pptx", deck("Chains", "Amina Diallo"), noon)
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Review || d.Reason != meeting.ReasonUnknownMeeting {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	w.load("m", yaml("s1"), csvHead+amina)
	if d := w.document(o); d.Status != meeting.Filed {
		t.Errorf("%s (%s) after the roster came", d.Status, d.Reason)
	}
	if !w.session("s1").Complete {
		t.Error("the session is not complete")
	}
	if got := w.subjects("receipt"); len(got) != 1 {
		t.Errorf("receipts: %v", got)
	}
	w.check()
}

// A broken roster changes nothing at all, and is answered by one mail that names every bad line.
func TestBrokenRoster(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	before := *w.session("s1")
	o := w.put("roster/m/participants.csv", []byte(csvHead+amina+"p8,New Person,nomail,f,private,A,B,en,presenter:s1\np9,Other Person,o@people.example,f,army,A,B,en,presenter:s7\n"), time.Now().Add(2*time.Second))
	for range 3 {
		w.send(w.roster, w.event(o))
	}
	if d := cmp.Diff(before, *w.session("s1")); d != "" {
		t.Errorf("the session changed:\n%s", d)
	}
	if reqs, err := w.store.Requirements(context.Background(), "m", "s1"); err != nil || len(reqs) != 1 {
		t.Errorf("requirements %v %v", reqs, err)
	}
	if got := w.subjects("roster-rejected"); len(got) != 1 {
		t.Fatalf("mails: %v", got)
	}
	for id, e := range w.mails() {
		if !strings.HasPrefix(id, "roster-rejected") {
			continue
		}
		for _, want := range []string{"participants.csv, line 3: this is no mail address: nomail", "participants.csv, line 4: a sector is", "participants.csv, line 4: meeting.yaml has no session s7"} {
			if !strings.Contains(e.Text, want) {
				t.Errorf("the mail lacks %q:\n%s", want, e.Text)
			}
		}
	}
	w.check()
}

// A session of more requirements than a transaction holds loads whole, and is not complete until it is.
func TestLargeSession(t *testing.T) {
	w := newWorld(t)
	csv := csvHead
	for i := range 250 {
		csv += fmt.Sprintf("q%03d,Person Number%d,q%d@people.example,f,private,A,B,en,presenter:s1\n", i, i, i)
	}
	w.load("m", yaml("s1"), csv)
	if s := w.session("s1"); s.Required != 250 || s.Outstanding != 250 || s.Complete {
		t.Errorf("%+v", s)
	}
	w.check()
}

// Rosters are fenced by their order of upload: the event of an older one that comes late changes nothing.
func TestOlderRosterComesLate(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	older, err := w.objects.RosterAsOf(context.Background(), "m", meeting.Object{Time: time.Now()})
	must(t, err)
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	token := w.session("s1").Roster
	w.send(w.roster, w.event(*older.Participants), w.event(*older.Meeting))
	if s := w.session("s1"); s.Required != 2 || s.Roster != token {
		t.Errorf("an older roster took over: %+v", s)
	}
}

// The sweep finds uploads, roster files and decisions whose event was lost, and mails that nobody sent.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.put("roster/m/meeting.yaml", []byte(yaml("s1")), now)
	w.put("roster/m/participants.csv", []byte(csvHead+amina+kofi), now)
	a := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), now)
	b := w.put("incoming/odd place.pptx", deck("T", "Amina Diallo"), now)
	if r := w.runSweep(); r.Uploads != 2 || r.Rosters != 2 || r.Skipped != 0 {
		t.Fatalf("first sweep: %+v\n%s", r, w.logs)
	}
	w.drain()
	w.runSweep()
	w.drain()
	if d := w.document(a); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	if d := w.document(b); d.Status != meeting.Review {
		t.Errorf("one put where no upload belongs is %s", d.Status)
	}
	d := meeting.Decision{Action: meeting.Waive, Meeting: "m", Requirement: meeting.RequirementKey{Session: "s1", Kind: meeting.Presentation, Participant: "p2"}, By: "x", Reason: "ill", At: now}
	_, err := w.objects.PutDecision(context.Background(), "decisions/m/1.json", d)
	must(t, err)
	if r := w.runSweep(); r.Decisions != 1 || r.Uploads != 0 || r.Rosters != 0 || r.Mails == 0 {
		t.Errorf("second sweep: %+v", r)
	}
	if s := w.session("s1"); !s.Complete {
		t.Errorf("%+v", s)
	}
	w.post()
	if r := w.runSweep(); r.Decisions+r.Uploads+r.Rosters+r.Mails != 0 {
		t.Errorf("after all is done it still drives: %+v", r)
	}
	w.check()
}

// The sweep goes on where it stopped, so that one run costs the same however full the bucket is.
func TestSweepCursor(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.SetCursor(context.Background(), "incoming/", "incoming/m/drop/b.pptx\n"))
	w.put("incoming/m/drop/a.pptx", deck("T", "x"), noon)
	w.put("incoming/m/drop/c.pptx", deck("T", "x"), noon)
	if r := w.runSweep(); r.Uploads != 1 {
		t.Errorf("from the cursor on: %+v", r)
	}
	if r := w.runSweep(); r.Uploads != 2 {
		t.Errorf("from the beginning again: %+v", r)
	}
}

// One bad message does not hold up the others of its batch, and S3's test event is fine.
func TestPartialBatch(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	o := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon)
	test := []byte(`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2031-06-01T12:00:00.000Z","Bucket":"b","RequestId":"r","HostId":"h"}`)
	failed := w.send(w.intake, []byte("{"), test, w.event(o), []byte(`{"neither":"nor"}`))
	if d := cmp.Diff([]string{"0", "3"}, failed); d != "" {
		t.Errorf("failed (-want +got):\n%s", d)
	}
	if d := w.document(o); d.Status != meeting.Filed {
		t.Errorf("%s", d.Status)
	}
}

// A version that is gone is no reason to try for ever.
func TestGone(t *testing.T) {
	w := newWorld(t)
	o := w.put("incoming/m/drop/a.pptx", deck("T", "x"), noon)
	o.Version = "01J0000000000000000000000A"
	if failed := w.send(w.intake, w.event(o)); len(failed) != 0 {
		t.Errorf("failed:\n%s", w.logs)
	}
}

// The stream's checkpoint is the first record that fails; what comes after it waits.
func TestStreamCheckpoint(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	w.takeIn(w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon), w.put("incoming/m/drop/k.pptx", deck("T", "Kofi Mensah"), noon))
	open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(t, err)
	if len(open) != 3 {
		t.Fatalf("%d open mails", len(open))
	}
	broken := record("x")
	broken.Change.Keys = nil
	broken.Change.SequenceNumber = "the one"
	var r events.DynamoDBEventResponse
	w.invoke(w.deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record(open[0].ID), broken, record(open[1].ID)}}, &r)
	if len(r.BatchItemFailures) != 1 || r.BatchItemFailures[0].ItemIdentifier != "the one" {
		t.Errorf("failures %+v", r.BatchItemFailures)
	}
	if n := len(w.mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// Promise 7: two senders of one outbox item send one mail, and a lease that ran out is taken up again.
func TestMailLease(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	w.takeIn(w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon))
	open, err := w.store.OpenMails(context.Background(), time.Now().Add(time.Hour), 0)
	must(t, err)
	var wg sync.WaitGroup
	for _, m := range open {
		for range 4 {
			wg.Go(func() {
				in, _ := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record(m.ID)}})
				_, _ = w.deliver.Invoke(context.Background(), in)
			})
		}
	}
	wg.Wait()
	for _, m := range open {
		got, err := w.store.Mail(context.Background(), m.ID)
		must(t, err)
		if got.State != meeting.Sent || got.Attempts != 1 || got.MessageID == "" {
			t.Errorf("%+v", got)
		}
	}
	// One whose sender died: held until the lease runs out, then swept.
	held := open[0]
	held, err = w.store.Mail(context.Background(), held.ID)
	must(t, err)
	held.State, held.Lease = meeting.Sending, time.Now().Add(time.Hour)
	must(t, w.store.PutMail(context.Background(), held))
	if r := w.runSweep(); r.Mails != 0 {
		t.Errorf("a held mail was driven: %+v", r)
	}
	var r events.DynamoDBEventResponse
	w.invoke(w.deliver, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record(held.ID)}}, &r)
	if m, err := w.store.Mail(context.Background(), held.ID); err != nil || m.State != meeting.Sending || m.Attempts != held.Attempts {
		t.Errorf("a held mail was taken by another: %+v %v", m, err)
	}
	held.Lease = time.Now().Add(-time.Second)
	must(t, w.store.PutMail(context.Background(), held))
	if r := w.runSweep(); r.Mails != 1 {
		t.Errorf("a mail whose sender died was not driven: %+v", r)
	}
}

// Promise 8, as far as decisions go: staff are told when a decision makes no sense any more, and nothing changes.
func TestDecisions(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	o := w.put("incoming/m/drop/a.pptx", deck("T", "Amina Diallo"), noon)
	w.takeIn(o)
	for _, test := range []struct {
		name, form string
		code       int
	}{
		{"waive what is in", "action=waive&reason=x&requirement=s1/presentation/p1", 409},
		{"waive what is not there", "action=waive&reason=x&requirement=s1/presentation/p9", 409},
		{"no reason", "action=waive&requirement=s1/presentation/p2", 409},
		{"unknown action", "action=burn&reason=x&requirement=s1/presentation/p2", 409},
		{"waive", "action=waive&reason=x&requirement=s1/presentation/p2", 303},
		{"waive again", "action=waive&reason=x&requirement=s1/presentation/p2", 409},
		{"withdraw what is not there", "action=withdraw&reason=x&document=nothing", 409},
		{"withdraw", "action=withdraw&reason=" + url.QueryEscape("wrong file") + "&document=" + o.ID(), 303},
		{"withdraw again", "action=withdraw&reason=x&document=" + o.ID(), 409},
	} {
		if r := w.decide(test.form); r.StatusCode != test.code {
			t.Errorf("%s: %d, want %d", test.name, r.StatusCode, test.code)
		}
		w.check()
	}
	if d := w.document(o); d.Status != meeting.Withdrawn {
		t.Errorf("%s", d.Status)
	}
	if r := w.requirement("s1/presentation/p1"); r.State != meeting.Outstanding {
		t.Errorf("%s", r.State)
	}
	// Each decision is kept: the sweep knows them all.
	if r := w.runSweep(); r.Decisions != 0 {
		t.Errorf("%+v", r)
	}
}

// Staff clear the review list: a document is filed where they say, once, or turned down in their words. Filing can complete a
// session, and one letter serves all sessions of its person.
func TestReviewDecisions(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1", "s2"), csvHead+kofi+grace)
	put := func(name string, data []byte, at time.Time) meeting.Object {
		o := w.put("incoming/m/drop/"+name, data, at)
		w.takeIn(o)
		if d := w.document(o); d.Status != meeting.Review {
			t.Fatalf("%s is %s", name, d.Status)
		}
		return o
	}
	slides, older, letter, junk := put("slides.pptx", deck("Chains", "by us"), noon.Add(time.Minute)), put("old.pptx", deck("Chains", "by us, old"), noon),
		put("letter.txt", []byte("a letter that names nobody"), noon), put("junk.txt", []byte("nothing of ours"), noon)
	board := w.board()
	for _, want := range []string{`value="s1/presentation/p2" label="Kofi Mensah, presentation, Title of s1"`, `value="s1/nomination/p3 s2/nomination/p3"`, `name="document" value="` + slides.ID() + `"`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %s", want)
		}
	}
	both := url.QueryEscape("s1/nomination/p3 s2/nomination/p3")
	for _, test := range []struct {
		name, form string
		code       int
	}{
		{"file nowhere", "action=file&reason=x&document=" + slides.ID(), 409},
		{"file at no such place", "action=file&reason=x&other=s1/presentation/p9&document=" + slides.ID(), 409},
		{"file at two kinds", "action=file&reason=x&other=" + url.QueryEscape("s1/presentation/p2 s1/nomination/p3") + "&document=" + slides.ID(), 409},
		{"file what is not there", "action=file&reason=x&other=s1/presentation/p2&document=nothing", 409},
		{"file", "action=file&reason=x&requirement=s1/presentation/p2&other=ignored&document=" + slides.ID(), 303},
		{"file again", "action=file&reason=x&other=s1/presentation/p2&document=" + slides.ID(), 409},
		{"file an older one", "action=file&reason=x&other=s1/presentation/p2&document=" + older.ID(), 303},
		{"file for two sessions", "action=file&reason=x&requirement=&other=" + both + "&document=" + letter.ID(), 303},
		{"reject", "action=reject&reason=" + url.QueryEscape("This is not for our meeting.") + "&document=" + junk.ID(), 303},
		{"reject again", "action=reject&reason=x&document=" + junk.ID(), 409},
	} {
		if r := w.decide(test.form); r.StatusCode != test.code {
			t.Errorf("%s: %d, want %d", test.name, r.StatusCode, test.code)
		}
		w.check()
	}
	for o, want := range map[meeting.Object]meeting.Status{slides: meeting.Filed, older: meeting.Superseded, letter: meeting.Filed, junk: meeting.Rejected} {
		if d := w.document(o); d.Status != want {
			t.Errorf("%s is %s, want %s", d.FileName, d.Status, want)
		}
	}
	for _, k := range []string{"s1/presentation/p2", "s1/nomination/p3", "s2/nomination/p3"} {
		if r := w.requirement(k); r.State != meeting.Satisfied {
			t.Errorf("%s is %s", k, r.State)
		}
	}
	if d := w.document(slides); len(d.Evidence) != 1 || d.Evidence[0].Code != meeting.EvidenceStaff || d.Evidence[0].Detail == "" {
		t.Errorf("%+v", d.Evidence)
	}
	if board = w.board(); !strings.Contains(board, "This is not for our meeting.") {
		t.Error("the board does not say why it was turned down")
	}
	if n := len(w.subjects(meeting.MailComplete)); n != 2 {
		t.Errorf("%d mails of completeness, want 2", n)
	}
}

// Promise 9: no name, address, file name or text is in any log.
func TestLogsHoldNothingPersonal(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	aminas := w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	w.takeIn(w.put("incoming/m/"+aminas+"/Confidential Amina.pptx", deck("Secret chains", "Amina Diallo"), time.Now()),
		w.put("incoming/m/drop/Kofi broken.pptx", []byte("PK\x03\x04 nothing"), noon))
	w.post()
	w.send(w.intake, []byte("{"))
	gone := meeting.Object{Bucket: w.bucket, Key: "incoming/m/drop/Kofi gone.pptx", Version: "01J0000000000000000000000A", Time: noon}
	w.send(w.intake, w.event(gone))
	for i := 1; i <= 12; i++ { // failures are where keys like to slip out
		w.faults.Arm(kill(i, inject.Before))
		w.send(w.intake, w.event(w.put("incoming/m/drop/Kofi Mensah.pptx", deck("Secret chains", "Kofi Mensah"), noon)))
	}
	w.faults.Arm()
	logs := w.logs.String()
	if strings.Count(logs, "\n") < 10 {
		t.Fatalf("too little was logged to judge:\n%s", logs)
	}
	for _, secret := range []string{"Amina", "Diallo", "Kofi", "Mensah", "people.example", "secretariat.example", "Secret", "Confidential", "Whisper", ".pptx", aminas} {
		if i := strings.Index(logs, secret); i >= 0 {
			t.Errorf("%q is in the logs: %s", secret, logs[max(0, i-200):min(len(logs), i+100)])
		}
	}
}

// The requests for one document are the same in a small and in a large meeting.
func TestRequestsDoNotGrow(t *testing.T) {
	small, large := requestsForOne(t, 10), requestsForOne(t, 1000)
	if d := cmp.Diff(small, large); d != "" {
		t.Errorf("requests for one document, 10 participants and 1,000 (-10 +1000):\n%s", d)
	}
}

func requestsForOne(t testing.TB, participants int) []string {
	w := newWorld(t)
	w.load("m", yaml("s1"), largeRoster(participants))
	o := w.put("incoming/m/drop/a.pptx", deck("T", "Firstname7 Lastname7"), noon)
	body := w.event(o)
	w.faults.Arm()
	if failed := w.send(w.intake, body); len(failed) > 0 {
		t.Fatal(w.logs)
	}
	calls := slices.DeleteFunc(w.faults.Calls(), func(c string) bool { return !strings.HasPrefix(c, "DynamoDB") })
	if d := w.document(o); d.Status != meeting.Filed {
		t.Fatalf("%s (%s)", d.Status, d.Reason)
	}
	return calls
}

func largeRoster(participants int) string {
	var b bytes.Buffer
	b.WriteString(csvHead)
	for i := range participants {
		fmt.Fprintf(&b, "q%05d,Firstname%d Lastname%d,q%d@people.example,f,private,Agency %d,B,en,presenter:s1\n", i, i, i, i, i/10)
	}
	return b.String()
}

// BenchmarkRequests prints how many requests one document costs, by the size of the meeting.
func BenchmarkRequests(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("participants=%d", n), func(b *testing.B) {
			calls := 0
			for b.Loop() {
				b.StopTimer()
				calls = len(requestsForOne(b, n))
				b.StartTimer()
			}
			b.ReportMetric(float64(calls), "dynamodb-requests/document")
			b.ReportMetric(0, "ns/op")
		})
	}
}
