package roster

import (
	"strings"
	"testing"

	"dossier/internal/meeting"
)

// line is a participant by name, address, gender, agency and country, parted by commas.
func line(text string) meeting.Participant {
	f := strings.Split(text, ", ")
	return meeting.Participant{ID: "a1", Name: f[0], Email: strings.Trim(f[1], "-"), Gender: strings.Trim(f[2], "-"), Agency: f[3], Country: f[4]}
}

// The same id in two rosters: what staff correct about a person, and what makes it another person.
func TestSamePerson(t *testing.T) {
	t.Parallel()
	const (
		amina = "Amina Diallo, a.diallo@sahel.example, f, Sahel SA, Guinea"
		ndeye = "Ndeye Maguette Sarr, nm.sarr@jappoo.example, f, Jappoo, Senegal"
		kofi  = "Kofi Mensah, kofi@coast.example, m, Coast Ltd, Ghana"
		desk  = "Mohamed Ali, minister@labour.example, m, Ministry of Labour, Sudan"
	)
	for name, test := range map[string]struct {
		was, is string
		same    bool
	}{
		"nothing changed":                {amina, amina, true},
		"another address":                {amina, "Amina Diallo, amina@mail.example, f, Sahel SA, Guinea", true},
		"another agency and address":     {amina, "Amina Diallo, amina@mail.example, f, Other Ltd, Guinea", true},
		"another agency and country":     {amina, "Amina Diallo, a.diallo@sahel.example, f, Other Ltd, Mali", true},
		"everything but the name":        {amina, "Amina Diallo, amina@mail.example, f, Other Ltd, Mali", false},
		"the gender":                     {amina, "Amina Diallo, a.diallo@sahel.example, m, Sahel SA, Guinea", true},
		"order and capitals":             {amina, "DIALLO Amina, amina@mail.example, f, Sahel SA, Guinea", true},
		"a title":                        {amina, "Dr. Amina Diallo, amina@mail.example, f, Sahel SA, Guinea", true},
		"marks":                          {"Tomas Quaresma, -, m, Porto Sul, Angola", "Tomás Quarésma, t@porto.example, m, Porto Sul, Angola", true},
		"a middle name":                  {amina, "Amina Fatou Diallo, -, f, Sahel SA, Guinea", true},
		"a middle name, another address": {amina, "Amina Fatou Diallo, afd@mail.example, f, Sahel SA, Guinea", true},
		"a middle name left out":         {ndeye, "Ndeye Sarr, ns@mail.example, f, Jappoo, Senegal", true},
		"both names, then the new one":   {"Rim Bouazizi Trabelsi, x@y.example, f, Amal, Tunisia", "Rim Trabelsi, x@y.example, f, Amal, Tunisia", true},
		"both names of everything new":   {desk, "Mohamed Ali Omar Saleh, minister@labour.example, m, Ministry of Labour, Sudan", true},
		"a corrected letter":             {"Hauwa Galadina, h.g@kano.example, f, Kano University, Nigeria", "Hauwa Galadima, h.g@kano.example, f, Kano University, Nigeria", true},
		"a letter and the address":       {"Hauwa Galadina, h.galadina@kano.example, f, Kano University, Nigeria", "Hauwa Galadima, h.galadima@kano.example, f, Kano University, Nigeria", true},
		"a letter, and now an address":   {"Hauwa Galadina, -, -, Kano University, Nigeria", "Hauwa Galadima, h.g@kano.example, f, Kano University, Nigeria", true},
		"in another script":              {"Amina Mansour, -, f, Amal, Tunisia", "أمينة منصور, a@amal.example, f, Amal, Tunisia", true},
		"married":                        {amina, "Amina Sow, a.diallo@sahel.example, f, Sahel SA, Guinea", true},
		"married, three names":           {ndeye, "Ndeye Maguette Fall, nm.sarr@jappoo.example, f, Jappoo, Senegal", true},
		"married, the address in capitals and without gender": {kofi, "Kofi Annor, KOFI@coast.example, -, Coast Ltd, Ghana", true},
		"a surname added to a single name":                    {"Ali, ali@ligue.example, m, Ligue, Djibouti", "Ali Farah, ali@ligue.example, m, Ligue, Djibouti", true},
		"a short form":                                        {"Fatou Diallo, f.diallo@x.example, f, X, Mali", "Fatoumata Diallo, f.diallo@x.example, f, X, Mali", true},
		"an initial written out":                              {"K. Mensah, k.mensah@x.example, m, X, Ghana", "Kofi Mensah, k.mensah@x.example, m, X, Ghana", true},

		"another":                              {amina, kofi, false},
		"another at the same agency":           {amina, "Fatou Bah, f.bah@sahel.example, f, Sahel SA, Guinea", false},
		"of the same family":                   {amina, "Fatou Diallo, f.diallo@sahel.example, f, Sahel SA, Guinea", false},
		"of the same family and address":       {amina, "Fatou Diallo, a.diallo@sahel.example, f, Sahel SA, Guinea", false},
		"the family's name first":              {"DIALLO Amina, a.diallo@x.example, f, X, Mali", "DIALLO Fatou, a.diallo@x.example, f, X, Mali", false},
		"of the same given name":               {amina, "Amina Bah, amina.bah@sahel.example, f, Sahel SA, Guinea", false},
		"the same address, nothing else":       {amina, "Kofi Mensah, a.diallo@sahel.example, -, Sahel SA, Guinea", false},
		"the mailbox of an office":             {desk, "Mohamed Saleh, minister@labour.example, m, Ministry of Labour, Sudan", false},
		"a man in a woman's place, one letter": {"Maria Silva, maria@min.example, f, Ministry, Angola", "Mario Silva, mario@min.example, m, Ministry, Angola", false},
		"one letter, another address, nothing told": {"Maria Silva, maria@min.example, -, Ministry, Angola", "Mario Silva, mario@min.example, -, Ministry, Angola",
			false},
		"one letter, another agency and address": {"Daniel Mensah, d@a.example, m, A Ltd, Ghana", "Daniels Mensah, dm@b.example, m, B Ltd, Ghana", false},
		"a namesake of two names":                {"Mohamed Ahmed Ali, a@x.example, m, X, Egypt", "Mohamed Ahmed Saleh, b@x.example, m, X, Egypt", false},
		"a longer name, of a woman":              {"Jean Koffi, j@x.example, m, X, Togo", "Marie Jean Koffi, mj@x.example, f, X, Togo", false},
		"a longer name, in another country":      {"Ali Hassan, a@x.example, m, X, Kenya", "Ali Hassan Omar, o@y.example, m, Y, Egypt", false},
		"single names":                           {"Ali, ali@ligue.example, m, Ligue, Djibouti", "Omar, omar@ligue.example, m, Ligue, Djibouti", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := samePerson(line(test.was), line(test.is), true); got != test.same {
				t.Errorf("%q, now %q: the same %t", test.was, test.is, got)
			}
			if got := samePerson(line(test.is), line(test.was), true); got != test.same {
				t.Errorf("%q, now %q: the same %t", test.is, test.was, got)
			}
		})
	}
	if samePerson(line(amina), line("Amina Sow, a.diallo@sahel.example, f, Sahel SA, Guinea"), false) {
		t.Error("an address that several people have tells nothing")
	}
}

