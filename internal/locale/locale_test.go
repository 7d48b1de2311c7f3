package locale_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dossier/internal/locale"
	"dossier/internal/meeting"
)

func catalog(t *testing.T) *locale.Catalog {
	t.Helper()
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// read gives the words of a language's file by key: a text, or the texts of each plural form.
func read(t *testing.T, tag string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var areas map[string]map[string]any
	if err := json.Unmarshal(data, &areas); err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	all := map[string]any{}
	for area, words := range areas {
		for key, text := range words {
			all[area+"."+key] = text
		}
	}
	return all
}

// placeholders gives the values that a text fills in.
func placeholders(text string) []string {
	all := regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(text, -1)
	slices.Sort(all)
	return all
}

// Every language has every key of English and no other, fills in the same values, and counts where English counts.
func TestLanguagesAreComplete(t *testing.T) {
	english := read(t, "en")
	for _, tag := range catalog(t).Languages() {
		own := read(t, tag)
		for _, key := range slices.Sorted(maps.Keys(own)) {
			if english[key] == nil {
				t.Errorf("%s: %s is not in English", tag, key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(english)) {
			text, ok := own[key]
			if !ok {
				t.Errorf("%s: %s is missing", tag, key)
			}
			if ok {
				compare(t, tag, key, english[key], text)
			}
		}
	}
}

// compare compares the words of a key with the English ones.
func compare(t *testing.T, tag, key string, english, text any) {
	t.Helper()
	want, isText := english.(string)
	got, same := text.(string)
	if isText != same {
		t.Errorf("%s: %s counts in one language and not in the other", tag, key)
	}
	if !isText || !same {
		return
	}
	if got == "" {
		t.Errorf("%s: %s is empty", tag, key)
	}
	if a, b := placeholders(want), placeholders(got); !slices.Equal(a, b) {
		t.Errorf("%s: %s fills in %v, English %v", tag, key, b, a)
	}
}

// A moment is told as the clock of a city shows it, and never by an offset alone where the city is known.
func TestCityMoment(t *testing.T) {
	at := time.Date(2026, 11, 30, 22, 5, 0, 0, time.UTC)
	for _, test := range []struct {
		lang, zone string
		at         time.Time
		want       string
	}{
		{"en", "Asia/Bangkok", at.Add(-5 * time.Minute), "1 December 2026, 05:00 Bangkok time"},
		{"fr", "Asia/Bangkok", at, "1er décembre 2026 à 05 h 05, heure de Bangkok"},
		{"fr", "Africa/Cairo", at.Add(-5 * time.Minute), "1er décembre 2026 à 00 h, heure du Caire"},
		{"fr", "Africa/Abidjan", at, "30 novembre 2026 à 22 h 05, heure d’Abidjan"},
		{"es", "America/Mexico_City", at, "30 de noviembre de 2026 a las 16:05, hora de Ciudad de México"},
		{"pt", "Africa/Maputo", at, "1 de dezembro de 2026 às 00:05, hora de Maputo"},
		{"ar", "Asia/Bangkok", at, "1 ديسمبر 2026، الساعة 05:05 بتوقيت بانكوك"},
		{"en", "America/Argentina/Buenos_Aires", at, "30 November 2026, 19:05 Buenos Aires time"},
		{"en", "Pacific/Port_Moresby", at, "1 December 2026, 08:05 Port Moresby time"},
		{"fr", "Pacific/Port_Moresby", at, "1er décembre 2026 à 08 h 05, heure de Port Moresby"},
		{"en", "UTC", at, "30 November 2026, 22:05 UTC"},
		{"en", "Etc/GMT-7", at, "1 December 2026, 05:05 UTC+07:00"},
		{"en", "EST", at, "30 November 2026, 17:05 UTC-05:00"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := catalog(t).Locale(test.lang).CityMoment(test.at, zone); got != test.want {
			t.Errorf("%s, %s: %q, want %q", test.lang, test.zone, got, test.want)
		}
	}
}

// Every text can be rendered, and every plural for any number.
func TestEveryTextRenders(t *testing.T) {
	for _, l := range catalog(t).Locales() {
		for key, text := range read(t, l.Tag) {
			if _, plain := text.(string); plain {
				if _, err := l.Text(key); err != nil {
					t.Errorf("%s: %s: %v", l.Tag, key, err)
				}
				continue
			}
			for _, n := range []int{0, 1, 2, 3, 11, 100, 1_000_000} {
				if s, err := l.Plural(key, n); err != nil || s == "" {
					t.Errorf("%s: %d of %s: %q %v", l.Tag, n, key, s, err)
				}
			}
		}
	}
}

// constants gives the values of a package's string constants by their type; "" is the type of those that have none.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	all := map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				kind, _ := spec.Type.(*ast.Ident)
				if value, ok := spec.Values[0].(*ast.BasicLit); ok && value.Kind == token.STRING {
					name := ""
					if kind != nil {
						name = kind.Name
					}
					all[name] = append(all[name], strings.Trim(value.Value, `"`))
				}
			}
			return true
		})
	}
	return all
}

