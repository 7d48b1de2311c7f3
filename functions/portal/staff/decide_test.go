package staff_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// A letter is filed for one official and names another that the roster does not know. Staff see the proposal, accept the
// person with a part in a session, and the letter is filed for both; what that person sends then is known, also after a new roster, and a
// roster that brings the person under an id of its own is told.
func TestAcceptedNominee(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace)
	o := w.Put(
		"incoming/m/drop/letter.txt",
		e2e.NominationLetter(
			"Ms Grace ODHIAMBO, Counsel",
			"Mr Daniel KIPTOO, Prosecutor, daniel.kiptoo@justice.example",
		),
		e2e.Noon,
	)
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed || !d.HasOpenNominees() ||
		d.Letter.Reference != "MOJ/4/21" {
		t.Fatalf("the letter is %s (%s), read as %+v", d.Status, d.Reason, d.Letter)
	}
	board := w.StaffPages()
	for _, want := range []string{"Accept or decline <bdi>Daniel K",
		`name="email" type="email" value="daniel.kiptoo@justice.example"`, "MOJ/4/21", "15 May 2031",
		"Signed by</dt><dd><bdi>Peter Otieno", `name="agency" value="Ministry of Justice"`,
		`name="country" value="Kenya"`, "on the roster"} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	name := regexp.MustCompile(`name="nominee" value="([^"]*)"`).FindStringSubmatch(board)
	if name == nil {
		t.Fatal("no nominee is proposed")
	}
	form := url.Values{
		"action":   {"accept"},
		"document": {o.ID()},
		"nominee":  {name[1]},
		"name":     {"Daniel Kiptoo"},
		"email":    {"daniel.kiptoo@justice.example"},
		"gender":   {"m"},
		"agency": {
			"Ministry of Justice",
		},
		"country":  {"Kenya"},
		"language": {"en"},
		"role":     {"", "presenter:s2"},
		"reason":   {"known to the desk"},
	}
	for bad, reason := range map[string]string{"role": "what the person does", "email": "no mail address",
		"reason": "give a reason"} {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f[bad] = []string{map[string]string{"email": "nonsense", "role": "king:s1"}[bad]}
		if code, page := w.SubmitDecision(f); code != http.StatusConflict || !strings.Contains(page, reason) {
			t.Errorf("with a bad %s: %d, %s", bad, code, page)
		}
	}
	if code, page := w.SubmitDecision(form); code != http.StatusSeeOther {
		t.Fatalf("accept: %d\n%s", code, page)
	}
	id := meeting.ParticipantID(o.ID(), name[1])
	if d := w.Document(o); d.Status != meeting.Filed || !d.Late {
		t.Errorf("the letter is %s, late %v", d.Status, d.Late)
	}
	for k, want := range map[string]meeting.State{"s1/nomination/p3": meeting.Satisfied,
		"s2/nomination/p3": meeting.Satisfied, "s2/nomination/" + id: meeting.Satisfied, "s2/presentation/" +
			id: meeting.Outstanding} {
		if r := w.Requirement(k); r.State != want {
			t.Errorf("%s is %s", k, r.State)
		}
	}
	board = w.StaffPages()
	for _, want := range []string{"Daniel Kiptoo", "2 of 2", "1 woman, 1 man", `<span class="badge late">late</span>`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	slides := w.Put(
		"incoming/m/drop/slides.pptx",
		e2e.Deck("Prosecuting traffickers", "Daniel Kiptoo, Ministry of Justice, Kenya"),
		e2e.Noon,
	)
	w.TakeIn(slides)
	if d := w.Document(slides); d.Status != meeting.Filed {
		t.Errorf("the accepted presenter's slides are %s (%s)", d.Status, d.Reason)
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Kofi)
	if r := w.Requirement("s2/presentation/" + id); r.State != meeting.Satisfied || r.Retired {
		t.Errorf("after a new roster: %+v", r)
	}
	w.Check()
	// The same person on the next roster, under another id: that would be one official twice.
	w.LoadRoster(
		"m",
		e2e.QuotaYAML("s1", "s2"),
		e2e.CSVHead+e2e.Grace+
			"p9,Daniel Kiptoo,daniel.kiptoo@justice.example,m,public,Ministry of Justice,Kenya,en,expert:s2\n",
	)
	var problem string
	w.DeliverMails()
	for mail, e := range w.Mails() {
		if strings.HasPrefix(mail, meeting.MailRosterRejected) {
			problem = e.Text
		}
	}
	if !strings.Contains(problem, "was accepted as a nominee") || !strings.Contains(problem, id) {
		t.Errorf("staff are told %q", problem)
	}
}

