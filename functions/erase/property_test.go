package erase_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dossier/functions/erase"
	"dossier/internal/e2e"
	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// someone is a participant of the random meetings.
type someone struct{ id, name, email, sector, roles string }

func (s someone) row() string {
	return fmt.Sprintf("%s,%s,%s,f,%s,Ministry of Justice,Kenya,en,%s\n", s.id, s.name, s.email, s.sector, s.roles)
}

// casts are meetings of people who are easily taken for each other. The first one is erased.
func casts() map[string][]someone {
	return map[string][]someone{
		"names within names": {
			{"p1", "Ana Sow", "ana@x.example", "public", "presenter:s1;expert:s2"}, {"p10", "Diana Sowah", "diana@x.example", "public", "presenter:s1;expert:s2"},
			{"p11", "Ana Sow Camara", "jo-ana@x.example", "public", "presenter:s2"}, {"p12", "Sow Diop", "ana@x.example.org", "private", "presenter:s2"}},
		"namesakes": {
			{"p1", "Amina Diallo", "amina@x.example", "public", "presenter:s1;expert:s2"}, {"p8", "DIALLO Amina", "amina.diallo@y.example", "public", "presenter:s2"},
			{"p2", "Kofi Mensah", "kofi@x.example", "private", "presenter:s1"}},
		"one word": {
			{"p1", "Sukarno", "s@x.example", "public", "presenter:s1;expert:s2"}, {"p2", "Megawati Sukarno", "ms@x.example", "public", "presenter:s1;expert:s1"},
			{"p3", "Kofi Mensah", "kofi@x.example", "private", "presenter:s2"}},
		"scripts": {
			{"p1", "Иван Петров", "ivan@x.example", "public", "presenter:s1;expert:s2"}, {"p2", "Иванна Петрова", "ivanna@x.example", "public", "presenter:s1"},
			{"p3", "فاطمة حسن", "f@x.example", "private", "presenter:s2"}, {"p4", "Grace Odhiambo", "g@x.example", "public", "expert:s1"}},
		"marks": {
			{"p1", "Aïssatou N'Diaye", "aissatou@x.example", "public", "presenter:s1;expert:s2"}, {"p2", "Aïssatou N'Diayebé", "naissatou@x.example", "public", "presenter:s1"},
			{"p3", "A. N'Diaye Ba", "a@x.example", "private", "presenter:s2"}},
	}
}

// scene is random papers and decisions of a meeting.
type scene struct {
	w      *e2e.World
	t      *rapid.T
	people []someone
	at     time.Time
	// its are the ids of the uploads that an erasure took for the first one's alone.
	its []string
}

func (s *scene) put(key string, data []byte) meeting.Object {
	s.at = s.at.Add(time.Minute)
	o := s.w.Put("incoming/m/"+key, data, s.at)
	s.w.TakeIn(o)
	return o
}

// happen lets something happen that has to do with people of the meeting.
func (s *scene) happen(i int) {
	t, her := s.t, s.people[0]
	who := rapid.SampledFrom(s.people).Draw(t, "who")
	other := rapid.SampledFrom(s.people[1:]).Draw(t, "other")
	name := fmt.Sprintf("drop/%d ", i)
	switch what := rapid.SampledFrom([]string{"deck", "deck", "thanks", "letter", "shared letter", "ticket", "waive", "file", "withdraw", "mail", "archive"}).Draw(t, "what"); what {
	case "deck":
		s.put(name+who.name+".pptx", e2e.Deck("Chains", who.name))
	case "thanks":
		s.put(name+other.name+".pptx", e2e.Deck("Banks", other.name+"\nwith thanks to "+her.name+" ("+her.email+")"))
	case "letter":
		s.put(name+"letter.txt", e2e.NominationLetter("Ms "+who.name))
	case "shared letter":
		s.put(name+"letter of "+her.name+".txt", e2e.NominationLetter("Ms "+her.name+", Counsel", "Ms "+other.name))
	case "ticket":
		_, session, _ := strings.Cut(who.roles, ":")
		folder := s.w.Folder(ticket.Ticket{Participant: who.id, Kind: meeting.Presentation, Session: session[:len("s1")]})
		s.put(strings.TrimPrefix(folder, "incoming/m/")+"by link.pptx", e2e.Deck("T", "nobody"))
	case "waive":
		session := "s" + fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "session"))
		s.w.Decide(url.Values{"action": {"waive"}, "requirement": {session + "/presentation/" + who.id}, "reason": {her.name + " speaks for " + other.name}}.Encode())
	case "file":
		o := s.put(name+"draft.pptx", e2e.Deck("Draft", "of us"))
		s.w.Decide(url.Values{"action": {"file"}, "document": {o.ID()}, "other": {"s2/presentation/" + other.id}, "reason": {her.name + " said so"}}.Encode())
	case "withdraw":
		docs, err := s.w.Store.Documents(context.Background(), "m", meeting.Filed, 1)
		e2e.Must(t, err)
		if len(docs) == 1 {
			s.w.Decide(url.Values{"action": {"withdraw"}, "document": {docs[0].ID}, "reason": {"asked by " + her.email}}.Encode())
		}
	case "mail":
		s.put(name+"mail.eml", e2e.MailFrom(who.email, fmt.Sprintf("<%d@x.example>", i), "", ""))
	case "archive":
		s.put(name+"papers.zip", e2e.Archive(map[string][]byte{"1.pptx": e2e.Deck("Chains", who.name), "2.txt": e2e.NominationLetter("Ms " + other.name)}))
	}
}