// Whole rosters: who of them is at an id that was somebody else's.
func TestRenamed(t *testing.T) {
	t.Parallel()
	people := func(lines ...string) []meeting.Participant {
		var all []meeting.Participant
		for _, l := range lines {
			id, rest, _ := strings.Cut(l, " ")
			p := line(rest)
			p.ID = id
			all = append(all, p)
		}
		return all
	}
	const egypt, sudan = "Mohamed Ali, m1@x.example, m, X, Egypt", "Mohamed Ali, m2@x.example, m, X, Egypt"
	const amina, fatou = "Amina Diallo, info@x.example, f, X, Mali", "Amina Bah, info@x.example, f, X, Mali"
	const tom, rim = "Tom Quaresma, t@porto.example, m, Porto, Angola", "Rim Bouazizi, rim@amal.example, f, Amal, Tunisia"
	for name, test := range map[string]struct {
		before, now []meeting.Participant
		want        string
	}{
		"a first one":                       {nil, people("a1 "+tom, "a2 "+rim), ""},
		"as it is":                          {people("a1 "+tom, "a2 "+rim), people("a2 "+rim, "a1 "+tom), ""},
		"one added":                         {people("a1 " + tom), people("a1 "+tom, "a2 "+rim), ""},
		"swapped":                           {people("a1 "+tom, "a2 "+rim), people("a2 "+tom, "a1 "+rim), "a2 a1"},
		"numbered anew":                     {people("a1 "+tom, "a2 "+rim), people("a1 " + rim), "a1"},
		"all under new ids":                 {people("a1 "+tom, "a2 "+rim), people("b1 "+tom, "b2 "+rim), ""},
		"namesakes of one office swapped":   {people("a1 "+egypt, "a2 "+sudan), people("a1 "+sudan, "a2 "+egypt), "a1 a2"},
		"somebody who was there twice":      {people("a1 "+egypt, "a2 "+sudan), people("a1 " + sudan), ""},
		"two with one address swapped":      {people("a1 "+amina, "a2 "+fatou), people("a1 "+fatou, "a2 "+amina), "a1 a2"},
		"addresses that were crossed":       {people("a1 Tom Quaresma, rim@amal.example, m, Porto, Angola", "a2 Rim Bouazizi, t@porto.example, f, Amal, Tunisia"), people("a1 "+tom, "a2 "+rim), ""},
		"no address, no name to tell apart": {people("a1 Tom Quaresma, -, m, Porto, Angola", "a2 Rim Bouazizi, -, f, Amal, Tunisia"), people("a1 "+rim, "a2 "+tom), "a1 a2"},
	} {
		var got []string
		for _, x := range renamed(test.before, test.now) {
			got = append(got, x.Is.ID)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
	}
}
