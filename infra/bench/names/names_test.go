package names

import (
	"bytes"
	"strings"
	"testing"
)

func TestScore(t *testing.T) {
	pairs, err := read(strings.NewReader("Amina Diallo\tDIALLO Amina\t1\nAmina Diallo\tAminata Diarra\t0\nYusuf Hassan\tيوسف حسن\tsame\n" +
		"Petar Dimitrov\tПетър Димитров\nJohn Smith\tJane Smyth\tno\nAnna Berg\tXenia Ruiz\tyes\n"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	score(pairs, true, &out)
	for _, want := range []string{"6 pairs, 4 of one person", "likeness 0.88: recall 0.750, precision 1.000", "0.00\tAnna Berg\tXenia Ruiz\ttrue"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestWords(t *testing.T) {
	pairs, err := read(strings.NewReader("ivanov\tи в а н о в\t12\nhassan\tح س ن\t3\n"))
	if err != nil || pairs[0].b != "иванов" || !pairs[0].same || pairs[1].b != "حسن" {
		t.Fatalf("%+v, %v", pairs, err)
	}
	var out bytes.Buffer
	score(pairs, false, &out)
	if !strings.Contains(out.String(), "recall 1.000") || !strings.Contains(out.String(), "0 of a million pairs at random") {
		t.Error(out.String())
	}
}

func TestNoPairs(t *testing.T) {
	for _, text := range []string{"", "\n", "one name alone\n"} {
		if _, err := read(strings.NewReader(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
