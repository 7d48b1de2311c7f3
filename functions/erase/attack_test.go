package erase_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"dossier/functions/erase"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
)

// leave loads the meeting's roster without somebody, in a later second: S3 tells times in whole seconds.
func leave(w *e2e.World, people string) {
	time.Sleep(1100 * time.Millisecond)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), people)
	w.RunUntilQuiet()
}

func eraseP(t *testing.T, w *e2e.World, participant string) erase.Report {
	t.Helper()
	r, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: participant})
	e2e.Must(t, err)
	if r.Refused != "" {
		t.Fatal(r.Refused)
	}
	w.RunUntilQuiet()
	w.Check()
	return r
}

// Erasing somebody from one meeting does not touch the same person's papers in another.
func TestOtherMeeting(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.LoadRoster("n", strings.Replace(e2e.QuotaYAML("s1", "s2"), "id: m,", "id: n,", 1), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.TakeIn(w.Put("incoming/n/drop/chains.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon))
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi)
	before := w.StaffPage("/meetings/n/sessions/s1")
	report := eraseP(t, w, "p1")
	after := w.StaffPage("/meetings/n/sessions/s1")
	if !strings.Contains(before, "Amina Diallo") || !strings.Contains(after, "Amina Diallo") || len(e2e.Holding(w.Everything(), "amina@people.example")) == 0 || len(report.Left) > 0 {
		t.Errorf("%+v: the other meeting's page is now\n%s", report, after)
	}
}

// Of two people of one name the other stays, and is reported.
func TestNamesake(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	namesake := "p8,Amina Diallo,amina.diallo@other.example,f,private,Other Org,Mali,fr,presenter:s2\n"
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi+namesake)
	w.Decide(url.Values{"action": {"waive"}, "requirement": {"s2/presentation/p8"}, "reason": {"Amina Diallo is ill"}}.Encode())
	leave(w, e2e.CSVHead+e2e.Kofi+namesake)
	report := eraseP(t, w, "p1")
	if r := w.Requirement("s2/presentation/p8"); r.Name != "Amina Diallo" || r.Email != "amina.diallo@other.example" || r.Reason != "Amina Diallo is ill" {
		t.Errorf("the namesake is now %+v", r)
	}
	if !slices.Equal(report.Namesakes, []string{"p8"}) || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	if left := e2e.Holding(w.Everything(), "amina@people.example", `"p1"`); len(left) > 0 {
		t.Errorf("she is still in %q", left)
	}
}

// A word within another word is another word.
func TestWithinWords(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	ana := "p1,Ana Sow,ana@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n"
	other := "p10,Diana Sowah,diana@people.example,f,private,Other Org,Ghana,fr,presenter:s2\n"
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+ana+e2e.Kofi+other)
	leave(w, e2e.CSVHead+e2e.Kofi+other)
	eraseP(t, w, "p1")
	if r := w.Requirement("s2/presentation/p10"); r.Name != "Diana Sowah" || r.Email != "diana@people.example" {
		t.Errorf("erasing Ana Sow made Diana Sowah %+v", r)
	}
}

// The key of a letter of two stays, however the file is called; it can be opened by those who decide, and by nobody else.
func TestSharedKey(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	people := e2e.CSVHead + e2e.Amina + e2e.Kofi + e2e.Grace + e2e.Joseph
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), people)
	both := w.Put("incoming/m/drop/Nomination Grace Odhiambo and Joseph Kamau.txt", e2e.NominationLetter("Ms Grace ODHIAMBO, Counsel", "Mr Joseph KAMAU"), e2e.Noon)
	w.TakeIn(both)
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi+e2e.Joseph+e2e.Amina)
	report := eraseP(t, w, "p3")
	d := w.Document(both)
	if d.Key != both.Key || d.FileName != "Nomination [erased] and Joseph Kamau.txt" || d.Status != meeting.Filed {
		t.Errorf("key %q, name %q, %s", d.Key, d.FileName, d.Status)
	}
	if !slices.Equal(report.Shared, []string{both.ID()}) || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	for who, want := range map[string]int{"": http.StatusForbidden, "Ms Staff": http.StatusSeeOther} {
		if code, page, _ := w.Visit(who, http.MethodGet, "/meetings/m/documents/"+both.ID()+"/original", nil); code != want {
			t.Errorf("the original for %q: %d\n%s", who, code, page)
		}
		code, page, _ := w.Visit(who, http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil)
		if code != http.StatusSeeOther {
			t.Errorf("the zip for %q: %d %s", who, code, page)
		}
	}
}