// An agency that sends a third official is told so politely, in the language of the person asked, and the letter waits.
func TestOverQuota(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Grace+e2e.Joseph+e2e.Faith)
	two := w.Put(
		"incoming/m/drop/first.txt",
		e2e.NominationLetter("Ms Grace ODHIAMBO", "Ms Faith WANJIKU"),
		e2e.Noon,
	)
	third := w.Put("incoming/m/drop/second.txt", e2e.NominationLetter("Mr Joseph KAMAU"), e2e.Noon.Add(time.Minute))
	w.TakeIn(two, third)
	if a, b := w.Document(two), w.Document(third); a.Status != meeting.Filed || b.Status != meeting.Review ||
		b.Reason != meeting.ReasonOverQuota {
		t.Fatalf("the first is %s (%s), the second %s (%s)", a.Status, a.Reason, b.Status, b.Reason)
	}
	w.DeliverMails()
	asked := 0
	for id, e := range w.Mails() {
		if !strings.HasPrefix(id, meeting.MailOverQuota) {
			continue
		}
		asked++
		if to := e.GetHeader("To"); !strings.Contains(to, "joseph@justice.example") ||
			!strings.Contains(e.Text, "deux") && !strings.Contains(e.Text, "2") {
			t.Errorf("to %s: %s", to, e.Text)
		}
		if e.HTML == "" || !strings.Contains(e.HTML, `lang="fr"`) {
			t.Errorf("no French page: %s", e.HTML)
		}
	}
	if asked != 1 {
		t.Errorf("%d were asked", asked)
	}
	if board := w.StaffPages(); !strings.Contains(board, "more officials than an agency may send") ||
		!strings.Contains(board, "2 of 2") {
		t.Error("the board does not say so")
	}
	// A letter that gives one of the seats to the third is looked at by a person: who goes and who comes is easily confused.
	instead := w.Put(
		"incoming/m/drop/third.txt",
		e2e.NominationLetter("Mr Joseph KAMAU, to replace Ms Faith WANJIKU"),
		e2e.Noon.Add(2*time.Minute),
	)
	w.TakeIn(instead)
	if d := w.Document(instead); d.Status != meeting.Review || d.Letter == nil || len(d.Candidates) == 0 ||
		d.Candidates[0].Participant != "p6" {
		t.Errorf("the replacement is %s (%s), read as %+v", d.Status, d.Reason, d.Letter)
	}
	w.Check()
}