// stored is all that there is, as values: items and JSON decoded, other objects as their bytes. Copies of rewritten objects
// are under the names of those for which they stand.
func (s *scene) stored() map[string]any {
	all := map[string]any{}
	for place, item := range s.w.Items() {
		delete(item, "rev")
		all[place] = item
	}
	for o, data := range s.w.ObjectData() {
		name := o.Key + " " + o.Version
		if _, _, ok := o.Rewritten(); ok || strings.HasPrefix(o.Key, "decisions/") || strings.HasPrefix(o.Key, "roster/") {
			name = o.Key[:strings.LastIndex(o.Key, "/")] + " as " + o.ID()
		}
		if strings.HasPrefix(o.Key, "text/") { // the newest version counts
			name = o.Key
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			v = string(data)
		}
		all[name] = v
	}
	return all
}

// hers tells by a plain look whether a value holds the erased one's id, name or address, or the id of a paper of hers.
func (s *scene) hers(v any) bool {
	b, err := json.Marshal(v)
	e2e.Must(s.t, err)
	text := string(b)
	for _, own := range append(slices.Clone(s.its), `"`+s.people[0].id+`"`, "#"+s.people[0].id) {
		if strings.Contains(text, own) {
			return true
		}
	}
	return s.named(text)
}

// named tells by a plain look whether a text names the erased one, and not by the name of somebody else.
func (s *scene) named(text string) bool {
	text = plain(text)
	for _, p := range s.people[1:] {
		if plain(p.name) != plain(s.people[0].name) {
			text = strings.ReplaceAll(strings.ReplaceAll(text, plain(p.name), "§"), p.email, "§")
		}
	}
	return strings.Contains(text, plain(s.people[0].name)) || strings.Contains(text, s.people[0].email)
}

func plain(text string) string {
	return strings.ToLower(strings.NewReplacer("ï", "i", "'", "", "’", "", `\u0026`, "&").Replace(text))
}

// countsForHerAlone tells whether a document has a place only for the erased one: another's place in it was taken by a
// newer one. Without that place it counts no more.
func (s *scene) countsForHerAlone(document map[string]any) bool {
	places, _ := document["satisfies"].([]any)
	return len(places) > 0 && !slices.ContainsFunc(places, func(v any) bool {
		place, _ := v.(map[string]any)
		return text(place["participant"]) != s.people[0].id
	})
}

// differs says where something changed that is not the erased one's; "" for nowhere.
func (s *scene) differs(path string, before, after any) string {
	if cmp.Equal(before, after) {
		return ""
	}
	switch b := before.(type) {
	case string:
		a, ok := after.(string)
		if strings.HasPrefix(path, "roster/") { // a row goes, and its line stays
			b = regexp.MustCompile(`(?m)^`+s.people[0].id+`,.*$`).ReplaceAllString(b, "")
		}
		if a == b {
			return ""
		}
		if !ok || !s.hers(b) || plain(s.others(b)) != plain(s.others(a)) {
			return fmt.Sprintf("%s: %q became %q", path, before, after)
		}
		return ""
	case map[string]any:
		a, ok := after.(map[string]any)
		if !ok {
			return path + ": is gone"
		}
		for k, v := range b {
			if (k == "status" || k == "GSK") && text(a["status"]) == string(meeting.Superseded) && s.countsForHerAlone(b) {
				continue
			}
			if x, there := a[k]; there {
				if d := s.differs(path+"."+k, v, x); d != "" {
					return d
				}
			} else if !s.hers(v) && !s.hers(b) {
				return fmt.Sprintf("%s.%s: %v is gone", path, k, v)
			}
		}
		for k, v := range a {
			if _, there := b[k]; !there && !slices.Contains([]string{"closed", "declined", "nomineeId", "erased"}, k) {
				return fmt.Sprintf("%s.%s: %v is new", path, k, v)
			}
		}
		return ""
	case []any:
		a, _ := after.([]any)
		if len(a) == len(b) {
			for i := range b {
				if d := s.differs(fmt.Sprintf("%s[%d]", path, i), b[i], a[i]); d != "" {
					return d
				}
			}
			return ""
		}
		for _, v := range b {
			if !s.hers(v) && !slices.ContainsFunc(a, func(x any) bool { return cmp.Equal(v, x) }) {
				return fmt.Sprintf("%s: %v is gone", path, v)
			}
		}
		return ""
	}
	if s.hers(before) || path != "" && strings.HasSuffix(path, ".declined") {
		return ""
	}
	return fmt.Sprintf("%s: %v became %v", path, before, after)
}

