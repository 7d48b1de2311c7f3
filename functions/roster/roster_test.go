package roster_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// A file that came by ticket before its meeting was set up is turned down before it is matched again: its sender hears so.
func TestRejectedBeforeMatchedAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	o := w.Put(w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"slides.pptx", e2e.Deck("T", "nobody"), time.Now())
	w.TakeIn(o)
	for name, text := range map[string]string{"meeting.yaml": e2e.MeetingYAML("s1"), "participants.csv": e2e.CSVHead + e2e.Amina} {
		if failed := w.Send(w.Roster, w.Event(w.Put("roster/m/"+name, []byte(text), time.Now()))); len(failed) > 0 {
			t.Fatal(w.Logs)
		}
	}
	if code, page := w.SubmitDecision(url.Values{"action": {"reject"}, "document": {o.ID()}, "code": {"unfinished"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.Drain()
	if got := w.Subjects(meeting.MailReceipt); len(got) != 1 || !strings.Contains(got[0], "slides.pptx") {
		t.Errorf("the presenter was told %q", got)
	}
}

// A broken file comes by ticket before its meeting is set up: its sender hears of it as soon as a roster knows the sender, once.
func TestRejectedBeforeRoster(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	o := w.Put(w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"slides.pptx", []byte("PK\x03\x04"), time.Now())
	w.TakeIn(o)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi) // somebody else
	if got := w.Subjects(meeting.MailReceipt); len(got) != 0 {
		t.Errorf("told %q", got)
	}
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi+e2e.Amina)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Kofi+e2e.Amina+e2e.Zainab)
	w.RunUntilQuiet()
	if got := w.Subjects(meeting.MailReceipt); len(got) != 1 || !strings.Contains(got[0], "slides.pptx") {
		t.Errorf("told %q", got)
	}
	if d := w.Document(o); d.Status != meeting.Rejected || d.NotifiedStatus != meeting.Rejected {
		t.Errorf("%+v", d)
	}
}

// A broken roster changes nothing at all, and is answered by one mail that names every bad line.
func TestBrokenRoster(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	before := *w.Session("s1")
	o := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina+"p8,New Person,nomail,f,private,A,B,en,presenter:s1\np9,Other Person,o@people.example,f,army,A,B,en,presenter:s7\n"), time.Now().Add(2*time.Second))
	for range 3 {
		w.Send(w.Roster, w.Event(o))
	}
	if d := cmp.Diff(before, *w.Session("s1")); d != "" {
		t.Errorf("the session changed:\n%s", d)
	}
	if reqs, err := w.Store.Requirements(context.Background(), "m", "s1"); err != nil || len(reqs) != 1 {
		t.Errorf("requirements %v %v", reqs, err)
	}
	if got := w.Subjects("roster-rejected"); len(got) != 1 {
		t.Fatalf("mails: %v", got)
	}
	for id, e := range w.Mails() {
		if !strings.HasPrefix(id, "roster-rejected") {
			continue
		}
		for _, want := range []string{"participants.csv, line 3: this is no mail address: nomail", "participants.csv, line 4: a sector is", "participants.csv, line 4: meeting.yaml has no session s7"} {
			if !strings.Contains(e.Text, want) {
				t.Errorf("the mail lacks %q:\n%s", want, e.Text)
			}
		}
	}
	w.Check()
}

// A session of more requirements than a transaction holds loads whole, and is not complete until it is.
func TestLargeSession(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	csv := e2e.CSVHead
	for i := range 250 {
		csv += fmt.Sprintf("q%03d,Person Number%d,q%d@people.example,f,private,A,B,en,presenter:s1\n", i, i, i)
	}
	w.LoadRoster("m", e2e.MeetingYAML("s1"), csv)
	if s := w.Session("s1"); s.Required != 250 || s.Outstanding != 250 || s.Complete {
		t.Errorf("%+v", s)
	}
	w.Check()
}

// Rosters are fenced by their order of upload: the event of an older one that comes late changes nothing.
func TestOlderRosterComesLate(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	older, err := w.Objects.RosterAsOf(context.Background(), "m", meeting.Object{Time: time.Now()})
	e2e.Must(t, err)
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	token := w.Session("s1").Roster
	w.Send(w.Roster, w.Event(*older.Participants), w.Event(*older.Meeting))
	if s := w.Session("s1"); s.Required != 2 || s.Roster != token {
		t.Errorf("an older roster took over: %+v", s)
	}
}

