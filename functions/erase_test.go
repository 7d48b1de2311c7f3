package functions_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"dossier/functions/erase"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// everything is all that the table and the bucket hold, as text by place.
func (w *world) everything(t *testing.T) map[string]string {
	t.Helper()
	ctx := context.Background()
	all := map[string]string{}
	pages := dynamodb.NewScanPaginator(w.db, &dynamodb.ScanInput{TableName: &w.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(t, err)
		for _, item := range page.Items {
			var b bytes.Buffer
			must(t, json.NewEncoder(&b).Encode(item))
			all[item["PK"].(*types.AttributeValueMemberS).Value+" "+item["SK"].(*types.AttributeValueMemberS).Value] = b.String()
		}
	}
	objects, _, err := w.objects.Versions(ctx, "", "", 100)
	must(t, err)
	for _, o := range objects {
		data, err := w.objects.Read(ctx, o, 1<<30)
		must(t, err)
		if zr, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(zr)
			must(t, err)
		}
		all[o.Key+" "+o.Version] = string(data)
	}
	return all
}

func (w *world) eraseOne(t *testing.T, r erase.Request) (report erase.Report, err error) {
	t.Helper()
	in, err := json.Marshal(r)
	must(t, err)
	out, err := w.erase.Invoke(context.Background(), in)
	if err == nil {
		must(t, json.Unmarshal(out, &report))
	}
	return report, err
}

// holding are the places that hold any of the words.
func holding(all map[string]string, words ...string) (places []string) {
	for place, text := range all {
		for _, word := range words {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				places = append(places, place)
				break
			}
		}
	}
	return places
}

// One person is erased from a meeting in full swing: nothing of the person is left but in a letter that names another official too,
// which is reported; the others' documents, the counts and the history stay.
func TestErase(t *testing.T) {
	w := newWorldWith(t, 1)
	people := csvHead + amina + kofi + grace + joseph
	w.load("m", quotaYAML("s1", "s2"), people)
	w.takeIn(w.put("incoming/m/drop/chains.pptx", deck("Chains", "Amina Diallo"), noon), w.put("incoming/m/drop/chains.pptx", deck("Chains, corrected", "Amina DIALLO"), noon.Add(time.Second)))
	w.takeIn(w.put("incoming/m/"+w.token(ticket.Ticket{Participant: "p1", Kind: meeting.Presentation, Session: "s1"})+"/by ticket.pptx", deck("Chains again", "her own"), time.Now()))
	k := w.put("incoming/m/drop/kofi.pptx", deck("Banks", "Kofi Mensah"), noon)
	both := w.put("incoming/m/drop/letter.txt", nominating("Ms Grace ODHIAMBO, Counsel", "Mr Joseph KAMAU"), noon)
	hers := w.put("incoming/m/drop/hers.txt", nominating("Ms Grace ODHIAMBO"), noon.Add(time.Minute))
	anon := w.put("incoming/m/drop/anon.pptx", deck("Draft", "of us"), noon)
	w.takeIn(k, both, hers, anon)
	w.decide(url.Values{"action": {"file"}, "document": {anon.ID()}, "other": {"s1/presentation/p1"}, "reason": {"Amina Diallo said so"}}.Encode())
	w.quiet()
	// Somebody has all materials as a zip, which holds her slides and her name.
	if code, page, _ := w.visit("", http.MethodGet, "/meetings/m/sessions/s1/materials.zip", nil); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, page)
	}

	for _, refused := range []struct {
		erase.Request
		why string
	}{{erase.Request{Meeting: "m", Participant: "p1"}, string(meeting.RefusalStillOnRoster)}, {erase.Request{Meeting: "m", Participant: "nobody"}, string(meeting.RefusalNobodyThere)}, {erase.Request{Meeting: "none", Participant: "p1"}, "no such"}} {
		if r, err := w.eraseOne(t, refused.Request); err != nil || !strings.Contains(r.Refused, refused.why) || r.Documents+r.Deleted > 0 {
			t.Errorf("%+v: %+v, %v", refused, r, err)
		}
	}
	w.load("m", quotaYAML("s1", "s2"), people+"p9,A B,Amina Diallo,f,private,X,Kenya,en,presenter:s1\n") // refused, and kept with what is wrong
	time.Sleep(time.Second)                                                                              // S3 tells times in whole seconds
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi+grace+joseph)
	w.quiet()
	if n := len(holding(w.everything(t), "Amina", "Diallo")); n < 10 {
		t.Fatalf("only %d places hold her beforehand", n)
	}
	report, err := w.eraseOne(t, erase.Request{Meeting: "m", Participant: "p1", Also: []string{"Amina", "Diallo"}})
	must(t, err)
	if report.Documents != 4 || report.Objects < 2 || len(report.Left) > 0 || len(report.Shared) > 0 || report.Refused != "" {
		t.Errorf("%+v", report)
	}
	if left := holding(w.everything(t), "Amina", "Diallo", "amina@people.example"); len(left) > 0 {
		t.Errorf("she is still in %q", left)
	}
	if zips := w.incoming("materials/"); len(zips) != 0 {
		t.Errorf("zips are left: %v", zips)
	}
	w.quiet()
	w.check()
	if d := w.document(k); d.Status != meeting.Filed {
		t.Errorf("another's document is %s", d.Status)
	}
	history := w.page("/meetings/m/history")
	if !strings.Contains(history, "[erased]") || !strings.Contains(history, "Ms Staff") {
		t.Errorf("the history lost the decision:\n%s", history)
	}

	// An official whose letter names another too.
	time.Sleep(time.Second)
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi+joseph)
	w.quiet()
	report, err = w.eraseOne(t, erase.Request{Meeting: "m", Participant: "p3", Also: []string{"Odhiambo"}})
	must(t, err)
	if report.Documents != 1 || len(report.Shared) != 1 || report.Shared[0] != both.ID() || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	for _, place := range holding(w.everything(t), "Odhiambo", "grace@") {
		if !strings.HasPrefix(place, "incoming/m/drop/letter.txt ") && !strings.HasPrefix(place, "text/"+both.ID()) {
			t.Errorf("she is still in %s", place)
		}
	}
	if d := w.document(both); d.Status != meeting.Filed || d.Letter.Nominees[1].Name != "Joseph KAMAU" || strings.Contains(d.Letter.Nominees[0].Name, "ODHIAMBO") {
		t.Errorf("the letter of both: %s, %+v", d.Status, d.Letter)
	}
	if _, err := w.store.Document(t.Context(), hers.ID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("her own letter: %v", err)
	}
	w.quiet()
	w.check()
}