// others is a text without every way in which the erased one is named in these scenes.
func (s *scene) others(text string) string {
	text = strings.ReplaceAll(text, "[erased]", "")
	marked := text
	for i, p := range s.people[1:] {
		if p.name != s.people[0].name {
			marked = strings.ReplaceAll(marked, p.name, fmt.Sprintf("§%d§", i))
			marked = strings.ReplaceAll(marked, p.email, fmt.Sprintf("§e%d§", i))
		}
	}
	for _, n := range []string{s.people[0].name, s.people[0].email} {
		marked = strings.ReplaceAll(marked, n, "")
	}
	return marked
}

// decided is how everybody else stands, and each paper that is not the erased one's alone.
func (s *scene) decided(w *e2e.World) map[string]string {
	all := map[string]string{}
	for _, session := range []string{"s1", "s2"} {
		reqs, err := w.Store.Requirements(context.Background(), "m", session)
		e2e.Must(s.t, err)
		for _, r := range reqs {
			if r.Participant != s.people[0].id {
				all[r.String()] = fmt.Sprint(r.State, r.Document, r.WaivedBy, r.Retired)
			}
		}
		x, err := w.Store.Session(context.Background(), "m", session)
		e2e.Must(s.t, err)
		all[session] = fmt.Sprint(x.Required, x.Outstanding, x.Waived, x.Complete)
	}
	docs, err := w.Store.AllDocuments(context.Background(), "m")
	e2e.Must(s.t, err)
	for _, d := range docs {
		if !slices.Contains(s.its, d.ID) {
			keys := slices.DeleteFunc(d.Satisfies, func(k meeting.RequirementKey) bool { return k.Participant == s.people[0].id })
			all[d.ID] = fmt.Sprint(d.Status, keys)
		}
	}
	return all
}

// Over random meetings of people who are easily taken for each other: an erasure takes one out of one meeting, and leaves
// everybody else's things byte for byte as they were; and a table made anew from the bucket decides the same for everybody
// else as one made anew before.
func TestErasureIsOfOne(t *testing.T) {
	checks := "6"
	if testing.Short() {
		checks = "2"
	}
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		e2e.Must(t, flag.Set("rapid.checks", checks))
	}
	all := casts()
	rapid.Check(t, func(t *rapid.T) {
		s := &scene{t: t, at: e2e.Noon, w: e2e.NewWith(t, e2e.Options{MailLease: e2e.NoLease})}
		s.people = all[rapid.SampledFrom(slices.Sorted(maps.Keys(all))).Draw(t, "cast")]
		rows := ""
		for _, p := range s.people[1:] {
			rows += p.row()
		}
		s.w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+s.people[0].row()+rows)
		s.w.LoadRoster("n", strings.Replace(e2e.QuotaYAML("s1", "s2"), "id: m,", "id: n,", 1), e2e.CSVHead+rows+s.people[0].row())
		s.w.TakeIn(s.w.Put("incoming/n/drop/"+s.people[0].name+".pptx", e2e.Deck("T", s.people[0].name), e2e.Noon))
		for i := range rapid.IntRange(3, 9).Draw(t, "happenings") {
			s.happen(i)
		}
		s.w.RunUntilQuiet()
		time.Sleep(1100 * time.Millisecond) // S3 tells times in whole seconds
		s.w.LoadRoster("m", e2e.QuotaYAML("s1", "s2"), e2e.CSVHead+rows)
		s.w.RunUntilQuiet()
		anew := s.w.Anew()
		known := map[string]*meeting.Document{}
		for _, o := range s.w.Uploads() {
			known[o.ID()] = s.w.Document(o)
			for _, d := range s.w.Papers(o) {
				known[d.ID] = d
			}
		}
		before := s.stored()
		uploads := s.w.Uploads()
		report, err := s.w.ErasePerson(erase.Request{Meeting: "m", Participant: s.people[0].id})
		e2e.Must(t, err)
		s.w.Check()
		for _, o := range uploads {
			if !slices.ContainsFunc(s.w.Uploads(), func(x meeting.Object) bool { return x.ID() == o.ID() }) {
				s.its = append(s.its, o.ID())
				if d := known[o.ID()]; !s.isItsAlone(d) {
					t.Errorf("gone is %s, %s for %v, of %s, sent by %s, candidates %v", d.FileName, d.Status, d.FiledFor, d.LinkOwner, d.Sender, d.Candidates)
				}
			}
		}
		for id, d := range known { // an empty object stands for a part that is gone
			if kept, err := s.w.Objects.AllVersions(context.Background(), d.Key); err != nil {
				t.Fatal(err)
			} else if d.IsPart() && kept[0].Size == 0 {
				s.its = append(s.its, id)
				if !s.isItsAlone(d) {
					t.Errorf("gone is %s, %s for %v, in %s", d.FileName, d.Status, d.FiledFor, d.Envelope.FileName)
				}
			}
		}
		if report.Refused != "" || len(s.its) != report.Documents {
			t.Fatalf("%+v, %d originals are gone", report, len(s.its))
		}
		s.compare(before, s.stored(), report)
		for _, id := range s.its {
			if d, err := anew.Store.Document(context.Background(), id); err != nil || len(d.FiledFor) > 0 {
				t.Skip("made anew from these rosters, a paper of the erased one is a namesake's")
			}
		}
		want, got := s.decided(anew), s.decided(s.w.Anew())
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("a table made anew decides otherwise (-before +after):\n%s", d)
		}
	})
}

