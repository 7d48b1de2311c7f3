package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// Promise 1: the same event three times, at once and one after the other, leaves one record and one receipt.
func TestDeliveredThreeTimes(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/slides.pptx", e2e.Deck("Supply chains", "Amina DIALLO"), e2e.Noon)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { w.Send(w.Intake, w.Event(o)) })
	}
	wg.Wait()
	w.TakeIn(o)
	if d := w.Document(o); d.Status != meeting.Filed || d.Rev != 1 {
		t.Errorf("document is %s, written %d times", d.Status, d.Rev)
	}
	if s := w.Session("s1"); !s.Complete || s.Epoch != 1 {
		t.Errorf("session %+v", s)
	}
	if got := w.Subjects("receipt"); len(got) != 1 {
		t.Errorf("receipts: %v", got)
	}
	if got := w.Subjects("complete"); len(got) != 1 {
		t.Errorf("completeness mails: %v", got)
	}
	w.Check()
}

// Promises 2 and 3: the two last uploads of a session at the same moment complete it once. 200 rounds, ten to a world.
func TestLastTwoAtOnce(t *testing.T) {
	t.Parallel()
	const rounds = 10
	var sessions []string
	people := e2e.CSVHead
	for i := range rounds {
		sessions = append(sessions, fmt.Sprintf("s%d", i))
		people += fmt.Sprintf("a%d,Amina Diallo,amina%d@people.example,f,private,Sahel SA,Guinea,fr,presenter:s%d\n", i, i, i) +
			fmt.Sprintf("b%d,Kofi Mensah,kofi%d@people.example,m,private,Coast Ltd,Ghana,en,presenter:s%d\n", i, i, i)
	}
	for n := range 20 {
		t.Run(fmt.Sprint("world ", n), func(t *testing.T) {
			t.Parallel()
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML(sessions...), people)
			for i := range rounds {
				uploadTwoAtOnce(t, w, i)
			}
			w.Check()
			if got := w.Subjects("complete"); len(got) != rounds || len(slices.Compact(got)) != rounds {
				t.Errorf("%d completeness mails for %d sessions", len(got), rounds)
			}
		})
	}
}

// uploadTwoAtOnce takes in the only two uploads of session s<i> at the same moment.
func uploadTwoAtOnce(t *testing.T, w *e2e.World, i int) {
	t.Helper()
	slides := e2e.Deck("Any title", "by its author")
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, p := range []string{"a", "b"} {
		folder := w.Folder(ticket.Ticket{Participant: fmt.Sprintf("%s%d", p, i), Kind: meeting.Presentation})
		body := w.Event(w.Put(folder+"slides.pptx", slides, time.Now()))
		wg.Go(func() {
			<-start
			if failed := w.Send(w.Intake, body); len(failed) > 0 {
				t.Errorf("round %d failed", i)
			}
		})
	}
	close(start)
	wg.Wait()
	if s := w.Session(fmt.Sprintf("s%d", i)); !s.Complete || s.Epoch != 1 || s.Outstanding != 0 {
		t.Fatalf("round %d: %+v", i, s)
	}
}

// Promise 4: the order of upload decides, in any order of arrival; among those that were not withdrawn.
func TestOlderArrivesAfterNewer(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	older := w.Put("incoming/m/drop/a.pptx", e2e.Deck("First", "Amina Diallo"), e2e.Noon)
	newer := w.Put("incoming/m/drop/b.pptx", e2e.Deck("Second", "Amina Diallo"), e2e.Noon.Add(time.Second))
	w.TakeIn(newer, older)
	if d := w.Document(older); d.Status != meeting.Superseded || d.SupersededBy != newer.ID() {
		t.Errorf("the older is %s by %q", d.Status, d.SupersededBy)
	}
	if d := w.Document(newer); d.Status != meeting.Filed {
		t.Errorf("the newer is %s", d.Status)
	}
	if got := w.Subjects("receipt"); len(got) != 2 {
		t.Errorf("receipts: %v", got)
	}
	if got := w.Subjects("complete"); len(got) != 1 {
		t.Errorf("completeness mails: %v", got)
	}
	if r := w.Decide("action=withdraw&reason=wrong&document=" + newer.ID()); r.StatusCode != 303 {
		t.Fatalf("withdraw: %d", r.StatusCode)
	}
	late := w.Put("incoming/m/drop/c.pptx", e2e.Deck("Third", "Amina Diallo"), e2e.Noon.Add(time.Second/2))
	w.TakeIn(late)
	if d := w.Document(late); d.Status != meeting.Filed {
		t.Errorf("one uploaded after the one that counts again is %s", d.Status)
	}
	if r := w.Requirement("s1/presentation/p1"); r.State != meeting.Satisfied || r.Document != late.ID() {
		t.Errorf("requirement is %s by %s", r.State, r.Document)
	}
	w.Check()
}

// The versions of one key in one millisecond have the order that S3's sequencer gives.
func TestSequencerBreaksTies(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	first := w.Put("incoming/m/drop/a.pptx", e2e.Deck("First", "Amina Diallo"), e2e.Noon)
	second := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Second", "Amina Diallo"), e2e.Noon)
	first.Sequencer, second.Sequencer = "0055AED6DCD9028", "0055AED6DCD90281E5"
	w.TakeIn(second, first)
	if a, b := w.Document(first), w.Document(second); a.Status != meeting.Superseded || b.Status != meeting.Filed {
		t.Errorf("first %s, second %s", a.Status, b.Status)
	}
}

