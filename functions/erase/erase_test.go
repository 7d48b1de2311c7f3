package erase_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dossier/functions/erase"
	"dossier/internal/e2e"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// One person is erased from a meeting in full swing: nothing of the person is left but in a letter that names another official too,
// which is reported; the others' documents, the counts and the history stay.
func TestErase(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	people := e2e.CSVHead + e2e.Amina + e2e.Kofi + e2e.Grace + e2e.Joseph
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), people)
	w.TakeIn(w.Put("incoming/m/drop/chains.pptx", e2e.Deck("Chains", "Amina Diallo"), e2e.Noon), w.Put("incoming/m/drop/chains.pptx", e2e.Deck("Chains, corrected", "Amina DIALLO"), e2e.Noon.Add(time.Second)))
	w.TakeIn(w.Put(w.Folder(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"by ticket.pptx", e2e.Deck("Chains again", "her own"), time.Now()))
	k := w.Put("incoming/m/drop/kofi.pptx", e2e.Deck("Banks", "Kofi Mensah"), e2e.Noon)
	both := w.Put("incoming/m/drop/letter.txt", e2e.NominationLetter("Ms Grace ODHIAMBO, Counsel", "Mr Joseph KAMAU"), e2e.Noon)
	hers := w.Put("incoming/m/drop/hers.txt", e2e.NominationLetter("Ms Grace ODHIAMBO"), e2e.Noon.Add(time.Minute))
	anon := w.Put("incoming/m/drop/anon.pptx", e2e.Deck("Draft", "of us"), e2e.Noon)
	w.TakeIn(k, both, hers, anon)
	w.Decide(url.Values{"action": {"file"}, "document": {anon.ID()}, "other": {"s1/presentation/p1"}, "reason": {"Amina Diallo said so"}}.Encode())
	w.RunUntilQuiet()
	// Somebody has all materials as a zip, which holds her slides and her name.
	if code, page, _ := w.Visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}

	for _, refused := range []struct {
		erase.Request
		why string
	}{{erase.Request{Meeting: "m", Participant: "p1"}, string(meeting.RefusalStillOnRoster)}, {erase.Request{Meeting: "m", Participant: "nobody"}, string(meeting.RefusalNobodyThere)}, {erase.Request{Meeting: "none", Participant: "p1"}, "no such"}} {
		if r, err := w.ErasePerson(refused.Request); err != nil || !strings.Contains(r.Refused, refused.why) || r.Documents+r.Deleted > 0 {
			t.Errorf("%+v: %+v, %v", refused, r, err)
		}
	}
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), people+"p9,A B,Amina Diallo,f,private,X,Kenya,en,presenter:s1\n") // refused, and kept with its mistakes
	time.Sleep(time.Second)                                                                                        // S3 tells times in whole seconds
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi+e2e.Grace+e2e.Joseph)
	w.RunUntilQuiet()
	if n := len(e2e.Holding(w.Everything(), "Amina", "Diallo")); n < 10 {
		t.Fatalf("only %d places hold her beforehand", n)
	}
	report, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: "p1", Also: []string{"Amina", "Diallo"}})
	e2e.Must(t, err)
	if report.Documents != 4 || report.Objects < 2 || len(report.Left) > 0 || len(report.Shared) > 0 || report.Refused != "" {
		t.Errorf("%+v", report)
	}
	if left := e2e.Holding(w.Everything(), "Amina", "Diallo", "amina@people.example"); len(left) > 0 {
		t.Errorf("she is still in %q", left)
	}
	if zips := w.ObjectsUnder("materials/"); len(zips) != 0 {
		t.Errorf("zips are left: %v", zips)
	}
	w.RunUntilQuiet()
	w.Check()
	if d := w.Document(k); d.Status != meeting.Filed {
		t.Errorf("another's document is %s", d.Status)
	}
	history := w.StaffPage("/meetings/m/history")
	if !strings.Contains(history, "[erased]") || !strings.Contains(history, "Ms Staff") {
		t.Errorf("the history lost the decision:\n%s", history)
	}

	// An official whose letter names another too.
	time.Sleep(time.Second)
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi+e2e.Joseph)
	w.RunUntilQuiet()
	report, err = w.ErasePerson(erase.Request{Meeting: "m", Participant: "p3", Also: []string{"Odhiambo"}})
	e2e.Must(t, err)
	if report.Documents != 1 || len(report.Shared) != 1 || report.Shared[0] != both.ID() || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	for _, place := range e2e.Holding(w.Everything(), "Odhiambo", "grace@") {
		if !strings.HasPrefix(place, "incoming/m/drop/letter.txt ") && !strings.HasPrefix(place, "text/"+both.ID()) {
			t.Errorf("she is still in %s", place)
		}
	}
	if d := w.Document(both); d.Status != meeting.Filed || d.Letter.Nominees[1].Name != "Joseph KAMAU" || strings.Contains(d.Letter.Nominees[0].Name, "ODHIAMBO") {
		t.Errorf("the letter of both: %s, %+v", d.Status, d.Letter)
	}
	if _, err := w.Store.Document(t.Context(), hers.ID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("her own letter: %v", err)
	}
	w.RunUntilQuiet()
	w.Check()
}

// A nominee accepted by staff is erased without a new roster, and the session counts on without.
func TestEraseAccepted(t *testing.T) {
	t.Parallel()
	w := e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi)
	o := w.Put("incoming/m/drop/letter.txt", e2e.NominationLetter("Mr Daniel KIPTOO, Prosecutor, daniel.kiptoo@justice.example"), e2e.Noon)
	w.TakeIn(o)
	if code, page := w.SubmitDecision(url.Values{"action": {"accept"}, "document": {o.ID()}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "email": {"daniel.kiptoo@justice.example"},
		"agency": {"Ministry of Justice"}, "country": {"Kenya"}, "role": {"presenter:s2"}, "reason": {"known"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.RunUntilQuiet()
	id := meeting.ParticipantID(o.ID(), "Daniel KIPTOO")
	if s := w.Session("s2"); s.Required != 2 {
		t.Fatalf("%+v", s)
	}
	report, err := w.ErasePerson(erase.Request{Meeting: "m", Participant: id, Also: []string{"Kiptoo"}})
	e2e.Must(t, err)
	if report.Documents != 1 || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	if left := e2e.Holding(w.Everything(), "Kiptoo"); len(left) > 0 {
		t.Errorf("he is still in %q", left)
	}
	if s := w.Session("s2"); s.Required != 0 || s.Outstanding != 0 {
		t.Errorf("%+v", s)
	}
	w.RunUntilQuiet()
	w.Check()
	// A new roster does not bring him back.
	w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+e2e.Kofi+e2e.Grace)
	if left := e2e.Holding(w.Everything(), "Kiptoo"); len(left) > 0 {
		t.Errorf("he is back in %q", left)
	}
}
