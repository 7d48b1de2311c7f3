package functions_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// quotaYAML is a meeting whose agencies send two officials, and whose nominations are due before noon.
func quotaYAML(sessions ...string) string {
	return strings.Replace(yaml(sessions...), "meeting: {", "meeting: {nominees_per_agency: 2, nominations_due: 2031-06-01T10:00, ", 1)
}

const (
	joseph = "p6,Joseph Kamau,joseph@justice.example,m,public,Ministry of Justice,Kenya,fr,expert:s1\n"
	faith  = "p7,Faith Wanjiku,faith@justice.example,f,public,Ministry of Justice,Kenya,en,expert:s1\n"
)

func nominating(names ...string) []byte {
	return []byte("Ministry of Justice\nRepublic of Kenya\n\nRef: MOJ/4/21\n\n15 May 2031\n\nThe Ministry of Justice presents its compliments and has the honour to nominate the following officials:\n\n" +
		strings.Join(names, "\n") + "\n\nto take part in the meeting.\n\nYours sincerely,\n\nPeter Otieno\nPrincipal Secretary\n")
}

// page gives a page as a member of staff sees it.
func (w *world) page(path string) string {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	must(w.t, err)
	r.Header.Set("Test-Who", "Ms Staff")
	var b strings.Builder
	must(w.t, w.serve(r).Write(&b))
	return b.String()
}

// answer decides by a form, and gives the status and the page.
func (w *world) answer(form url.Values) (int, string) {
	w.t.Helper()
	r := w.decide(form.Encode())
	var b strings.Builder
	must(w.t, r.Write(&b))
	return r.StatusCode, b.String()
}

