package words

import (
	"math"
	"slices"
	"strings"
	"testing"

	"dossier/internal/encoder"
)

// named marks the places of people in a text.
func named(text string, people ...string) encoder.Paper {
	p := encoder.Paper{Meeting: "Expert meeting, Nairobi, 4 May 2027", FileName: "letter.pdf", Text: text}
	for _, name := range people {
		var q encoder.Person
		for at := 0; ; {
			i := strings.Index(text[at:], name)
			if i < 0 {
				break
			}
			q.Spans = append(q.Spans, encoder.Span{From: at + i, To: at + i + len(name)})
			at += i + len(name)
		}
		p.People = append(p.People, q)
	}
	return p
}

// A model learns the words that tell, and not the names.
func TestTrain(t *testing.T) {
	var examples []Example
	for i, name := range []string{"Ana Sow", "Koffi Aka", "Rui Dias", "Mona Saad", "Li Wei"} {
		other := []string{"Jo Roe", "Al Fox", "Di Lee", "Ed Poe", "Bo Ray"}[i]
		examples = append(examples,
			Example{named("We nominate "+name+" for the meeting.\nSigned "+other, name, other), true, []bool{true, false}},
			Example{named("We thank "+name+" for the report.\nSigned "+other, name, other), false, []bool{false, false}})
	}
	m := Train(examples)
	check := func(m *Model) {
		t.Helper()
		r, _ := m.Read(t.Context(), named("We nominate Eva Cruz for the meeting.\nSigned Ian Day", "Eva Cruz", "Ian Day"))
		if r.Nominates < 0.8 || r.People[0] < 0.7 || r.People[1] > 0.3 {
			t.Errorf("a nomination: %+v", r)
		}
		if r, _ := m.Read(t.Context(), named("We thank Eva Cruz for the report.\nSigned Ian Day", "Eva Cruz", "Ian Day")); r.Nominates > 0.2 {
			t.Errorf("thanks: %+v", r)
		}
	}
	check(m)
	again, err := load(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	check(again)
	if !slices.Equal(Train(examples).Bytes(), m.Bytes()) {
		t.Error("the same examples make another model")
	}
}

func TestDamagedWeights(t *testing.T) {
	good := (&Model{}).Bytes()
	for name, data := range map[string][]byte{"none": nil, "cut": good[:len(good)-1], "longer": append(slices.Clone(good), 0), "another": []byte(strings.Repeat("x", len(good)))} {
		if _, err := load(data); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	if _, err := Shared(); err != nil {
		t.Error(err)
	}
}

// Each name is one token, numbers are their length, and namesakes at one place have a token each.
func TestTokens(t *testing.T) {
	p := named("On 12 May 2027\nMs Ana Sow will come?", "Ana Sow")
	p.People = append(p.People, p.People[0])
	var got []string
	for _, k := range tokens(p) {
		got = append(got, k.word)
	}
	if want := "on 0c may 0e ms <p> <p> will come ?"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", strings.Join(got, " "), want)
	}
}

func FuzzRead(f *testing.F) {
	m := &Model{}
	f.Add("Ms Ana Sow will come.\n\n", 3, 10)
	f.Add("السيدة \xff آنا", 2, 9)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		p := encoder.Paper{Text: text, People: []encoder.Person{{Spans: []encoder.Span{{From: from, To: to}, {From: to, To: from}}}}}
		if r, err := m.Read(t.Context(), p); err != nil || math.IsNaN(r.Nominates) || len(r.People) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
