package filing_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"dossier/internal/filing"
	"dossier/internal/meeting"
)

// inPart files a letter for officials of the roster; the open nominees wait.
func (r *registrar) inPart(name string, minute int, open []string, officials ...string) *meeting.Document {
	r.Helper()
	return r.submit(r.letterInPart(name, minute, open, officials...))
}

func (r *registrar) letterInPart(name string, minute int, open []string, officials ...string) filing.Submission {
	d := document(name, minute, meeting.Nomination)
	d.Letter = &meeting.Letter{}
	var keys []meeting.RequirementKey
	for _, o := range officials {
		d.Letter.Nominees = append(d.Letter.Nominees, meeting.Nominee{Name: "Name of " + o, Participant: o})
		keys = append(keys, letterOf("s1", o))
	}
	for _, n := range open {
		d.Letter.Nominees = append(d.Letter.Nominees, meeting.Nominee{Name: n})
	}
	return r.submission(d, keys...)
}

func (r *registrar) recognize(d *meeting.Document, version string, known ...filing.Recognized) *meeting.Document {
	r.Helper()
	if _, err := r.registry.Recognize(r.Context(), r.roster.Meeting, version, d.ID, known); err != nil {
		r.Fatal(err)
	}
	return r.document(d.ID)
}

// is says who of the roster an open nominee is.
func is(name, participant string) filing.Recognized {
	return filing.Recognized{Nominee: name, Participant: participant, For: []meeting.RequirementKey{letterOf("s1", participant)}}
}

// A letter is filed for a nominee that a newer roster knows. The others wait on, and nothing else
// of the letter changes.
func TestRecognize(t *testing.T) {
	r := newRegistrar(t)
	d := r.inPart("letter", 1, []string{"Two", "Eve"}, "o1")
	mails := len(r.mails())
	got := r.recognize(d, "2", is("Two", "o2"), is("Nobody of the letter", "o3"))
	want := []meeting.RequirementKey{letterOf("s1", "o1"), letterOf("s1", "o2")}
	if !slices.Equal(got.Satisfies, want) || got.Status != meeting.Filed || got.RosterVersion != "2" || got.Letter.Nominees[1].Participant != "o2" {
		t.Errorf("%+v", got.DocumentState)
	}
	if got := got.OpenNominees(); !slices.Equal(got, []string{"Eve"}) {
		t.Errorf("open are %q", got)
	}
	if m := r.members("Ministry"); m != "[o1 o2] []" {
		t.Errorf("officials: %s", m)
	}
	if n := len(r.mails()); n != mails {
		t.Errorf("%d mails", n-mails)
	}
	// Who was decided about stays so.
	if again := r.recognize(d, "3", is("Two", "o3")); again.Letter.Nominees[1].Participant != "o2" || again.RosterVersion != "3" {
		t.Errorf("%+v", again.DocumentState)
	}
	if none, err := r.registry.Recognize(t.Context(), r.roster.Meeting, "2", "nothing", nil); none != nil || err != nil {
		t.Errorf("%v %v", none, err)
	}
}

// A letter that waits for nothing, or was taken out, is left alone.
func TestRecognizeInWhatDoesNotWait(t *testing.T) {
	r := newRegistrar(t)
	whole := r.inPart("whole", 1, nil, "o1")
	if got := r.recognize(whole, "2", is("Name of o1", "o2")); got.RosterVersion != "" || got.Rev != whole.Rev {
		t.Errorf("%+v", got)
	}
	out := r.inPart("out", 2, []string{"Two"}, "p1")
	must(t, r.registry.Release(t.Context(), r.roster.Meeting, out.ID))
	if got := r.recognize(out, "2", is("Two", "p2")); got.Status != meeting.Withdrawn || len(got.Satisfies) > 0 {
		t.Errorf("%+v", got.DocumentState)
	}
}

// An agency gets no more seats than it has: the nominee waits on, and staff see why. Once there is a seat, it is filed.
func TestRecognizeOneTooMany(t *testing.T) {
	r := newRegistrar(t)
	d := r.inPart("letter", 1, []string{"Three"}, "o1", "o2")
	got := r.recognize(d, "2", is("Three", "o3"))
	if got.Reason != meeting.ReasonOverQuota || got.Status != meeting.Filed || len(got.Satisfies) != 2 || !got.HasOpenNominees() || got.RosterVersion != "2" {
		t.Errorf("%+v", got.DocumentState)
	}
	r.roster.Meeting.NomineesPerAgency = 3
	r.load()
	got = r.recognize(d, "3", is("Three", "o3"))
	if got.Reason != "" || len(got.Satisfies) != 3 || got.HasOpenNominees() {
		t.Errorf("%+v", got.DocumentState)
	}
}

// A letter that a newer one replaced counts again for a nominee who is not in the newer one. Newer places stay.
func TestRecognizeInReplacedLetter(t *testing.T) {
	r := newRegistrar(t)
	d := r.inPart("older", 1, []string{"Two", "Three"}, "o1")
	newer := r.inPart("newer", 2, nil, "o1")
	r.stands(d, meeting.Superseded, newer.ID)
	got := r.recognize(d, "2", is("Two", "o1"))
	r.stands(got, meeting.Superseded, newer.ID)
	if !got.HasOpenNominees() {
		t.Error("nobody waits")
	}
	got = r.recognize(d, "3", is("Three", "o2"))
	r.stands(got, meeting.Filed, "", letterOf("s1", "o2"))
	r.stands(newer, meeting.Filed, "", letterOf("s1", "o1"))
}

// What cannot be read or written is said.
func TestRecognizeFaults(t *testing.T) {
	for n := 0; ; n++ {
		r := newRegistrar(t)
		d := r.inPart("letter", 1, []string{"Three"}, "o1", "o2")
		f := &faulty{Store: r.store, calls: n, err: errFault}
		_, err := filing.New(f, func() time.Time { return r.now }).Recognize(context.Background(), r.roster.Meeting, "2", d.ID, []filing.Recognized{is("Three", "o3")})
		if f.calls >= 0 {
			if err != nil || n < 5 {
				t.Errorf("%v after %d calls", err, n)
			}
			return
		}
		if err == nil {
			t.Errorf("call %d fails, and nothing is said", n)
		}
	}
}