// codes gives the keys that the codes of the domain need.
func codes(t *testing.T) []string {
	domain, files := constants(t, "../meeting"), constants(t, "../roster")
	var keys []string
	add := func(prefix string, codes []string, least int) {
		if len(codes) < least {
			t.Errorf("only %d codes of %s were found", len(codes), prefix)
		}
		for _, c := range codes {
			keys = append(keys, prefix+c)
		}
	}
	add("reason.", domain["Reason"], 30)
	add("evidence.", slices.DeleteFunc(domain["EvidenceCode"], func(c string) bool { return c == string(meeting.EvidenceAct) }), 30)
	add("evidence.act-", domain["Act"], 16)
	add("finding.", domain["FindingCode"], 10)
	add("history.did-", domain["Action"], 14)
	add("history.status-", domain["Status"], 6)
	add("history.state-", domain["State"], 3)
	add("page.status-", domain["Status"], 6)
	add("page.state-", domain["State"], 3)
	add("page.role-", domain["RoleName"], 4)
	add("page.sector-", domain["Sector"], 4)
	for _, r := range meeting.DecisionRefusals() {
		keys = append(keys, "refusal."+string(r))
	}
	add(
		"problem.",
		slices.DeleteFunc(files[""], func(c string) bool { return strings.Contains(c, ".") }),
		20,
	) // not the files' names
	return append(
		keys,
		"mail.kind-presentation",
		"mail.kind-nomination",
		"page.kind-presentation",
		"page.kind-nomination",
	)
}

// Every code of the domain has words in English, and so in every language (TestLanguagesAreComplete).
func TestCodesHaveWords(t *testing.T) {
	english := read(t, "en")
	for _, key := range codes(t) {
		if english[key] == nil {
			t.Errorf("%s has no words", key)
		}
	}
}

// What uploaders are told of a code is in their language, and is said of no other code.
func TestReasonsAndFindingsDiffer(t *testing.T) {
	c := catalog(t)
	for _, l := range c.Locales() {
		seen := map[string]bool{l.Reason("no-such-reason"): true}
		for _, code := range meeting.Reasons() {
			s := l.Reason(code)
			if seen[s] || l.Tag != "en" && s == c.Locale("en").Reason(code) {
				t.Errorf("%s: no words for reason %s", l.Tag, code)
			}
			seen[s] = true
		}
		for _, code := range meeting.FindingCodes() {
			f := meeting.Finding{Code: code, Detail: "7"}
			s := l.Finding(f)
			if seen[s] || strings.HasPrefix(s, string(code)) || l.Tag != "en" && s == c.Locale("en").Finding(f) {
				t.Errorf("%s: no words for finding %s", l.Tag, code)
			}
			seen[s] = true
		}
	}
}