// A file that gives the id of one person to another changes nothing, for it would hand over filed documents and mailed
// links. The secretariat hears of each such line, and how a replacement is put in.
func TestIDsOfOtherPeople(t *testing.T) {
	t.Parallel()
	const amina, kofi = "Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n",
		"Kofi Mensah,kofi@people.example,m,private,Coast Ltd,Ghana,en,presenter:s1\n"
	for name, test := range map[string]struct {
		before []string // rosters that take force first
		csv    string
		want   []string // of the mail; none if the roster takes force
	}{
		"swapped": {nil, "p2," + amina + "p1," + kofi, []string{
			"participants.csv, line 2: the id p2 was that of Kofi Mensah, and is now that of Amina Diallo.",
			"participants.csv, line 3: the id p1 was that of Amina Diallo, and is now that of Kofi Mensah."}},
		"numbered anew": {nil, "p1," + kofi, []string{"line 2: the id p1 was that of Amina Diallo", "an id that was never used"}},
		"given to another once its person had left": {[]string{e2e.Kofi}, "p2," + kofi + "p1,Zainab Bello,z@people.example,f,private,Telecom,Nigeria,en,presenter:s1\n",
			[]string{"line 3: the id p1 was that of Amina Diallo, and is now that of Zainab Bello"}},
		"back to its person":       {[]string{e2e.Kofi}, "p1," + amina + "p2," + kofi, nil},
		"a new id":                 {nil, "p1," + amina + "p9,Zainab Bello,z@people.example,f,private,Telecom,Nigeria,en,presenter:s1\n", nil},
		"a corrected name":         {nil, "p1," + strings.Replace(amina, "Amina", "Aminata", 1) + "p2," + kofi, nil},
		"both names, as it tells":  {nil, "p1," + strings.Replace(amina, "Diallo", "Diallo Zainab Bello", 1) + "p2," + kofi, nil},
		"a line break in the rows": {nil, "p2," + strings.Replace(kofi, "Coast Ltd", "\"Coast\nLtd\"", 1) + "p1,Zainab Bello,z@people.example,f,private,Telecom,Nigeria,en,presenter:s1\n", []string{"line 4: the id p1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.New(t)
			w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
			deck := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
			w.TakeIn(deck)
			for _, csv := range test.before {
				time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
				drop(t, w, "participants.csv", e2e.CSVHead+csv)
			}
			before := *w.Session("s1")
			time.Sleep(1100 * time.Millisecond)
			o := drop(t, w, "participants.csv", e2e.CSVHead+test.csv)
			w.DeliverMails()
			if len(test.want) == 0 {
				if got := result(t, w, o); got != "loaded" {
					t.Errorf("it is %s", got)
				}
				w.Check()
				return
			}
			if got := result(t, w, o); got != "rejected" {
				t.Errorf("it is %s", got)
			}
			if d := cmp.Diff(before, *w.Session("s1")); d != "" {
				t.Errorf("the session changed:\n%s", d)
			}
			for id, e := range w.Mails() {
				for _, want := range test.want {
					if strings.HasPrefix(id, "roster-rejected") && !strings.Contains(strings.Join(strings.Fields(e.Text), " "), want) {
						t.Errorf("the mail lacks %q:\n%s", want, e.Text)
					}
				}
			}
			if got := w.Subjects("roster-rejected"); len(got) != 1 {
				t.Errorf("mails: %v", got)
			}
			w.Check()
		})
	}
}

// SES takes other letters than ASCII in no address: a domain goes out in ASCII, and what stands before the @ is refused.
func TestAddressesInOtherLetters(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	drop(t, w, "meeting.yaml", strings.Replace(e2e.MeetingYAML("s1"), "one@secretariat.example", "one@sekretariat-köln.example", 1))
	o := drop(t, w, "participants.csv", e2e.CSVHead+strings.Replace(e2e.Amina, "amina@", "amína@", 1))
	if got := result(t, w, o); got != "rejected" {
		t.Errorf("it is %s", got)
	}
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	o = drop(t, w, "participants.csv", e2e.CSVHead+strings.Replace(e2e.Amina, "people.example", "bücher.example", 1))
	if got := result(t, w, o); got != "loaded" {
		t.Fatalf("it is %s", got)
	}
	if code, page, _ := w.Visit("Ms Staff", http.MethodPost, "/meetings/m/links", url.Values{"what": {"links"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.RunUntilQuiet()
	var to []string
	for _, m := range w.Mails() {
		to = append(to, m.GetHeader("To"))
	}
	all := strings.Join(to, " ")
	for _, want := range []string{"amina@xn--bcher-kva.example", "one@xn--sekretariat-kln-ltb.example"} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing goes to %s: %q", want, to)
		}
	}
	if strings.ContainsFunc(all, func(r rune) bool { return r > 127 }) {
		t.Errorf("mails go to %q", to)
	}
}

// Where the index of the roster in force is gone, what people owe tells who they are.
func TestIDsOfOtherPeopleWithoutIndex(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	for _, o := range w.ObjectsUnder("index/m/") {
		e2e.Must(t, w.Objects.Delete(t.Context(), o))
	}
	time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
	o := drop(t, w, "participants.csv", e2e.CSVHead+strings.Replace(e2e.Kofi, "p2", "p1", 1))
	if got := result(t, w, o); got != "rejected" {
		t.Errorf("it is %s", got)
	}
}
