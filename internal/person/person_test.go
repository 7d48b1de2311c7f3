package person_test

import (
	"strings"
	"testing"

	"dossier/internal/person"
)

// The person goes in each way in which a name is written; people with names alike stay.
func TestRedact(t *testing.T) {
	ana := person.Known{Names: []string{"Ana Sow"}, Addresses: []string{"ana@x.example"}}
	amina := person.Known{Names: []string{"Amina Diallo"}, Addresses: []string{"amina@people.example"}}
	ndiaye := person.Known{Names: []string{"Aïssatou N'Diaye"}}
	for _, c := range []struct {
		own         person.Known
		others      []string
		text, clean string
	}{
		{ana, nil, "Ana Sow said so", "[erased] said so"},
		{ana, nil, "by SOW, Ana.", "by [erased]."},
		{ana, nil, "Ana\n\tSow", "[erased]"},
		{ana, nil, "Joy Sow; Ana Ba. Sow. Ana", "Joy Sow; Ana Ba. Sow. Ana"},
		{ana, nil, "Diana Sowah and Susana Sow", "Diana Sowah and Susana Sow"},
		{ana, nil, "Banana Sow Ana Sowing", "Banana [erased] Sowing"}, // Sow Ana, in another order
		{ana, []string{"Ana Sow Camara"}, "Ana Sow Camara met Ana Sow", "Ana Sow Camara met [erased]"},
		{ana, []string{"Maria Ana Sow"}, "Maria Ana Sow", "Maria Ana Sow"},
		{ana, []string{"Ana Sow"}, "Ana Sow spoke", "Ana Sow spoke"}, // which of the two, nobody knows
		{ana, []string{"Sow"}, "Ana Sow and Sow", "[erased] and Sow"},
		{ana, nil, "AnaSow_final.pptx", "[erased]_final.pptx"},
		{ana, nil, "ana-sow.pptx", "[erased].pptx"},
		{ana, nil, "thanks to A. Sow and Sow A.", "thanks to [erased] and [erased]"},
		{ana, []string{"Adama Sow"}, "A. Sow", "A. Sow"}, // either of two
		{ana, nil, "a sow, a Sow", "a sow, a Sow"},
		{ana, nil, "write to ana@x.example.", "write to [erased]."},
		{ana, nil, "<ANA@X.example>, 'ana@x.example', l'adresse d'ana@x.example", "<[erased]>, '[erased]', l'adresse d'[erased]"},
		{ana, nil, "diana@x.example ana@x.example.org jo-ana@x.example jo.ana@x.example", "diana@x.example ana@x.example.org jo-ana@x.example jo.ana@x.example"},
		{ana, nil, "ana.sow@home.example", "[erased]"}, // an address that nobody knew, with the whole name
		{ana, nil, "Sow, ana@other.example", "Sow, ana@other.example"},
		{amina, nil, "exposé d’Amina Diallo", "exposé d’[erased]"},
		{amina, nil, "Amína Dìallo", "[erased]"},
		{amina, nil, "Ami\u0301na Di\u0300allo ", "[erased] "},
		{amina, nil, "Mme Diallo a présenté", "Mme Diallo a présenté"},
		{ndiaye, nil, "N’Diaye Aissatou", "[erased]"},
		{ndiaye, nil, "AISSATOU NDIAYE", "[erased]"},
		{ndiaye, nil, "Aïssatou N Diaye", "[erased]"},
		{ndiaye, nil, "Ai\u0308ssatou N'Diaye", "[erased]"},
		{person.Known{Names: []string{"Amina Fatou Diallo"}}, nil, "Amina Diallo; A. Diallo; Fatou Diallo", "[erased]; [erased]; Fatou Diallo"},
		{person.Known{Names: []string{"Amina Fatou Diallo"}}, []string{"Amina Diallo"}, "Amina Diallo", "Amina Diallo"},
		{person.Known{Names: []string{"Sukarno"}}, nil, "Mr Sukarno asked; SUKARNO; sukarno's; Sukarnoputri; Megawati Sukarno", "Mr [erased] asked; [erased]; sukarno's; Sukarnoputri; Megawati Sukarno"},
		{person.Known{Names: []string{"Sukarno"}}, nil, "2 Sukarno.pptx", "2 [erased].pptx"},
		{person.Known{Names: []string{"Sukarno"}}, nil, "sukarno", "[erased]"},
		{person.Known{Also: []string{"+254 7 22"}}, nil, "254-7-22, 25 7 22", "[erased], 25 7 22"},
		{person.Known{Names: []string{"Иван Петров Ivan Petrov"}}, nil, "ПЕТРОВ Иван; Ivan Petrov; Иванов Петровский", "[erased]; [erased]; Иванов Петровский"},
		{person.Known{Names: []string{"فاطمة حسن"}}, nil, "السيدة فَاطِمَة حسن وفاطمه حسن وفاطمات", "السيدة [erased] و[erased] وفاطمات"},
		{person.Known{Names: []string{"فاطمة حسن"}}, []string{"فاطمة حسن علي"}, "فاطمة حسن علي", "فاطمة حسن علي"},
		{person.Known{Names: []string{"A. Sow"}}, nil, "A. Sow; a sow; A. Sowah", "[erased]; a sow; A. Sowah"},
		{person.Known{Also: []string{"Diallo"}}, nil, "diallo, Diallos", "[erased], Diallos"},
		{person.Known{Also: []string{"Diallo"}}, []string{"Kofi Diallo"}, "Kofi Diallo, DIALLO", "Kofi Diallo, [erased]"},
		{person.Known{}, nil, "Ana Sow", "Ana Sow"},
	} {
		f := person.New(c.own, person.Known{Names: c.others})
		if got := f.Redact(c.text); got != c.clean {
			t.Errorf("%q of %v: %q, want %q", c.text, c.own, got, c.clean)
		}
		if clean := f.Redact(c.text); clean != c.text && !f.Names(c.text) {
			t.Errorf("%q does not name %v", c.text, c.own)
		}
	}
}