// A letter names an official whom the roster does not know. Staff see whom it proposes, accept the person with a part in a
// session, and the letter is filed; what that person sends then is known, also after a new roster, and a roster that brings
// the person under an id of its own is told.
func TestAcceptedNominee(t *testing.T) {
	w := newWorld(t)
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace)
	o := w.put("incoming/m/drop/letter.txt", nominating("Ms Grace ODHIAMBO, Counsel", "Mr Daniel KIPTOO, Prosecutor, daniel.kiptoo@justice.example"), noon)
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Review || d.Reason != meeting.ReasonNotOnRoster || d.Letter == nil || d.Letter.Reference != "MOJ/4/21" {
		t.Fatalf("the letter is %s (%s), read as %+v", d.Status, d.Reason, d.Letter)
	}
	board := w.board()
	for _, want := range []string{"Accept or decline <bdi>Daniel K", `name="email" type="email" value="daniel.kiptoo@justice.example"`, "MOJ/4/21", "15 May 2031", "Signed by</dt><dd><bdi>Peter Otieno", `name="agency" value="Ministry of Justice"`, `name="country" value="Kenya"`, "on the roster"} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	name := regexp.MustCompile(`name="nominee" value="([^"]*)"`).FindStringSubmatch(board)
	if name == nil {
		t.Fatal("no nominee is proposed")
	}
	form := url.Values{"action": {"accept"}, "document": {o.ID()}, "nominee": {name[1]}, "name": {"Daniel Kiptoo"}, "email": {"daniel.kiptoo@justice.example"}, "gender": {"m"},
		"agency": {"Ministry of Justice"}, "country": {"Kenya"}, "language": {"en"}, "role": {"", "presenter:s2"}, "reason": {"known to the desk"}}
	for bad, reason := range map[string]string{"role": "what the person does", "email": "no mail address", "reason": "give a reason"} {
		f := url.Values{}
		for k, v := range form {
			f[k] = v
		}
		f[bad] = []string{map[string]string{"email": "nonsense", "role": "king:s1"}[bad]}
		if code, page := w.answer(f); code != http.StatusConflict || !strings.Contains(page, reason) {
			t.Errorf("with a bad %s: %d, %s", bad, code, page)
		}
	}
	if code, page := w.answer(form); code != http.StatusSeeOther {
		t.Fatalf("accept: %d\n%s", code, page)
	}
	id := filing.ParticipantID(o.ID(), name[1])
	if d := w.document(o); d.Status != meeting.Filed || !d.Late {
		t.Errorf("the letter is %s, late %v", d.Status, d.Late)
	}
	for k, want := range map[string]meeting.State{"s1/nomination/p3": meeting.Satisfied, "s2/nomination/p3": meeting.Satisfied, "s2/nomination/" + id: meeting.Satisfied, "s2/presentation/" + id: meeting.Outstanding} {
		if r := w.requirement(k); r.State != want {
			t.Errorf("%s is %s", k, r.State)
		}
	}
	board = w.board()
	for _, want := range []string{"Daniel Kiptoo", "2 of 2", "1 woman, 1 man", `<span class="badge late">late</span>`} {
		if !strings.Contains(board, want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	slides := w.put("incoming/m/drop/slides.pptx", deck("Prosecuting traffickers", "Daniel Kiptoo, Ministry of Justice, Kenya"), noon)
	w.takeIn(slides)
	if d := w.document(slides); d.Status != meeting.Filed {
		t.Errorf("the accepted presenter's slides are %s (%s)", d.Status, d.Reason)
	}
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace+kofi)
	if r := w.requirement("s2/presentation/" + id); r.State != meeting.Satisfied || r.Dropped {
		t.Errorf("after a new roster: %+v", r)
	}
	w.check()
	// The same person on the next roster, under another id: that would be one official twice.
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace+"p9,Daniel Kiptoo,daniel.kiptoo@justice.example,m,public,Ministry of Justice,Kenya,en,expert:s2\n")
	var problem string
	w.post()
	for mail, e := range w.mails() {
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
	w := newWorld(t)
	w.load("m", quotaYAML("s1", "s2"), csvHead+grace+joseph+faith)
	two := w.put("incoming/m/drop/first.txt", nominating("Ms Grace ODHIAMBO", "Ms Faith WANJIKU"), noon)
	third := w.put("incoming/m/drop/second.txt", nominating("Mr Joseph KAMAU"), noon.Add(time.Minute))
	w.takeIn(two, third)
	if a, b := w.document(two), w.document(third); a.Status != meeting.Filed || b.Status != meeting.Review || b.Reason != meeting.ReasonOverQuota {
		t.Fatalf("the first is %s (%s), the second %s (%s)", a.Status, a.Reason, b.Status, b.Reason)
	}
	w.post()
	asked := 0
	for id, e := range w.mails() {
		if !strings.HasPrefix(id, meeting.MailOverQuota) {
			continue
		}
		asked++
		if to := e.GetHeader("To"); !strings.Contains(to, "joseph@justice.example") || !strings.Contains(e.Text, "deux") && !strings.Contains(e.Text, "2") {
			t.Errorf("to %s: %s", to, e.Text)
		}
		if e.HTML == "" || !strings.Contains(e.HTML, `lang="fr"`) {
			t.Errorf("no French page: %s", e.HTML)
		}
	}
	if asked != 1 {
		t.Errorf("%d were asked", asked)
	}
	if board := w.board(); !strings.Contains(board, "more officials than an agency may send") || !strings.Contains(board, "2 of 2") {
		t.Error("the board does not say so")
	}
	// A letter that gives one of the seats to the third is filed.
	instead := w.put("incoming/m/drop/third.txt", nominating("Mr Joseph KAMAU, to replace Ms Faith WANJIKU"), noon.Add(2*time.Minute))
	w.takeIn(instead)
	if d := w.document(instead); d.Status != meeting.Filed {
		t.Errorf("the replacement is %s (%s), read as %+v", d.Status, d.Reason, d.Letter)
	}
	w.check()
}