// However a name is written, it goes from texts and records, and the originals that still hold it are listed.
func TestProofSees(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	a := "p1,Aïssatou N'Diaye,aissatou@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n"
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+a+e2e.Kofi)
	o := []meeting.Object{
		w.Put("incoming/m/drop/kofi 1.pptx", e2e.Deck("Banks", "Kofi Mensah\nwith thanks to\nAïssatou N\u2019Diaye"), e2e.Noon),
		w.Put("incoming/m/drop/kofi 2.pptx", e2e.Deck("Banks", "Kofi Mensah\nwith thanks to Aïssatou\nN'Diaye"), e2e.Noon.Add(time.Second)),
		w.Put("incoming/m/drop/kofi 3 Ai\u0308ssatou N'Diaye.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon.Add(2*time.Second)),
		w.Put("incoming/m/drop/kofi 4.pptx", e2e.Deck("Banks", "Kofi Mensah\nN'DIAYE Aïssatou"), e2e.Noon.Add(3*time.Second)),
		w.Put("incoming/m/drop/kofi 5.pptx", e2e.Deck("Banks", "Kofi Mensah\nthanks Aissatou N'Diaye"), e2e.Noon.Add(4*time.Second)),
	}
	w.TakeIn(o...)
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi)
	report := eraseP(t, w, "p1")
	holding := e2e.Holding(w.Everything(), "diaye")
	for _, place := range holding {
		if !strings.HasPrefix(place, "D#"+o[2].ID()) { // its key
			t.Errorf("still in %s", place)
		}
	}
	for _, x := range o {
		if d := w.Document(x); strings.Contains(d.Excerpt+d.FileName, "iaye") {
			t.Errorf("excerpt %q, file name %q", d.Excerpt, d.FileName)
		}
		// The originals of Kofi's own slides are his; each names her.
		if !slices.Contains(report.Left, "object "+x.ID()) && !slices.Contains(report.Shared, x.ID()) {
			t.Errorf("the proof does not list the original of %s: %+v", x.Key, report)
		}
	}
	again, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: "p1", Also: []string{"Aïssatou N'Diaye"}})
	if e2e.Must(t, err); !slices.Equal(again.Left, report.Left) || !slices.Equal(again.Shared, report.Shared) || again.Redacted > 0 {
		t.Errorf("again %+v\nafter %+v", again, report)
	}
}

// A decision about somebody else whose reason names the person stays a decision.
func TestDecisionOfAnother(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Amina+e2e.Kofi)
	w.RunUntilQuiet()
	w.Decide(url.Values{"action": {"waive"}, "requirement": {"s1/presentation/p2"}, "reason": {"Amina Diallo speaks for both"}}.Encode())
	w.RunUntilQuiet()
	leave(w, e2e.CSVHead+e2e.Kofi)
	report := eraseP(t, w, "p1")
	if n := len(w.ObjectsUnder("decisions/")); n != 1 || len(report.Left) > 0 {
		t.Errorf("%d decisions, %+v", n, report)
	}
	anew := w.Anew()
	for _, w := range []*e2e.World{w, anew} {
		if r := w.Requirement("s1/presentation/p2"); r.State != meeting.Waived || r.Reason != "[erased] speaks for both" {
			t.Errorf("%+v", r)
		}
	}
	// The rewritten decision is the same one: nobody carries it out a second time.
	for _, w := range []*e2e.World{w, anew} {
		if audits, err := w.Store.Audits(t.Context(), "m", 0); err != nil || len(audits) != 1 || audits[0].Refused != "" {
			t.Errorf("%d decisions were carried out, %v", len(audits), err)
		}
	}
}