// isItsAlone tells by a plain look whether a document is the erased one's, and nobody else's.
func (s *scene) isItsAlone(d *meeting.Document) bool {
	for _, k := range d.FiledFor {
		if k.Participant != s.people[0].id {
			return false
		}
	}
	for _, c := range d.Candidates {
		if c.Participant != s.people[0].id && len(d.FiledFor) == 0 {
			return false
		}
	}
	return len(d.FiledFor) > 0 || d.LinkOwner == s.people[0].id || d.Sender == s.people[0].email || d.LinkOwner == "" && s.named(d.FileName+d.Excerpt)
}

// compare looks at each thing that there was.
func (s *scene) compare(before, after map[string]any, report erase.Report) {
	for place, v := range before {
		x, there := after[place]
		switch {
		case ofOther(v, place):
			if !cmp.Equal(v, x) {
				s.t.Errorf("another meeting's %s changed: %v became %v", place, v, x)
			}
		case !there && strings.HasPrefix(place, "index/"), strings.HasPrefix(place, "materials/"):
		case !there && strings.HasPrefix(place, "incoming/"), !there && strings.HasPrefix(place, "parts/"): // see isItsAlone
		case !there:
			if !s.hers(v) && !s.hers(place) {
				s.t.Errorf("%s is gone: %.200v", place, v)
			}
		default:
			if d := s.differs(place, v, x); d != "" {
				s.t.Errorf("%s", d)
			}
		}
	}
	elsewhere := []string{}
	for _, o := range s.w.Uploads() {
		if strings.HasPrefix(o.Key, "incoming/n/") {
			elsewhere = append(elsewhere, "text/"+o.ID()+".json.gz")
		}
	}
	for place, v := range after {
		if ofOther(v, place) || strings.HasPrefix(place, "incoming/") || slices.Contains(elsewhere, place) || len(report.Namesakes) > 0 ||
			strings.HasPrefix(place, "E#") { // the address is one of meeting n too
			continue
		}
		if item, ok := v.(map[string]any); ok {
			item = maps.Clone(item)
			delete(item, "key")
			v = item
		}
		b, err := json.Marshal(v)
		e2e.Must(s.t, err)
		if s.named(string(b)) {
			s.t.Errorf("%s still names the erased one: %s\n%+v", place, b, report)
		}
	}
}

// ofOther tells whether something is of meeting n.
func ofOther(v any, place string) bool {
	item, _ := v.(map[string]any)
	d, _ := item["decision"].(map[string]any)
	return text(item["meeting"]) == "n" || text(d["meeting"]) == "n" || strings.Contains(place, "/n/") || strings.Contains(place, "/n as ") || strings.HasPrefix(place, "M#n")
}

func text(v any) string { s, _ := v.(string); return s }