// What a code says, with its value; what has no words; and what a person wrote.
func TestCodes(t *testing.T) {
	c := catalog(t)
	en, fr, ar := c.Locale("en"), c.Locale("fr"), c.Locale("ar")
	for _, test := range []struct{ got, want string }{
		{en.Reason("locked"), "the file is protected by a password. Please save a copy without the password, and send that."},
		{en.Reason("no-such-code"), "it needs a look."},
		{fr.Reason("no-such-code"), "il doit être examiné."},
		{fr.Reason("He will not come."), "He will not come."},
		{en.Evidence(meeting.Evidence{Code: "name-in-title", Detail: "{{.Amina}} 5 %s"}),
			"the title page names {{.Amina}} 5 %s"},
		{en.Evidence(meeting.Evidence{Code: "looks-like", Detail: "nomination"}), "it looks like a nomination letter"},
		{fr.Evidence(meeting.Evidence{Code: "looks-like", Detail: "nomination"}), "type probable : lettre de désignation"},
		{ar.Evidence(meeting.Evidence{Code: "looks-like", Detail: "nomination"}), "يبدو من نوع: كتاب الترشيح"},
		{en.Evidence(meeting.Evidence{Code: "many-named", Detail: "9"}), "its first page is a list of people"},
		{en.Evidence(meeting.Evidence{Code: "new-code", Detail: "x"}), "new-code x"},
		{fr.Evidence(meeting.Evidence{Code: "new-code"}), "new-code"},
		{en.Finding(meeting.Finding{Code: "no-alt-text", Detail: "3"}),
			"Pictures without an alternative text: 3. Colleagues who use a screen reader will miss them."},
		{en.Problem(meeting.RosterProblem{Code: "bad-email", Value: "x"}), "this is no mail address: x (no accents before the @)"},
		{ar.Problem(meeting.RosterProblem{Code: "no-sessions"}), "لا توجد أي جلسة"},
		{en.Kind(meeting.Nomination), "Nomination letter"},
		{en.Kind(meeting.Unknown), ""},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2021, 6, 3, 9, 5, 0, 0, time.FixedZone("EAT", 3*3600))
	c := catalog(t)
	for tag, want := range map[string][3]string{
		"en": {"3 June 2021", "3 June 2021, 09:05", "3 June 2021, 09:05 EAT"},
		"fr": {"3 juin 2021", "3 juin 2021, 09:05", "3 juin 2021, 09:05 EAT"},
		"ar": {"3 يونيو 2021", "3 يونيو 2021، 09:05", "3 يونيو 2021، 09:05 EAT"},
		"pt": {"3 de junho de 2021", "3 de junho de 2021, 09:05", "3 de junho de 2021, 09:05 EAT"},
	} {
		l := c.Locale(tag)
		if got := [3]string{l.Day(at), l.Moment(at), l.ZonedMoment(at)}; got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestHistory(t *testing.T) {
	c := catalog(t)
	for tag, want := range map[string][5]string{
		"en": {"a.pdf: review → filed", "a.pdf: filed", "the participant: not in force → in force",
			"satisfied by a.pdf", "waived"},
		"fr": {"a.pdf : à l'examen → classé", "a.pdf : classé", "la personne : pas en vigueur → en vigueur",
			"reçu (a.pdf)", "dispensé"},
		"ar": {"a.pdf: قيد المراجعة ← محفوظ في موضعه", "a.pdf: محفوظ في موضعه",
			"المشارك: غير سارٍ ← سارٍ", "واصل (a.pdf)", "معفى"},
		"pt": {"a.pdf: em análise → arquivado", "a.pdf: arquivado", "o participante: não em vigor → em vigor",
			"recebido (a.pdf)", "dispensado"},
	} {
		l := c.Locale(tag)
		changed, err1 := l.Change("a.pdf", l.Status(meeting.Review), l.Status(meeting.Filed))
		same, err2 := l.Change("a.pdf", l.Status(meeting.Filed), l.Status(meeting.Filed))
		force, err3 := l.InForce("history.participant", false, true)
		for _, err := range []error{err1, err2, err3} {
			if err != nil {
				t.Error(err)
			}
		}
		if got := [5]string{changed, same, force, l.State(meeting.Satisfied, "a.pdf"),
			l.State(meeting.Waived, "")}; got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	if got := c.Locale("fr").Status("new-status"); got != "new-status" {
		t.Errorf("a status without words is %q", got)
	}
	if _, err := c.Locale("fr").InForce("history.nothing", true, true); err == nil {
		t.Error("a key without words is no error")
	}
}

func TestMatch(t *testing.T) {
	c := catalog(t)
	if got := c.Languages(); !slices.Equal(got, []string{"en", "fr", "ar", "pt", "es"}) {
		t.Errorf("languages %q", got)
	}
	for accept, want := range map[string]string{"": "en", "fr-CA,en;q=0.5": "fr", "pt-BR": "pt", "es-CO": "es", "ar": "ar",
		"sw": "en", "de, fr;q=0.1": "fr", "\x00;;": "en"} {
		if got := c.Match(accept).Tag; got != want {
			t.Errorf("%q is answered in %s, want %s", accept, got, want)
		}
	}
	if c.Locale("sw").Tag != "en" || c.Locale("fr").Tag != "fr" || c.Has("sw") || !c.Has("pt") {
		t.Error("a language without words is not answered in English")
	}
	if c.Name("ar") != "العربية" || c.Name("sw") != "sw" || c.Locale("ar").Dir != "rtl" ||
		c.Locale("pt").Dir != "ltr" {
		t.Error("a language's name or direction differs")
	}
	if _, err := c.Locale("fr").Text("page.no-such-key"); err == nil {
		t.Error("a key without words is no error")
	}
	if _, err := c.Locale("fr").Plural("page.no-such-key", 2); err == nil {
		t.Error("a plural without words is no error")
	}
}

// A new language is one file. What the file does not say yet is said in English.
func TestNewLanguage(t *testing.T) {
	files := fstest.MapFS{
		"eo.json": {Data: []byte(`{"language": {"name": "Esperanto", "direction": "ltr", "order": "5"},
		"page": {"accept": "Akcepti", "women": {"one": "{{.N}} virino", "other": "{{.N}} virinoj"}},
		"reason": {"locked": "la dosiero havas pasvorton."}}`)},
	}
	english, err := fs.ReadFile(os.DirFS("."), "en.json")
	if err != nil {
		t.Fatal(err)
	}
	files["en.json"] = &fstest.MapFile{Data: english}
	c, err := locale.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	eo := c.Match("eo")
	accept, err1 := eo.Text("page.accept")
	women, err2 := eo.Plural("page.women", 2)
	back, err3 := eo.Text("page.back")
	men, err4 := eo.Plural("page.men", 2)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Error(err)
		}
	}
	got := []string{eo.Tag, eo.Name, accept, women, back, men, eo.Reason("locked"), eo.Kind(meeting.Presentation),
		eo.Evidence(meeting.Evidence{Code: "looks-like", Detail: "nomination"}), eo.CityMoment(time.Unix(0, 0), time.UTC)}
	want := []string{
		"eo",
		"Esperanto",
		"Akcepti",
		"2 virinoj",
		"Back",
		"2 men",
		"la dosiero havas pasvorton.",
		"Presentation",
		"it looks like a nomination letter",
		"1 January 1970, 00:00 UTC",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for name, files := range map[string]fstest.MapFS{
		"no English":          {"eo.json": files["eo.json"]},
		"no name":             {"en.json": files["en.json"], "eo.json": {Data: []byte(`{"page": {"accept": "Akcepti"}}`)}},
		"no JSON":             {"en.json": files["en.json"], "eo.json": {Data: []byte(`{`)}},
		"nothing":             {},
		"no direction at all": {"en.json": {Data: []byte(`{"language": {"name": "English"}}`)}},
	} {
		if _, err := locale.Read(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