// The roster in force is not touched, and files are filed by it.
func TestRosterInForceStays(t *testing.T) {
	t.Parallel()
	for why, c := range map[string]struct{ her, other string }{
		"namesake":      {e2e.Amina, "p8,Amina Diallo,amina.diallo@other.example,f,private,Other Org,Mali,fr,presenter:s2\n"},
		"within a word": {"p1,Ana Sow,ana@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n", "p8,Diana Sowah,diana@other.example,f,private,Other Org,Ghana,fr,presenter:s2\n"},
	} {
		w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
		w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+c.her+e2e.Kofi+c.other)
		leave(w, e2e.CSVHead+e2e.Kofi+c.other)
		report := eraseP(t, w, "p1")
		o := w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
		w.TakeIn(o)
		if d := w.Document(o); d.Status != meeting.Filed || len(report.Left) > 0 {
			t.Errorf("%s: %s after %+v", why, d.Status, report)
		}
		for place, text := range w.Everything() {
			if strings.HasPrefix(place, "roster/m/participants") && strings.Contains(text, "p1,") {
				t.Errorf("%s: the row is still in %s", why, place)
			}
		}
	}
}

// What the roster in force says of the meeting itself stays, and is listed where it names the person.
func TestTitleInForceStays(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	yaml := strings.Replace(e2e.QuotaYAML("s1", "s2"), "Title of s2", "In memory of Amina Diallo", 1)
	w.LoadRoster("m", yaml, e2e.CSVHead+e2e.Amina+e2e.Kofi)
	time.Sleep(1100 * time.Millisecond)
	w.LoadRoster("m", yaml, e2e.CSVHead+e2e.Kofi)
	w.RunUntilQuiet()
	m, err := w.Store.Meeting(t.Context(), "m")
	e2e.Must(t, err)
	pair, err := w.Objects.RosterOf(t.Context(), "m", m.Roster)
	e2e.Must(t, err)
	before := w.Everything()
	report := eraseP(t, w, "p1")
	after := w.Everything()
	for _, o := range []*meeting.Object{pair.Meeting, pair.Participants} {
		if place := o.Key + " " + o.Version; before[place] == "" || after[place] != before[place] {
			t.Errorf("%s in force was changed", o.Key)
		}
	}
	for place, text := range before {
		if strings.HasPrefix(place, m.Index) && after[place] != text {
			t.Errorf("the index in force was changed: %s", place)
		}
	}
	for _, want := range []string{"object " + pair.Meeting.ID(), "M#m SESSION#s2"} {
		if !slices.Contains(report.Left, want) {
			t.Errorf("%s is not listed: %+v", want, report)
		}
	}
}

// An earlier roster file in the form of Excel's "Unicode Text" is read like any other: the person goes out of it, and
// the others stay in it as they were.
func TestRosterInUTF16(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	form := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	both, err := form.NewEncoder().String(strings.ReplaceAll(e2e.CSVHead+e2e.Amina+strings.Replace(e2e.Kofi, "Coast Ltd", "Office of Amina Diallo", 1), ",", "\t"))
	e2e.Must(t, err)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), both)
	if s := w.Session("s1"); s.Required != 2 {
		t.Fatalf("%+v", s)
	}
	leave(w, e2e.CSVHead+e2e.Kofi)
	eraseP(t, w, "p1")
	kept := 0
	for o, data := range w.ObjectData() {
		text, _ := form.NewDecoder().Bytes(data)
		if bytes.Contains(text, []byte("Amina")) || bytes.Contains(data, []byte("Amina")) {
			t.Errorf("%s still has her", o.ID())
		}
		if want := strings.ReplaceAll(strings.Replace(e2e.Kofi, "Coast Ltd", "Office of [erased]", 1), ",", "\t"); bytes.HasPrefix(data, []byte{0xff, 0xfe}) {
			kept++
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s has lost a row: %q", o.ID(), text)
			}
		}
	}
	if kept != 1 {
		t.Errorf("%d files in UTF-16", kept)
	}
}

// Mails go to a domain in ASCII. Where a file has it in its own letters, it is the same address.
func TestAddressInOtherLetters(t *testing.T) {
	t.Parallel()
	w := e2e.New(t)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+strings.Replace(e2e.Amina, "people.example", "bücher.example", 1)+
		strings.Replace(e2e.Kofi, "Coast Ltd", "write to amina@bücher.example", 1))
	leave(w, e2e.CSVHead+e2e.Kofi)
	eraseP(t, w, "p1")
	for place, text := range w.Everything() {
		if strings.Contains(text, "amina@") {
			t.Errorf("it is still in %s: %s", place, text)
		}
	}
}