// What staff decide by mistake they take back: everything is as it was, and the uploader hears of each turn in the language
// that the link was sent in.
func TestTakenBack(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina)
	token := w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})
	o := w.put("incoming/m/"+token+"/slides.pptx", deck("Chains", "Amina Diallo"), time.Now())
	w.takeIn(o)
	if n := len(w.subjects(meeting.MailComplete)); n != 1 {
		t.Fatalf("%d mails of completeness", n)
	}
	if code, _ := w.answer(url.Values{"action": {"withdraw"}, "document": {o.ID()}, "reason": {"the wrong one"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	history := w.page("/meetings/m/history")
	id := regexp.MustCompile(`name="of" value="([^"]*)"`).FindStringSubmatch(history)
	if id == nil || !strings.Contains(history, "Ms Staff") || !strings.Contains(history, "the wrong one") || !strings.Contains(history, "slides.pptx: filed → withdrawn") ||
		!strings.Contains(history, "Amina Diallo, presentation, s1: satisfied by slides.pptx → outstanding") {
		t.Fatalf("the history lacks something:\n%s", history)
	}
	undo := url.Values{"action": {"undo"}, "of": {id[1]}, "reason": {"it was right"}, "from-history": {"1"}}
	if r := w.decide(undo.Encode()); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/meetings/m/history" {
		t.Errorf("undo: %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	if d, r := w.document(o), w.requirement("s1/presentation/p1"); d.Status != meeting.Filed || r.State != meeting.Satisfied {
		t.Errorf("%s and %s", d.Status, r.State)
	}
	if code, page := w.answer(undo); code != http.StatusConflict || !strings.Contains(page, "decided already") {
		t.Errorf("undone twice: %d, %s", code, page)
	}
	if history = w.page("/meetings/m/history"); !strings.Contains(history, "taken back") {
		t.Error("the history does not say that it was taken back")
	}
	if n := w.subjects(meeting.MailOutcome); len(n) != 2 || !strings.Contains(strings.Join(n, " "), "slides.pptx") {
		t.Errorf("the presenter was told %q", n)
	}
	if a, b := len(w.subjects(meeting.MailComplete)), len(w.subjects(meeting.MailNoLongerComplete)); a != 2 || b != 1 {
		t.Errorf("%d and %d mails", a, b)
	}
	w.check()
}

// A document turned down for one of the usual reasons: the sender reads it in the sender's language.
func TestRejectedInTheirLanguage(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1", "s2"), csvHead+"p1,Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1;presenter:s2\n")
	token := w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	o := w.put("incoming/m/"+token+"/notes.txt", []byte("Shopping list"), time.Now())
	w.takeIn(o)
	if d := w.document(o); d.Status != meeting.Review {
		t.Fatalf("%s", d.Status)
	}
	if code, page := w.answer(url.Values{"action": {"reject"}, "document": {o.ID()}, "code": {"wrong-document"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.post()
	found := ""
	for id, e := range w.mails() {
		if strings.HasPrefix(id, meeting.MailOutcome) {
			found = e.Text
		}
	}
	if !strings.Contains(found, "ce n'est pas le document demandé") {
		t.Errorf("the sender reads %q", found)
	}
	// Whoever decides second reads who was first, and why.
	if code, page := w.answer(url.Values{"action": {"file"}, "other": {"s1/presentation/p1"}, "document": {o.ID()}, "reason": {"looks right"}}); code != http.StatusConflict ||
		!strings.Contains(page, "Ms Staff: rejected the document") {
		t.Errorf("%d: %s", code, page)
	}
}

// One file with two presentations is filed in parts; a second half joins the first.
func TestSplitAndJoinByForm(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	both := w.put("incoming/m/drop/all.pptx", deck("All", "of us"), noon)
	rest := w.put("incoming/m/drop/rest.pptx", deck("The rest", "of it"), noon.Add(time.Minute))
	w.takeIn(both, rest)
	split := url.Values{"action": {"split"}, "document": {both.ID()}, "reason": {"one file"}, "from": {"1", "2", ""}, "to": {"", "2", ""}, "place": {"s1/presentation/p1", "s1/presentation/p2", ""}}
	bad := url.Values{"action": {"split"}, "document": {both.ID()}, "reason": {"one file"}, "from": {"1", "x"}, "to": {"1", "2"}, "place": {"s1/presentation/p1", "s1/presentation/p2"}}
	if code, page := w.answer(bad); code != http.StatusConflict || !strings.Contains(page, "pages in order") {
		t.Errorf("%d: %s", code, page)
	}
	if code, page := w.answer(split); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if a, b := w.requirement("s1/presentation/p1"), w.requirement("s1/presentation/p2"); a.Pages != "1" || b.Pages != "2" || a.Document != both.ID() || b.Document != both.ID() {
		t.Errorf("%+v and %+v", a, b)
	}
	board := w.board()
	if !strings.Contains(board, "<bdi>all.pptx</bdi></a>, pages 2") || !strings.Contains(board, `<option value="`+both.ID()+`">`) {
		t.Error("the board does not show the parts, or offers nothing to join")
	}
	if code, page := w.answer(url.Values{"action": {"join"}, "document": {rest.ID()}, "into": {both.ID()}, "reason": {"its end"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	if d := w.document(rest); d.Status != meeting.Filed || d.PartOf != both.ID() {
		t.Errorf("%+v", d)
	}
	w.check()
}

// mailFrom is a mail with slides that are not signed.
func mailFrom(from, id, answers, checked string) []byte {
	head := fmt.Sprintf("From: %s\r\nTo: desk@d.example\r\nMessage-ID: %s\r\nSubject: slides\r\n", from, id)
	if answers != "" {
		head += "In-Reply-To: " + answers + "\r\nReferences: " + answers + "\r\n"
	}
	if checked != "" {
		head = "Authentication-Results: " + checked + "\r\n" + head
	}
	data := string(attached("slides.pptx", deck("Chains of supply", "Draft for the panel")))
	return []byte(head + data[strings.Index(data, "MIME-Version"):])
}

// A mail whose sender our own mail server vouches for says whose slides it brings; the same words of another server, or of
// none, are only a hint.
func TestVerifiedSender(t *testing.T) {
	const pass = "; dmarc=pass header.from=people.example"
	for name, c := range map[string]struct {
		checked string
		code    meeting.EvidenceCode
		told    int
	}{
		"vouched for":           {"mx.dossier.example" + pass, meeting.EvidenceSentByVerified, 1},
		"with a version":        {"MX.dossier.example 1" + pass, meeting.EvidenceSentByVerified, 1},
		"by a stranger":         {"mx.evil.example" + pass, meeting.EvidenceSentBy, 0},
		"for another domain":    {"mx.dossier.example; dmarc=pass header.from=evil.example", meeting.EvidenceSentBy, 0},
		"failed":                {"mx.dossier.example; dmarc=fail header.from=people.example", meeting.EvidenceSentBy, 0},
		"of the envelope alone": {"mx.dossier.example; spf=pass smtp.mailfrom=people.example", meeting.EvidenceSentBy, 0},
		"not checked":           {"", meeting.EvidenceSentBy, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.load("m", yaml("s1"), csvHead+amina+kofi)
			o := w.put("incoming/m/drop/mail.eml", mailFrom("Amina Diallo <amina@people.example>", "<1@people.example>", "", c.checked), noon)
			w.takeIn(o)
			d := w.document(o)
			evidence := d.Evidence
			if len(d.Candidates) > 0 {
				evidence = d.Candidates[0].Evidence
			}
			seen := meeting.EvidenceCode("")
			for _, e := range evidence {
				if e.Code == meeting.EvidenceSentBy || e.Code == meeting.EvidenceSentByVerified {
					seen = e.Code
				}
			}
			if seen != c.code {
				t.Errorf("%s (%s), the sender is evidence %q, want %q", d.Status, d.Reason, seen, c.code)
			}
			// Only who is known to have sent it is told of it while it waits.
			if got := len(w.subjects(meeting.MailReceipt)); got != c.told && d.Status == meeting.Review {
				t.Errorf("%d receipts", got)
			}
		})
	}
}

// An answer in a thread is tied to whom the thread was about.
func TestThread(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	first := w.put("incoming/m/drop/one.eml", mailFrom("office@elsewhere.example", "<1@elsewhere.example>", "", ""), noon)
	w.takeIn(first)
	if code, page := w.answer(url.Values{"action": {"file"}, "document": {first.ID()}, "other": {"s1/presentation/p2"}, "reason": {"they said so on the phone"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	answer := w.put("incoming/m/drop/two.eml", mailFrom("another@third.example", "<2@third.example>", "<1@elsewhere.example>", ""), noon.Add(time.Minute))
	alone := w.put("incoming/m/drop/three.eml", mailFrom("another@fourth.example", "<3@fourth.example>", "", ""), noon.Add(time.Minute))
	w.takeIn(answer, alone)
	codes := func(o meeting.Object) (all []string) {
		d := w.document(o)
		for _, c := range d.Candidates {
			if c.Participant == "p2" {
				for _, e := range c.Evidence {
					all = append(all, string(e.Code))
				}
			}
		}
		for _, e := range d.Evidence {
			all = append(all, string(e.Code))
		}
		return all
	}
	if got := codes(answer); !strings.Contains(strings.Join(got, " "), string(meeting.EvidenceInThread)) {
		t.Errorf("the answer is tied to Kofi by %v", got)
	}
	if got := codes(alone); strings.Contains(strings.Join(got, " "), string(meeting.EvidenceInThread)) {
		t.Errorf("a mail of no thread is tied to Kofi by %v", got)
	}
	// What that taught is on the history page, and can be forgotten.
	history := w.page("/meetings/m/history")
	if !strings.Contains(history, "Mail from office@elsewhere.example is from Kofi Mensah.") {
		t.Fatalf("the history does not say what was learned:\n%s", history)
	}
	lessons, err := w.store.Lessons(t.Context(), "m")
	must(t, err)
	for _, l := range lessons {
		if code, page := w.answer(url.Values{"action": {"forget"}, "of": {l.ID}, "reason": {"a shared office"}}); code != http.StatusSeeOther {
			t.Error(page)
		}
	}
	if history = w.page("/meetings/m/history"); strings.Contains(history, "is from Kofi Mensah.") {
		t.Error("it is not forgotten")
	}
}

// What staff said of a nominee stays said when the letter is matched again with a new roster.
func TestDeclinedStaysDeclined(t *testing.T) {
	w := newWorld(t)
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi)
	o := w.put("incoming/m/drop/letter.txt", nominating("Ms Grace ODHIAMBO", "Mr Daniel KIPTOO"), noon)
	w.takeIn(o)
	names := regexp.MustCompile(`name="nominee" value="([^"]*)"`).FindAllStringSubmatch(w.board(), -1)
	if len(names) != 2 {
		t.Fatalf("proposed: %v", names)
	}
	if code, page := w.answer(url.Values{"action": {"decline"}, "document": {o.ID()}, "nominee": {names[1][1]}, "reason": {"not in our field"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	decided := w.document(o).Decision
	// The sweep finds the letter still in review: nothing was learned since, so what staff said holds.
	w.runSweep()
	w.drain()
	if d := w.document(o); d.Decision != decided || d.Status != meeting.Review {
		t.Errorf("%s, the last decision is %q", d.Status, d.Decision)
	}
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi+grace)
	d := w.document(o)
	if d.Status != meeting.Filed || d.Letter == nil || len(d.Letter.Nominees) != 2 || !d.Letter.Nominees[1].Declined || d.Letter.Nominees[0].Participant != "p3" {
		t.Errorf("after a new roster: %s (%s), %+v", d.Status, d.Reason, d.Letter)
	}
	w.check()
}

// A file that came by ticket before its meeting was set up is turned down before it is matched again: its sender hears so.
func TestRejectedBeforeMatchedAgain(t *testing.T) {
	w := newWorld(t)
	o := w.put("incoming/m/"+w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"/slides.pptx", deck("T", "nobody"), time.Now())
	w.takeIn(o)
	for name, text := range map[string]string{"meeting.yaml": yaml("s1"), "participants.csv": csvHead + amina} {
		if failed := w.send(w.roster, w.event(w.put("roster/m/"+name, []byte(text), time.Now()))); len(failed) > 0 {
			t.Fatal(w.logs)
		}
	}
	if code, page := w.answer(url.Values{"action": {"reject"}, "document": {o.ID()}, "code": {"unfinished"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.drain()
	if got := w.subjects(meeting.MailReceipt); len(got) != 1 || !strings.Contains(got[0], "slides.pptx") {
		t.Errorf("the presenter was told %q", got)
	}
}

// A link that went astray is revoked: what comes by it waits for a person and nobody is told, what comes by a new one is certain.
func TestRevokedLink(t *testing.T) {
	w := newWorld(t)
	w.load("m", yaml("s1"), csvHead+amina+kofi)
	tk := ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1", Issued: time.Now().Add(-time.Hour).Unix()}
	old, others := w.token(tk), w.token(ticket.Ticket{Participant: "p2", Kind: meeting.Presentation, Session: "s1", Issued: tk.Issued})
	if code, page := w.answer(url.Values{"action": {"revoke"}, "of": {"p1"}, "reason": {"forwarded to a list"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	tk.Issued = time.Now().Add(2 * time.Second).Unix()
	put := func(token string) meeting.Object {
		o := w.put("incoming/m/"+token+"/slides.pptx", deck("T", "nobody"), time.Now())
		w.takeIn(o)
		return o
	}
	stray, fresh, other := put(old), put(w.token(tk)), put(others)
	if d := w.document(stray); d.Status != meeting.Review || d.Reason != meeting.ReasonTicketRevoked || d.Uploader.Email != "" {
		t.Errorf("by the revoked link: %s (%s), %+v", d.Status, d.Reason, d.Uploader)
	}
	for _, o := range []meeting.Object{fresh, other} {
		if d := w.document(o); d.Status != meeting.Filed {
			t.Errorf("by a good link: %s (%s)", d.Status, d.Reason)
		}
	}
	history := w.page("/meetings/m/history")
	if !strings.Contains(history, "revoked upload links") || strings.Contains(history, `value="undo"`) {
		t.Errorf("the history:\n%s", history)
	}
	w.check()
}

// A broken file comes by ticket before its meeting is set up: its sender hears of it as soon as a roster knows the sender, once.
func TestRejectedBeforeRoster(t *testing.T) {
	w := newWorldWith(t, 1)
	o := w.put("incoming/m/"+w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"/slides.pptx", []byte("PK\x03\x04"), time.Now())
	w.takeIn(o)
	w.load("m", yaml("s1"), csvHead+kofi) // somebody else
	if got := w.subjects(meeting.MailReceipt); len(got) != 0 {
		t.Errorf("told %q", got)
	}
	w.load("m", yaml("s1"), csvHead+kofi+amina)
	w.load("m", yaml("s1"), csvHead+kofi+amina+twice)
	w.quiet()
	if got := w.subjects(meeting.MailReceipt); len(got) != 1 || !strings.Contains(got[0], "slides.pptx") {
		t.Errorf("told %q", got)
	}
	if d := w.document(o); d.Status != meeting.Rejected || d.Told != meeting.Rejected {
		t.Errorf("%+v", d)
	}
}