// A nominee whom staff accepted is erased without a new roster, and the session counts on without.
func TestEraseAccepted(t *testing.T) {
	w := newWorldWith(t, 1)
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi)
	o := w.put("incoming/m/drop/letter.txt", nominating("Mr Daniel KIPTOO, Prosecutor, daniel.kiptoo@justice.example"), noon)
	w.takeIn(o)
	if code, page := w.answer(url.Values{"action": {"accept"}, "document": {o.ID()}, "nominee": {"Daniel KIPTOO"}, "name": {"Daniel Kiptoo"}, "email": {"daniel.kiptoo@justice.example"},
		"agency": {"Ministry of Justice"}, "country": {"Kenya"}, "role": {"presenter:s2"}, "reason": {"known"}}); code != http.StatusSeeOther {
		t.Fatal(page)
	}
	w.quiet()
	id := filing.ParticipantID(o.ID(), "Daniel KIPTOO")
	if s := w.session("s2"); s.Required != 2 {
		t.Fatalf("%+v", s)
	}
	report, err := w.eraseOne(t, erase.Request{Meeting: "m", Participant: id, Also: []string{"Kiptoo"}})
	must(t, err)
	if report.Documents != 1 || len(report.Left) > 0 {
		t.Errorf("%+v", report)
	}
	if left := holding(w.everything(t), "Kiptoo"); len(left) > 0 {
		t.Errorf("he is still in %q", left)
	}
	if s := w.session("s2"); s.Required != 0 || s.Outstanding != 0 {
		t.Errorf("%+v", s)
	}
	w.quiet()
	w.check()
	// A new roster does not bring him back.
	w.load("m", quotaYAML("s1", "s2"), csvHead+kofi+grace)
	if left := holding(w.everything(t), "Kiptoo"); len(left) > 0 {
		t.Errorf("he is back in %q", left)
	}
}