// What staff decide by mistake they take back: everything is as it was, and the uploader hears of each turn in the
// language that the link was sent in.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	o := w.Put(folder+"slides.pptx", e2e.Deck("Chains", "Amina Diallo"), time.Now())
	w.TakeIn(o)
	if n := len(w.Subjects(meeting.MailComplete)); n != 1 {
		t.Fatalf("%d mails of completeness", n)
	}
	if code, _ := w.SubmitDecision(url.Values{"action": {"withdraw"}, "document": {o.ID()},
		"reason": {"the wrong one"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	history := w.StaffPage("/meetings/m/history")
	id := regexp.MustCompile(`name="of" value="([^"]*)"`).FindStringSubmatch(history)
	if id == nil || !strings.Contains(history, "Ms Staff") || !strings.Contains(history, "the wrong one") ||
		!strings.Contains(history, "slides.pptx: filed → withdrawn") ||
		!strings.Contains(history, "Amina Diallo, presentation, s1: satisfied by slides.pptx → outstanding") {
		t.Fatalf("the history lacks something:\n%s", history)
	}
	undo := url.Values{"action": {"undo"}, "of": {id[1]}, "reason": {"it was right"}, "from-history": {"1"}}
	if r := w.Decide(undo.Encode()); r.StatusCode != http.StatusSeeOther ||
		r.Header.Get("Location") != "/meetings/m/history" {
		t.Errorf("undo: %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	if d, r := w.Document(o), w.Requirement("s1/presentation/p1"); d.Status != meeting.Filed ||
		r.State != meeting.Satisfied {
		t.Errorf("%s and %s", d.Status, r.State)
	}
	if code, page := w.SubmitDecision(undo); code != http.StatusConflict ||
		!strings.Contains(page, "decided already") {
		t.Errorf("undone twice: %d, %s", code, page)
	}
	if history = w.StaffPage("/meetings/m/history"); !strings.Contains(history, "taken back") {
		t.Error("the history does not say that it was taken back")
	}
	if n := w.Subjects(meeting.MailOutcome); len(n) != 2 || !strings.Contains(strings.Join(n, " "), "slides.pptx") {
		t.Errorf("the presenter was told %q", n)
	}
	if a, b := len(w.Subjects(meeting.MailComplete)), len(w.Subjects(meeting.MailNoLongerComplete)); a != 2 ||
		b != 1 {
		t.Errorf("%d and %d mails", a, b)
	}
	w.Check()
}

// A document turned down for one of the usual reasons: the sender reads it in the sender's language.
func TestRejectedInTheirLanguage(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster(
		"m",
		e2e.MeetingYAML("s1", "s2"),
		e2e.CSVHead+"p1,Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1;presenter:s2\n",
	)
	folder := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	o := w.Put(folder+"notes.txt", []byte("Shopping list"), time.Now())
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Review {
		t.Fatalf("%s", d.Status)
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"reject"}, "document": {o.ID()},
		"code": {"wrong-document"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.DeliverMails()
	found := ""
	for id, e := range w.Mails() {
		if strings.HasPrefix(id, meeting.MailOutcome) {
			found = e.Text
		}
	}
	if !strings.Contains(found, "Ce n'est pas le document demandé") {
		t.Errorf("the sender reads %q", found)
	}
	// The second to decide reads who was first, and why.
	if code, page := w.SubmitDecision(url.Values{"action": {"file"}, "other": {"s1/presentation/p1"},
		"document": {o.ID()}, "reason": {"looks right"}}); code != http.StatusConflict ||
		!strings.Contains(page, "Ms Staff: rejected the document") {
		t.Errorf("%d: %s", code, page)
	}
}

// One file with two presentations is filed in parts; a second half joins the first.
func TestSplitAndJoinByForm(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	both := w.Put("incoming/m/drop/all.pptx", e2e.Deck("All", "of us"), e2e.Noon)
	rest := w.Put("incoming/m/drop/rest.pptx", e2e.Deck("The rest", "of it"), e2e.Noon.Add(time.Minute))
	w.TakeIn(both, rest)
	split := url.Values{
		"action":   {"split"},
		"document": {both.ID()},
		"reason":   {"one file"},
		"from":     {"1", "2", ""},
		"to":       {"", "2", ""},
		"place":    {"s1/presentation/p1", "s1/presentation/p2", ""},
	}
	bad := url.Values{
		"action":   {"split"},
		"document": {both.ID()},
		"reason":   {"one file"},
		"from":     {"1", "x"},
		"to":       {"1", "2"},
		"place":    {"s1/presentation/p1", "s1/presentation/p2"},
	}
	if code, page := w.SubmitDecision(bad); code != http.StatusConflict ||
		!strings.Contains(page, "pages in order") {
		t.Errorf("%d: %s", code, page)
	}
	if code, page := w.SubmitDecision(split); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if a, b := w.Requirement("s1/presentation/p1"), w.Requirement("s1/presentation/p2"); a.Pages != "1" ||
		b.Pages != "2" ||
		a.Document != both.ID() ||
		b.Document != both.ID() {
		t.Errorf("%+v and %+v", a, b)
	}
	board := w.StaffPages()
	if !strings.Contains(board, "<bdi>all.pptx</bdi></a>, pages 2") ||
		!strings.Contains(board, `<option value="`+both.ID()+`">`) {
		t.Error("the board does not show the parts, or offers nothing to join")
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"join"}, "document": {rest.ID()}, "into": {both.ID()},
		"reason": {"its end"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if d := w.Document(rest); d.Status != meeting.Filed || d.PartOf != both.ID() {
		t.Errorf("%+v", d)
	}
	w.Check()
}

// What staff said of a nominee stays said when the letter is matched again with a new roster.
func TestDeclinedStaysDeclined(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi)
	o := w.Put(
		"incoming/m/drop/letter.txt",
		e2e.NominationLetter("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO"),
		e2e.Noon,
	)
	w.TakeIn(o)
	names := regexp.MustCompile(`name="nominee" value="([^"]*)"`).FindAllStringSubmatch(w.StaffPages(), -1)
	if len(names) != 2 {
		t.Fatalf("proposed: %v", names)
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"decline"}, "document": {o.ID()}, "nominee": {names[1][1]},
		"reason": {"not in our field"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	decided := w.Document(o).Decision
	// The sweep finds the letter still in review: nothing was learned since, so what staff said holds.
	w.RunSweep()
	w.Drain()
	if d := w.Document(o); d.Decision != decided || d.Status != meeting.Review {
		t.Errorf("%s, the last decision is %q", d.Status, d.Decision)
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi+e2e.Grace)
	d := w.Document(o)
	if d.Status != meeting.Filed || d.Letter == nil || len(d.Letter.Nominees) != 2 ||
		!d.Letter.Nominees[1].Declined ||
		d.Letter.Nominees[0].Participant != "p3" {
		t.Errorf("after a new roster: %s (%s), %+v", d.Status, d.Reason, d.Letter)
	}
	w.Check()
}

// A link that went astray is revoked: what comes by it waits for a person and nobody is told, what comes by a new
// one is certain.
func TestRevokedLink(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	tk := ticket.Ticket{
		Participant: "p1",
		Kind:        meeting.Presentation,
		Session:     "s1",
		Issued:      time.Now().Add(-time.Hour).Unix(),
	}
	old, others := w.Folder(
		tk,
	), w.Folder(
		ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Issued: tk.Issued},
	)
	if code, page := w.SubmitDecision(url.Values{"action": {"revoke"}, "of": {"p1"},
		"reason": {"forwarded to a list"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	tk.Issued = time.Now().Add(2 * time.Second).Unix()
	put := func(folder string) meeting.Object {
		o := w.Put(folder+"slides.pptx", e2e.Deck("T", "nobody"), time.Now())
		w.TakeIn(o)
		return o
	}
	stray, fresh, other := put(old), put(w.Folder(tk)), put(others)
	if d := w.Document(stray); d.Status != meeting.Review || d.Reason != meeting.ReasonTicketRevoked ||
		d.Uploader.Email != "" {
		t.Errorf("by the revoked link: %s (%s), %+v", d.Status, d.Reason, d.Uploader)
	}
	for _, o := range []meeting.Object{fresh, other} {
		if d := w.Document(o); d.Status != meeting.Filed {
			t.Errorf("by a good link: %s (%s)", d.Status, d.Reason)
		}
	}
	history := w.StaffPage("/meetings/m/history")
	if !strings.Contains(history, "revoked upload links") || strings.Contains(history, `value="undo"`) {
		t.Errorf("the history:\n%s", history)
	}
	w.Check()
}

// Promise 8, as far as decisions go: staff are told when a decision makes no sense any more, and nothing changes.
func TestDecisions(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	w.TakeIn(o)
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
		if r := w.Decide(test.form); r.StatusCode != test.code {
			t.Errorf("%s: %d, want %d", test.name, r.StatusCode, test.code)
		}
		w.Check()
	}
	if d := w.Document(o); d.Status != meeting.Withdrawn {
		t.Errorf("%s", d.Status)
	}
	if r := w.Requirement("s1/presentation/p1"); r.State != meeting.Outstanding {
		t.Errorf("%s", r.State)
	}
	// Each decision is kept: the sweep knows them all.
	if r := w.RunSweep(); r.Decisions != 0 {
		t.Errorf("%+v", r)
	}
}

// Staff clear the review list: a document is filed where they say, once, or turned down in their words. Filing can
// complete a session, and one letter serves all sessions of its person.
func TestReviewDecisions(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi+e2e.Grace)
	put := func(name string, data []byte, at time.Time) meeting.Object {
		o := w.Put("incoming/m/drop/"+name, data, at)
		w.TakeIn(o)
		if d := w.Document(o); d.Status != meeting.Review {
			t.Fatalf("%s is %s", name, d.Status)
		}
		return o
	}
	slides, older, letter, junk := put(
		"slides.pptx",
		e2e.Deck("Chains", "by us"),
		e2e.Noon.Add(time.Minute),
	), put(
		"old.pptx",
		e2e.Deck("Chains", "by us, old"),
		e2e.Noon,
	),
		put(
			"letter.txt",
			[]byte("a letter that names nobody"),
			e2e.Noon,
		), put(
			"junk.txt",
			[]byte("nothing of ours"),
			e2e.Noon,
		)
	board := w.StaffPages()
	for _, want := range []string{`value="s1/presentation/p2" label="Kofi Mensah, presentation, Title of s1"`,
		`value="s1/nomination/p3 s2/nomination/p3"`, `name="document" value="` + slides.ID() + `"`} {
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
		{"file at two kinds", "action=file&reason=x&other=" + url.QueryEscape("s1/presentation/p2 s1/nomination/p3") +
			"&document=" + slides.ID(), 409},
		{"file what is not there", "action=file&reason=x&other=s1/presentation/p2&document=nothing", 409},
		{"file at nonsense that is typed", "action=file&reason=x&requirement=s1/presentation/p2&other=nonsense&document=" + slides.ID(), 409},
		{"file where it is typed", "action=file&reason=x&requirement=s1/nomination/p3&other=s1/presentation/p2&document=" + slides.ID(), 303},
		{"file again", "action=file&reason=x&other=s1/presentation/p2&document=" + slides.ID(), 409},
		{"file an older one", "action=file&reason=x&other=s1/presentation/p2&document=" + older.ID(), 303},
		{"file for two sessions", "action=file&reason=x&requirement=&other=" + both + "&document=" + letter.ID(), 303},
		{"reject", "action=reject&reason=" + url.QueryEscape("This is not for our meeting.") + "&document=" + junk.ID(), 303},
		{"reject again", "action=reject&reason=x&document=" + junk.ID(), 409},
	} {
		if r := w.Decide(test.form); r.StatusCode != test.code {
			t.Errorf("%s: %d, want %d", test.name, r.StatusCode, test.code)
		}
		w.Check()
	}
	for o, want := range map[meeting.Object]meeting.Status{slides: meeting.Filed, older: meeting.Superseded,
		letter: meeting.Filed, junk: meeting.Rejected} {
		if d := w.Document(o); d.Status != want {
			t.Errorf("%s is %s, want %s", d.FileName, d.Status, want)
		}
	}
	for _, k := range []string{"s1/presentation/p2", "s1/nomination/p3", "s2/nomination/p3"} {
		if r := w.Requirement(k); r.State != meeting.Satisfied {
			t.Errorf("%s is %s", k, r.State)
		}
	}
	if d := w.Document(slides); len(d.Evidence) != 1 || d.Evidence[0].Code != meeting.EvidenceStaff ||
		d.Evidence[0].Detail == "" {
		t.Errorf("%+v", d.Evidence)
	}
	if board = w.StaffPages(); !strings.Contains(board, "This is not for our meeting.") {
		t.Error("the board does not say why it was turned down")
	}
	if n := len(w.Subjects(meeting.MailComplete)); n != 2 {
		t.Errorf("%d mails of completeness, want 2", n)
	}
}