// An address that is somebody else's too is nobody's alone.
func TestSharedAddress(t *testing.T) {
	f := person.New(person.Known{Names: []string{"Ana Sow"}, Addresses: []string{"Office@x.example"}},
		person.Known{Names: []string{"Ben Ro"}, Addresses: []string{"office@X.example", "ana.sow@x.example"}})
	for _, text := range []string{"office@x.example", "ana.sow@x.example"} {
		if f.IsAddress(text) || f.Redact(text) != text || f.Names(text) {
			t.Errorf("%s is taken for the person's alone", text)
		}
	}
	if f = person.New(person.Known{Addresses: []string{" Ana@x.example"}}, person.Known{}); !f.IsAddress("ana@X.example ") || f.Nobody() {
		t.Error("the address is not known again")
	}
}

// What may mean the person stays in doubt, and is said.
func TestDoubt(t *testing.T) {
	f := person.New(person.Known{Names: []string{"Sukarno"}}, person.Known{})
	for text, doubt := range map[string]bool{"Sukarno Foundation": true, "as sukarno": false, "nobody": false, "Mr Sukarno": true, "ahmed.sukarno@x.example": false} {
		if f.Names(text) != doubt {
			t.Errorf("%q: %v", text, !doubt)
		}
	}
}

func TestIsName(t *testing.T) {
	f := person.New(person.Known{Names: []string{"Aïssatou N'Diaye", "Ana Sow"}}, person.Known{Names: []string{"SOW Ana"}})
	for text, want := range map[string]bool{"Mme N’DIAYE Aissatou": true, "Ana Sow": true, "Ana Sow Ba": false, "Ana": false, "": false} {
		if f.IsName(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if !f.Shared() || person.New(person.Known{Names: []string{"Ana Sow"}}, person.Known{Names: []string{"Ana Sowah", "A. Sow"}}).Shared() {
		t.Error("who has a namesake is not told")
	}
}

// In JSON the decoded strings count, and no byte changes but the person's.
func TestRedactJSON(t *testing.T) {
	f := person.New(person.Known{Names: []string{"Aïssatou N'Diaye"}}, person.Known{})
	in := `{"Aïssatou N'Diaye": "x",  "a":["A\u00efssatou\nN\u2019Diaye, \"ok\" <b>", {"key": "Aïssatou N'Diaye"}], "n": 1.50 }`
	out, err := f.RedactJSON([]byte(in), func(field string) bool { return field == "key" })
	want := `{"Aïssatou N'Diaye": "x",  "a":["[erased], \"ok\" \u003cb\u003e", {"key": "Aïssatou N'Diaye"}], "n": 1.50 }`
	if err != nil || string(out) != want {
		t.Errorf("%s %v", out, err)
	}
	keep := func(field string) bool { return field == "key" }
	if named, err := f.NamesJSON([]byte(in), keep); err != nil || !named {
		t.Errorf("%v %v", named, err)
	}
	if named, err := f.NamesJSON(out, keep); err != nil || named {
		t.Errorf("%v %v", named, err)
	}
	if _, err := f.RedactJSON([]byte(`{"a`), keep); err == nil {
		t.Error("no JSON was taken for some")
	}
}

// A long text costs no more than a line after the other.
func TestLongLine(t *testing.T) {
	f := person.New(person.Known{Names: []string{"Ana Sow"}}, person.Known{Names: []string{"Ana Ba", "Sow Ka"}})
	text := strings.Repeat("Ana Ba, Sow Ka; ", 1<<15)
	if got := f.Redact(text + "Ana Sow"); got != text+"[erased]" {
		t.Error("it is not found at the end")
	}
}