// Promise 3: one mail for each time that a session becomes complete, and one when it stops being so.
func TestEpochs(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	o := w.Put("incoming/m/drop/a.pptx", e2e.Deck("Title", "Amina Diallo"), e2e.Noon)
	w.TakeIn(o)
	steps := []struct {
		name                  string
		do                    func()
		epoch                 int
		complete              bool
		completes, incomplete int
	}{
		{"a new version changes nothing", func() {
			w.TakeIn(w.Put("incoming/m/drop/a.pptx", e2e.Deck("Title, corrected", "Amina Diallo"), e2e.Noon.Add(time.Second)))
		}, 1, true, 1, 0},
		{"a presenter is added", func() { w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi) }, 1, false, 1, 1},
		{"the same roster again", func() { w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi) }, 1, false, 1, 1},
		{"is waived", func() { w.Decide("action=waive&reason=ill&requirement=s1/presentation/p2") }, 2, true, 2, 1},
		{"is wanted again", func() { w.Decide("action=require&reason=well+again&requirement=s1/presentation/p2") }, 2, false, 2, 2},
		{"comes", func() { w.TakeIn(w.Put("incoming/m/drop/k.pptx", e2e.Deck("K", "Kofi Mensah"), e2e.Noon)) }, 3, true, 3, 2},
		{"is removed", func() { w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina) }, 3, true, 3, 2},
		{"is back, and so is what was filed", func() { w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi) }, 3, true, 3, 2},
	}
	if got := w.Subjects("complete"); len(got) != 1 {
		t.Fatalf("completeness mails: %v", got)
	}
	for _, step := range steps {
		step.do()
		s := w.Session("s1")
		if s.Epoch != step.epoch || s.Complete != step.complete {
			t.Errorf("%s: epoch %d, complete %v", step.name, s.Epoch, s.Complete)
		}
		if a, b := w.Subjects("complete"), w.Subjects("no-longer-complete"); len(a) != step.completes || len(b) != step.incomplete {
			t.Errorf("%s: mails %v and %v", step.name, a, b)
		}
		w.Check()
	}
	for id, e := range w.Mails() {
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

// Promise 6: who hears what, in which language.
func TestReceipts(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	aminas := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	w.TakeIn(
		w.Put(aminas+"cassé.pptx", e2e.Deck("T", "x")[:500], time.Now()),
		w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon),
		w.Put("incoming/m/drop/unknown.pptx", e2e.Deck("T", "nobody"), e2e.Noon),
		w.Put("incoming/m/drop/broken.pdf", []byte("%PDF-1.7 broken"), e2e.Noon))
	w.DeliverMails()
	var got []string
	for id, e := range w.Mails() {
		template, _, _ := strings.Cut(id, "-")
		got = append(got, template+": "+e.GetHeader("To")+": "+e.GetHeader("Subject"))
		if e.Text == "" || e.HTML == "" {
			t.Errorf("%s lacks a part", id)
		}
	}
	slices.Sort(got)
	secretariat := "<one@secretariat.example>, <two@secretariat.example>: "
	want := []string{
		"receipt: <amina@people.example>: Merci de renvoyer votre fichier\u00a0: cassé.pptx – A meeting",
		"receipt: <kofi@people.example>: Received and filed: kofi.pptx – A meeting",
		"review: " + secretariat + "Rejected: broken.pdf – A meeting",
		"review: " + secretariat + "To review: unknown.pptx – A meeting",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("mails (-want +got):\n%s", d)
	}
	for id, e := range w.Mails() {
		if strings.Contains(e.GetHeader("Subject"), "renvoyer") && !strings.Contains(e.Text, "Merci de l'enregistrer à nouveau") {
			t.Errorf("%s does not say what to do: %s", id, e.Text)
		}
	}
}

// Promise 9: no name, address, file name or text is in any log.
func TestLogsHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	aminas := w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation})
	w.TakeIn(w.Put(aminas+"Confidential Amina.pptx", e2e.Deck("Secret chains", "Amina Diallo"), time.Now()),
		w.Put("incoming/m/drop/Kofi broken.pptx", []byte("PK\x03\x04 nothing"), e2e.Noon))
	w.DeliverMails()
	w.Send(w.Intake, []byte("{"))
	gone := meeting.Object{Bucket: w.Bucket, Key: "incoming/m/drop/Kofi gone.pptx", Version: "01J0000000000000000000000A", Time: e2e.Noon}
	w.Send(w.Intake, w.Event(gone))
	for i := 1; i <= 12; i++ { // failures are where keys like to slip out
		w.Faults.Arm(faultinject.Kill(i, faultinject.Before))
		w.Send(w.Intake, w.Event(w.Put("incoming/m/drop/Kofi Mensah.pptx", e2e.Deck("Secret chains", "Kofi Mensah"), e2e.Noon)))
	}
	w.Faults.Arm()
	logs := w.Logs.String()
	if strings.Count(logs, "\n") < 10 {
		t.Fatalf("too little was logged to judge:\n%s", logs)
	}
	for _, secret := range []string{"Amina", "Diallo", "Kofi", "Mensah", "people.example", "secretariat.example", "Secret", "Confidential", "Whisper", ".pptx", aminas} {
		if i := strings.Index(logs, secret); i >= 0 {
			t.Errorf("%q is in the logs: %s", secret, logs[max(0, i-200):min(len(logs), i+100)])
		}
	}
}
