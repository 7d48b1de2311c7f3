package roster_test

import (
	"strings"
	"testing"
	"time"

	"dossier/internal/e2e"
	"dossier/internal/e2e/faultinject"
	"dossier/internal/meeting"
)

// drop puts a file under roster/m/ and brings its event.
func drop(t *testing.T, w *e2e.World, name, text string) meeting.Object {
	t.Helper()
	o := w.Put("roster/m/"+name, []byte(text), time.Now())
	if failed := w.Send(w.Roster, w.Event(o)); len(failed) > 0 {
		t.Fatalf("%s failed:\n%s", name, w.Logs)
	}
	return o
}

// result is what became of a roster file.
func result(t *testing.T, w *e2e.World, o meeting.Object) string {
	t.Helper()
	l, err := w.Store.Load(t.Context(), o.ID())
	e2e.Must(t, err)
	return l.Result
}

func TestFileIsDealtWithAsWhatItIs(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	notes := drop(t, w, "notes.txt", "not for Dossier")
	folder := drop(t, w, "old/meeting.yaml", e2e.MeetingYAML("s1"))
	first := drop(t, w, "meeting.yaml", e2e.MeetingYAML("s1"))
	second := drop(t, w, "participants.csv", e2e.CSVHead+e2e.Amina)
	for name, test := range map[string]struct {
		file meeting.Object
		want string
	}{
		"another file":               {notes, "ignored"},
		"one in a folder below":      {folder, "ignored"},
		"the first of the two files": {first, "waiting"},
		"the second":                 {second, "loaded"},
	} {
		if got := result(t, w, test.file); got != test.want {
			t.Errorf("%s is %s, want %s", name, got, test.want)
		}
	}
	if s := w.Session("s1"); s.Required != 1 {
		t.Errorf("%+v", s)
	}
}

func TestFileIsLoadedOnce(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	drop(t, w, "meeting.yaml", e2e.MeetingYAML("s1"))
	o := drop(t, w, "participants.csv", e2e.CSVHead+e2e.Amina)
	before := w.Session("s1").Rev
	w.Send(w.Roster, w.Event(o))
	if after := w.Session("s1").Rev; after != before {
		t.Errorf("the session was written again: revision %d, then %d", before, after)
	}
}

// A load that fails half way comes again, and then is done.
func TestLoadThatFailsComesAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	drop(t, w, "meeting.yaml", e2e.MeetingYAML("s1"))
	o := w.Put("roster/m/participants.csv", []byte(e2e.CSVHead+e2e.Amina), time.Now())
	for call := 1; ; call++ {
		w.Faults.Arm(faultinject.Fault{Nth: call, Err: faultinject.TimedOut()})
		failed := w.Send(w.Roster, w.Event(o))
		if w.Faults.Met() == 0 {
			break
		}
		if len(failed) == 0 {
			t.Errorf("call %d failed, and the file counts as loaded", call)
		}
		if call > 50 {
			t.Fatal("it never comes to an end")
		}
	}
	if got := result(t, w, o); got != "loaded" {
		t.Errorf("it is %s", got)
	}
	w.Check()
}

// Two broken files name no secretariat: the address for such cases hears of them, in one mail.
func TestStaffHearOfFilesThatNameNobody(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	y := drop(t, w, "meeting.yaml", "meeting: [")
	o := drop(t, w, "participants.csv", "nonsense")
	if got := result(t, w, o); got != "rejected" {
		t.Errorf("it is %s", got)
	}
	m, err := w.Store.Mail(t.Context(), meeting.MailID(meeting.MailRosterRejected, y.ID(), o.ID()))
	if err != nil || len(m.To) != 1 || m.To[0] != "staff@dossier.example" {
		t.Errorf("%+v %v", m, err)
	}
	w.DeliverMails()
	for id, e := range w.Mails() {
		if !strings.Contains(e.Text, "meeting.yaml") || !strings.Contains(e.Text, "participants.csv") {
			t.Errorf("%s:\n%s", id, e.Text)
		}
	}
}

// Those who run the meeting hear of a broken file, also if it names another secretariat.
func TestBrokenFileIsAnsweredToTheSecretariatInForce(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	csv, err := w.Objects.RosterAsOf(t.Context(), "m", meeting.Object{Time: time.Now().Add(time.Second)})
	e2e.Must(t, err)
	changed := strings.NewReplacer("one@secretariat.example", "stranger@evil.example", "sessions:", "sessions: none\nother:").Replace(e2e.MeetingYAML("s1"))
	y := drop(t, w, "meeting.yaml", changed)
	m, err := w.Store.Mail(t.Context(), meeting.MailID(meeting.MailRosterRejected, y.ID(), csv.Participants.ID()))
	if err != nil || strings.Join(m.To, " ") != "one@secretariat.example two@secretariat.example" {
		t.Errorf("%+v %v", m, err)
	}
}

func TestFileOverTheLimitIsRejected(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	drop(t, w, "meeting.yaml", e2e.MeetingYAML("s1"))
	o := drop(t, w, "participants.csv", e2e.CSVHead+strings.Repeat("x", 32<<20))
	if got := result(t, w, o); got != "rejected" {
		t.Errorf("it is %s", got)
	}
	if _, err := w.Store.Meeting(t.Context(), "m"); err == nil {
		t.Error("the meeting was made")
	}
}

// Documents that a new roster may tell more about go back to intake; decided ones do not.
func TestNewRosterHasDocumentsMatchedAgain(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.MeetingYAML("s1"), e2e.CSVHead+e2e.Amina)
	filed := w.Put("incoming/m/drop/a.pptx", e2e.Deck("T", "Amina Diallo"), e2e.Noon)
	unknown := w.Put("incoming/m/drop/k.pptx", e2e.Deck("T", "Kofi Mensah"), e2e.Noon)
	w.TakeIn(filed, unknown)
	drop(t, w, "participants.csv", e2e.CSVHead+e2e.Amina+e2e.Kofi)
	uploads, _ := w.TakeQueued()
	if len(uploads) != 1 || !strings.Contains(string(uploads[0]), "k.pptx") {
		t.Fatalf("%q", uploads)
	}
	if failed := w.Send(w.Intake, uploads...); len(failed) > 0 {
		t.Fatal(w.Logs)
	}
	if d := w.Document(unknown); d.Status != meeting.Filed {
		t.Errorf("%s (%s)", d.Status, d.Reason)
	}
	w.Check()
}
