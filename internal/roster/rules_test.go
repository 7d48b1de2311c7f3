package roster_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
	"dossier/internal/roster"
)

const goodCSV = header + "p1,Amina Diallo,amina@example.org,f,public,Ministry of Justice,Senegal,fr,presenter:s1\n"

// edited is the good meeting.yaml with one text replaced, which has to be there once.
func edited(t *testing.T, old, with string) []byte {
	t.Helper()
	if strings.Count(goodYAML, old) != 1 {
		t.Fatalf("%q is not in the sample once", old)
	}
	return []byte(strings.Replace(goodYAML, old, with, 1))
}

// found are the problems as "line code value".
func found(problems []roster.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s:%d %s %s", strings.SplitN(p.File, ".", 2)[0], p.Line, p.Code, p.Value)))
	}
	return all
}

// Every field of meeting.yaml arrives.
func TestMeetingFile(t *testing.T) {
	yaml := edited(t, "nominees_per_agency: 2", "nominees_per_agency: 3\n  filing_threshold: 0.9\n"+
		"  organisation: Office on  Drugs\n  contact: |\n    secretariat@example.org\n    +254 20 1234567")
	yaml = bytes.Replace(yaml, []byte("[en, fr]"), []byte("[EN, fr-SN]"), 1)
	r, problems := roster.Parse("regm", yaml, []byte(goodCSV))
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2021, 6, day, hour, minute, second, 0, time.UTC)
	}
	want := meeting.Meeting{ID: "regm", Title: "Regional expert group meeting", TimeZone: "Africa/Nairobi",
		Starts: at(22, 21, 0, 0), Ends: at(24, 20, 59, 59), Languages: []string{"en", "fr"},
		MaterialsDue: at(16, 15, 0, 0), NominationsDue: at(10, 20, 59, 59),
		Organisation: "Office on Drugs", Contact: "secretariat@example.org +254 20 1234567",
		NomineesPerAgency: 3, Threshold: 0.9, Secretariat: []string{"secretariat@example.org"}}
	if d := cmp.Diff(want, r.Meeting); d != "" {
		t.Errorf("meeting (-want +got):\n%s", d)
	}
	sessions := []meeting.Plan{
		{ID: "s1", Title: "Legal framework", Starts: at(23, 6, 0, 0), Ends: at(23, 7, 30, 0), Format: meeting.Panel, Number: 1},
		{ID: "s2", Title: "Supply chains", Starts: at(23, 8, 0, 0), Ends: at(23, 9, 30, 0), Format: meeting.Presentations, Number: 2}}
	if d := cmp.Diff(sessions, r.Sessions); d != "" {
		t.Errorf("sessions (-want +got):\n%s", d)
	}
}

// What meeting.yaml need not say has a meaning all the same.
func TestMeetingFileIsSilent(t *testing.T) {
	yaml := string(goodYAML)
	for _, line := range []string{"  materials_due: 2021-06-16T18:00\n", "  nominations_due: 2021-06-10\n", "  nominees_per_agency: 2\n"} {
		yaml = strings.Replace(yaml, line, "", 1)
	}
	r, problems := roster.Parse("regm", []byte(yaml), []byte(goodCSV))
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	m := r.Meeting
	if !m.MaterialsDue.IsZero() || !m.NominationsDue.IsZero() || m.NomineesPerAgency != 2 || m.Threshold != 0 {
		t.Errorf("%+v", m)
	}
}

// Each line of meeting.yaml that is refused, and what stands just on the right side of each limit.
func TestMeetingFileRules(t *testing.T) {
	long := strings.Repeat("é", 81)
	for name, test := range map[string]struct {
		old, with string
		want      []string
	}{
		"no id":                        {"  id: regm\n", "", []string{"meeting:2 missing id"}},
		"an empty id":                  {"id: regm", "id: ''", []string{"meeting:2 missing id"}},
		"a title of spaces":            {"title: Regional expert group meeting", "title: ' '", []string{"meeting:3 missing title"}},
		"no time zone":                 {"  time_zone: Africa/Nairobi\n", "", []string{"meeting:2 missing time_zone"}},
		"no start":                     {"  starts: 2021-06-23\n", "", []string{"meeting:2 missing starts"}},
		"no end":                       {"  ends: 2021-06-24\n", "", []string{"meeting:2 missing ends"}},
		"an end that is no time":       {"  ends: 2021-06-24\n", "  ends: never\n", []string{"meeting:5 bad-time never"}},
		"a bad deadline":               {"materials_due: 2021-06-16T18:00", "materials_due: soon", []string{"meeting:8 bad-time soon"}},
		"a bad deadline of letters":    {"nominations_due: 2021-06-10", "nominations_due: soon", []string{"meeting:9 bad-time soon"}},
		"a day that there is not":      {"nominations_due: 2021-06-10", "nominations_due: 2021-06-31", []string{"meeting:9 bad-time 2021-06-31"}},
		"starts on the day it ends":    {"starts: 2021-06-23\n", "starts: 2021-06-24\n", nil},
		"starts when it ends":          {"starts: 2021-06-23\n", "starts: 2021-06-24T23:59:59\n", nil},
		"starts a second after":        {"starts: 2021-06-23\n", "starts: 2021-06-25T00:00:00\n", []string{"meeting:5 ends-before-start 2021-06-24"}},
		"one nominee":                  {"agency: 2", "agency: 1", nil},
		"no nominee":                   {"agency: 2", "agency: 0", []string{"meeting:10 bad-number 0"}},
		"a threshold of one":           {"nominees_per_agency: 2", "filing_threshold: 1", nil},
		"a threshold of a half":        {"nominees_per_agency: 2", "filing_threshold: 0.5", []string{"meeting:10 bad-share 0.5"}},
		"a threshold above one":        {"nominees_per_agency: 2", "filing_threshold: 1.01", []string{"meeting:10 bad-share 1.01"}},
		"no language":                  {"[en, fr]", "[]", nil},
		"a language by its name":       {"[en, fr]", "[en, French]", []string{"meeting:7 bad-language French"}},
		"no secretariat":               {"  secretariat: [secretariat@example.org]\n", "", []string{"meeting:2 missing secretariat"}},
		"a secretariat without a mail": {"[secretariat@example.org]", "[a@b.example, 'the desk']", []string{"meeting:11 bad-email the desk"}},
		"an unknown field":             {"id: regm", "id: regm\n  venue: here", []string{"meeting:3 unknown-field unknown field \"venue\""}},
		"a long value":                 {"format: panel", "format: " + long, []string{"meeting:17 bad-format " + long[:160] + "…"}},
		"a value of the longest":       {"format: panel", "format: " + long[2:], []string{"meeting:17 bad-format " + long[2:]}},
		"a session without an id":      {"  - id: s2\n    title", "  - title", []string{"meeting:18 missing id"}},
		"a session's bad id":           {"id: s2", "id: s 2", []string{"meeting:18 bad-id s 2"}},
		"a session without a title":    {"    title: Supply chains\n", "", []string{"meeting:18 missing title"}},
		"a session without a start":    {"    starts: 2021-06-23T09:00\n", "", []string{"meeting:13 missing starts"}},
		"a session without an end":     {"    ends: 2021-06-23T10:30\n", "", []string{"meeting:13 missing ends"}},
		"a session that ends first":    {"ends: 2021-06-23T10:30", "ends: 2021-06-23T08:59", []string{"meeting:16 ends-before-start 2021-06-23T08:59"}},
		"a session of no length":       {"ends: 2021-06-23T10:30", "ends: 2021-06-23T09:00", nil},
		"a session's bad end":          {"ends: 2021-06-23T10:30", "ends: later", []string{"meeting:16 bad-time later"}},
		"an organisation of 200":       {"id: regm", "id: regm\n  organisation: " + strings.Repeat("ø", 200), nil},
		"an organisation of 201":       {"id: regm", "id: regm\n  organisation: " + strings.Repeat("ø", 201), []string{"meeting:3 too-long " + strings.Repeat("ø", 80) + "…"}},
		"a contact of 201":             {"id: regm", "id: regm\n  contact: " + strings.Repeat("ø", 201), []string{"meeting:3 too-long " + strings.Repeat("ø", 80) + "…"}},
		"no format":                    {"    format: panel\n", "", []string{"meeting:0 bad-format"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := roster.Parse("regm", edited(t, test.old, test.with), []byte(goodCSV))
			if d := cmp.Diff(test.want, found(problems)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// The list of staff says who has a role in the meeting, by address or by subject.
func TestStaff(t *testing.T) {
	many := func(n int) string {
		list := "staff:\n"
		for i := range n {
			list += fmt.Sprintf("  - {email: a%d@b.example, role: viewer}\n", i)
		}
		return list
	}
	letters := strings.Repeat("s", 255)
	good := "staff:\n  - email: ' Ann@desk.example'\n    role: editor\n  - {subject: 'auth0|1 2', role: viewer}\n  - {subject: " + letters + ", role: administrator}\n"
	r, problems := roster.Parse("regm", []byte(goodYAML+good), []byte(goodCSV))
	want := []meeting.StaffMember{{Email: "Ann@desk.example", Role: meeting.Editor}, {Subject: "auth0|1 2", Role: meeting.Viewer},
		{Subject: letters, Role: meeting.Administrator}}
	if d := cmp.Diff(want, r.Meeting.Staff); d != "" || len(problems) > 0 {
		t.Errorf("%v (-want +got):\n%s", found(problems), d)
	}
	last := strings.Count(goodYAML, "\n") + 1 // the line of "staff"
	for name, test := range map[string]struct {
		staff, want string
	}{
		"nobody":                  {"staff: []\n", ""},
		"as many as there may be": {many(200), ""},
		"one more":                {many(201), fmt.Sprintf("%d too-many-staff 201", last+1)},
		"no name":                 {"staff:\n  - role: viewer\n", fmt.Sprintf("%d missing email", last+1)},
		"both":                    {"staff:\n  - email: a@b.example\n    subject: x\n    role: viewer\n", fmt.Sprintf("%d email-and-subject x", last+2)},
		"no address":              {"staff:\n  - email: the desk\n    role: viewer\n", fmt.Sprintf("%d bad-email the desk", last+1)},
		"a long subject":          {"staff:\n  - subject: " + letters + "s\n    role: viewer\n", fmt.Sprintf("%d bad-subject %s…", last+1, letters[:80])},
		"no role":                 {"staff:\n  - email: a@b.example\n", fmt.Sprintf("%d bad-staff-role", last+1)},
		"another role":            {"staff:\n  - email: a@b.example\n    role: presenter\n", fmt.Sprintf("%d bad-staff-role presenter", last+2)},
		"a role in capitals":      {"staff:\n  - email: a@b.example\n    role: Viewer\n", fmt.Sprintf("%d bad-staff-role Viewer", last+2)},
		"twice": {"staff:\n  - {email: a@b.example, role: viewer}\n  - {email: A@b.example, role: editor}\n",
			fmt.Sprintf("%d duplicate-staff A@b.example", last+2)},
		"a subject twice":  {"staff:\n  - {subject: x, role: viewer}\n  - {subject: x, role: viewer}\n", fmt.Sprintf("%d duplicate-staff x", last+2)},
		"in another case":  {"staff:\n  - {subject: x, role: viewer}\n  - {subject: X, role: viewer}\n", ""},
		"a field too many": {"staff:\n  - {email: a@b.example, role: viewer, phone: 1}\n", fmt.Sprintf("%d unknown-field unknown field \"phone\"", last+1)},
	} {
		var want []string
		if test.want != "" {
			want = []string{"meeting:" + test.want}
		}
		_, problems := roster.Parse("regm", []byte(goodYAML+test.staff), []byte(goodCSV))
		if d := cmp.Diff(want, found(problems)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// A meeting has sessions. That there are none is said only of a file in which nothing else is wrong.
func TestNoSessions(t *testing.T) {
	yaml, _, _ := strings.Cut(goodYAML, "sessions:")
	for text, want := range map[string][]string{
		yaml: {"meeting:0 no-sessions"},
		strings.Replace(yaml, "id: regm", "id: a b", 1): {"meeting:2 bad-id a b", "meeting:2 other-meeting a b"},
	} {
		_, problems := roster.Parse("regm", []byte(text), []byte(header+"p1,A B,a@example.org,f,private,X,Mali,fr,\n"))
		if d := cmp.Diff(want, found(problems)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

// A file that is not even YAML, or has a word in place of a number, is said at its line, in the parser's words.
func TestSyntax(t *testing.T) {
	for text, want := range map[string]string{
		string(edited(t, "agency: 2", "agency: two")): "meeting:10 syntax cannot unmarshal string",
		string(edited(t, "[en, fr]", "[en, fr")):      "meeting:8 syntax ',' or ']' must be specified",
	} {
		_, problems := roster.Parse("regm", []byte(text), []byte(goodCSV))
		if got := strings.Join(found(problems), "\n"); !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// A moment is read in the meeting's zone; a day's end is its last second.
func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2021-06-10":                "2021-06-10T20:59:59Z",
		"2021-06-10T18:00":          "2021-06-10T15:00:00Z",
		"2021-06-10T18:00:01":       "2021-06-10T15:00:01Z",
		"2021-06-10 18:00":          "2021-06-10T15:00:00Z",
		"2021-06-10 18:00:01":       "2021-06-10T15:00:01Z",
		"2021-06-10T18:00:00Z":      "2021-06-10T18:00:00Z",
		"2021-06-10T18:00:00-01:00": "2021-06-10T19:00:00Z",
	} {
		yaml := edited(t, "materials_due: 2021-06-16T18:00", "materials_due: '"+text+"'")
		r, problems := roster.Parse("regm", yaml, []byte(goodCSV))
		if got := r.Meeting.MaterialsDue.Format(time.RFC3339); got != want || len(problems) > 0 {
			t.Errorf("%s is read as %s, not %s %v", text, got, want, found(problems))
		}
	}
}

// Each column of participants.csv: refused values, and understood ones.
func TestParticipantRules(t *testing.T) {
	fields := []string{"p2", "B C", "b@example.org", "m", "private", "MoJ", "Benin", "fr", ""}
	const id, name, email, gender, sector, agency, country, language, roles = 0, 1, 2, 3, 4, 5, 6, 7, 8
	good := meeting.Participant{ID: "p2", Name: "B C", Email: "b@example.org", Gender: "m", Sector: meeting.Private,
		Agency: "MoJ", Country: "Benin", Language: "fr"}
	with := func(change func(*meeting.Participant)) *meeting.Participant {
		p := good
		change(&p)
		return &p
	}
	genderIs := func(s string) *meeting.Participant { return with(func(p *meeting.Participant) { p.Gender = s }) }
	roleIs := func(n meeting.RoleName, s string) *meeting.Participant {
		return with(func(p *meeting.Participant) { p.Roles = []meeting.Role{{Name: n, Session: s}} })
	}
	for what, test := range map[string]struct {
		column int
		text   string
		want   any // a problem, or a participant
	}{
		"as it is":                 {id, "p2", &good},
		"no id":                    {id, "", "missing id"},
		"an id with a slash":       {id, "a/b", "bad-id a/b"},
		"an id of 64":              {id, strings.Repeat("x", 64), with(func(p *meeting.Participant) { p.ID = strings.Repeat("x", 64) })},
		"an id of 65":              {id, strings.Repeat("x", 65), "bad-id " + strings.Repeat("x", 65)},
		"an id twice":              {id, "p1", "duplicate p1"},
		"no name":                  {name, " ", "missing name"},
		"a name in wide letters":   {name, "  B \t C ", &good},
		"no address":               {email, "", with(func(p *meeting.Participant) { p.Email = "" })},
		"an address with a name":   {email, "B <b@example.org>", "bad-email B <b@example.org>"},
		"an address without a dot": {email, "b@localhost", "bad-email b@localhost"},
		"a dot before the at":      {email, "b.c@localhost", "bad-email b.c@localhost"},
		"an accent before the at":  {email, "galádima@b.example", "bad-email galádima@b.example"},
		"an accent behind the at":  {email, "b@bücher.example", with(func(p *meeting.Participant) { p.Email = "b@xn--bcher-kva.example" })},
		"an address of 255":        {email, strings.Repeat("b", 245) + "@b.example", "bad-email " + strings.Repeat("b", 80) + "…"},
		"two addresses":            {email, "b@example.org c@example.org", "bad-email b@example.org c@example.org"},
		"a quoted address":         {email, `"""b c""@example.org"`, `bad-email "b c"@example.org`},
		"no agency":                {agency, " ", with(func(p *meeting.Participant) { p.Agency = "" })},
		"no country":               {country, "", "missing country"},
		"no sector":                {sector, "", "bad-sector"},
		"a sector in capitals":     {sector, "Civil-Society", with(func(p *meeting.Participant) { p.Sector = meeting.CivilSociety })},
		"another sector":           {sector, "press", "bad-sector press"},
		"no gender":                {gender, "", genderIs("")},
		"f":                        {gender, "F", genderIs("f")},
		"female":                   {gender, "Female", genderIs("f")},
		"woman":                    {gender, "woman", genderIs("f")},
		"male":                     {gender, "male", genderIs("m")},
		"man":                      {gender, "man", genderIs("m")},
		"x":                        {gender, "x", genderIs("x")},
		"other":                    {gender, "other", genderIs("x")},
		"non-binary":               {gender, "non-binary", genderIs("x")},
		"another gender":           {gender, "Q", "bad-gender q"},
		"no language":              {language, "", "bad-language"},
		"a language with a region": {language, "FR-bj", &good},
		"a language of 4 letters":  {language, "fren", "bad-language fren"},
		"a role":                   {roles, " Expert : s2 ;", roleIs(meeting.Expert, "s2")},
		"panelist":                 {roles, "panelist:s1", roleIs(meeting.Panellist, "s1")},
		"a role for no session":    {roles, "expert", "bad-role expert"},
		"another role":             {roles, "speaker:s1", "bad-role speaker:s1"},
		"a session that is not":    {roles, "expert:s3", "unknown-session s3"},
	} {
		t.Run(what, func(t *testing.T) {
			row := append([]string{}, fields...)
			row[test.column] = test.text
			r, problems := roster.Parse("regm", []byte(goodYAML), []byte(goodCSV+strings.Join(row, ",")+"\n"))
			want, refused := test.want.(string)
			if refused {
				if d := cmp.Diff([]string{"participants:3 " + want}, found(problems)); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				return
			}
			if len(problems) > 0 {
				t.Fatal(found(problems))
			}
			if d := cmp.Diff(*test.want.(*meeting.Participant), r.Participants[1]); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// A nominee accepted by staff has an id, and comes under no other; the same name in another country is somebody else.
func TestAccepted(t *testing.T) {
	accepted := meeting.Participant{ID: "n-1", Name: "Amina Diallo", Country: "Senegal"}
	for name, test := range map[string]struct {
		id, name, country string
		want              []string
	}{
		"under that id":       {"n-1", "Amina Diallo", "Senegal", nil},
		"under another id":    {"p1", "AMINA DIALLO", "senegal", []string{"participants:2 accepted-as n-1"}},
		"another name":        {"p1", "Awa Diallo", "Senegal", nil},
		"in another country":  {"p1", "Amina Diallo", "Mali", nil},
		"that id, other name": {"n-1", "Amina Diallo Ndiaye", "Senegal", nil},
	} {
		t.Run(name, func(t *testing.T) {
			row := fmt.Sprintf("%s,%s,a@example.org,f,public,MoJ,%s,fr,\n", test.id, test.name, test.country)
			_, problems := roster.Parse("regm", []byte(goodYAML), []byte(header+row), accepted)
			if d := cmp.Diff(test.want, found(problems)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// The form of participants.csv: separators, empty lines, quotes, and rows that are too short or too long.
func TestParticipantsForm(t *testing.T) {
	row := "p1,Amina Diallo,amina@example.org,f,public,Ministry of Justice,Senegal,fr,presenter:s1"
	semicolons := func(s string) string { return strings.ReplaceAll(s, ",", ";") }
	last := "id;roles;name;email;gender;sector;agency;country;language\n"
	for name, test := range map[string]struct {
		csv  string
		want []string
	}{
		"empty lines, and lines of commas": {header + "\n , ,,,,,,,\n" + row + "\n\n,,,,,,,,\n", nil},
		"a header in capitals":             {strings.ToUpper(header) + row, nil},
		"a header with spaces":             {strings.ReplaceAll(header, ",", " , ") + row, nil},
		"spaces before quotes":             {header + strings.Replace(row, ",Amina Diallo", ", \"Diallo, Amina\"", 1), nil},
		"a further column":                 {strings.Replace(header, "\n", ",note\n", 1) + row + ",VIP", nil},
		"one field too many":               {header + row + ",more", []string{"participants:2 wrong-column-count 10/9"}},
		"one field too few":                {header + strings.TrimSuffix(row, ",presenter:s1"), []string{"participants:2 wrong-column-count 8/9"}},
		"roles in three columns":           {semicolons(header + row + ",moderator:s2,expert:s2"), nil},
		"an unknown role in the third":     {semicolons(header + row + ",moderator:s2,guest:s2"), []string{"participants:2 bad-role guest:s2"}},
		"roles not last": {last + "p1;presenter:s1;expert:s2;A B;a@example.org;f;public;MoJ;Senegal;fr",
			[]string{"participants:2 wrong-column-count 10/9"}},
		"as many commas as semicolons":       {strings.Replace(header, "\n", ",a;b;c;d;e;f;g;h;i;j\n", 1) + row + ",x", nil},
		"a quote that does not end":          {header + row + "\np2,\"B", []string{"participants:3 syntax extraneous or missing \" in quoted-field"}},
		"a quote within a field":             {header + "p1,A \"B\" C" + row[16:], []string{"participants:2 syntax bare \" in non-quoted-field"}},
		"a quote within the header":          {"id,na\"me\n" + row + "\n" + row, []string{"participants:1 no-participants"}},
		"a short row of semicolons":          {semicolons(header) + "p1;A B", []string{"participants:2 wrong-column-count 2/9"}},
		"no row at all":                      {header + ",,,,,,,,\n", []string{"participants:0 no-participants"}},
		"no row that counts, and one reason": {header + "p1\n", []string{"participants:2 wrong-column-count 1/9"}},
		"a column that is missing": {strings.Replace(header, "sector,", "", 1) + row,
			[]string{"participants:1 missing-column sector"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, problems := roster.Parse("regm", []byte(goodYAML), []byte(test.csv))
			if d := cmp.Diff(test.want, found(problems)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if len(test.want) == 0 && len(r.Participants) != 1 {
				t.Errorf("%d participants", len(r.Participants))
			}
			if name == "roles in three columns" && len(r.Participants[0].Roles) != 3 {
				t.Errorf("roles %v", r.Participants[0].Roles)
			}
		})
	}
}

// How to address a person is a column that the file need not have.
func TestSalutation(t *testing.T) {
	const row = "p1,Amina Diallo,amina@example.org,f,public,Ministry of Justice,Senegal,fr,"
	with := strings.Replace(header, "roles", "Salutation,roles", 1)
	for name, test := range map[string]struct{ csv, want, problem string }{
		"no column": {header + row + "presenter:s1", "", ""},
		"empty":     {with + row + ",presenter:s1", "", ""},
		"told":      {with + row + " Ms  Diallo ,presenter:s1", "Ms Diallo", ""},
		"too long":  {with + row + strings.Repeat("a", 201) + ",presenter:s1", strings.Repeat("a", 201), "participants:2 too-long " + strings.Repeat("a", 80) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			r, problems := roster.Parse("regm", []byte(goodYAML), []byte(test.csv))
			if got := strings.Join(found(problems), "; "); got != test.problem {
				t.Errorf("problems %q, want %q", got, test.problem)
			}
			if p := r.Participants[0]; p.Salutation != test.want || p.Profile().Salutation != test.want || p.Language != "fr" {
				t.Errorf("%+v", p)
			}
		})
	}
}

// Mistakes of meeting.yaml come first, then participants.csv, each by line.
func TestProblemsInOrder(t *testing.T) {
	yaml := edited(t, "format: presentations", "format: chat")
	yaml = bytes.Replace(yaml, []byte("Africa/Nairobi"), []byte("Nowhere"), 1)
	_, problems := roster.Parse("regm", yaml, []byte(goodCSV+"p1,A B,x,m,public,MoJ,Benin,fr,\n"))
	want := []string{"meeting:6 bad-time-zone Nowhere", "meeting:22 bad-format chat", "participants:3 duplicate p1", "participants:3 bad-email x"}
	if d := cmp.Diff(want, found(problems)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A file may be as large as the limit. One byte more is too much, of either, and then nothing else is said of it.
func TestTooBig(t *testing.T) {
	// A line of spaces is no row, and no part of a meeting.
	fill := func(s string, n int) []byte { return append([]byte(s), bytes.Repeat([]byte(" "), n-len(s))...) }
	nobody := header + "p1,A B,a@example.org,f,private,X,Mali,fr,\n"
	for name, test := range map[string]struct {
		yaml, csv []byte
		want      []string
	}{
		"as large as the limit":   {[]byte(goodYAML), fill(goodCSV, roster.MaxBytes), nil},
		"one byte more":           {[]byte(goodYAML), fill(goodCSV+"p1\n", roster.MaxBytes+1), []string{"participants:0 too-big"}},
		"meeting.yaml, by a byte": {fill("meeting:\n", roster.MaxBytes+1), []byte(nobody), []string{"meeting:0 too-big"}},
	} {
		_, problems := roster.Parse("regm", test.yaml, test.csv)
		if d := cmp.Diff(test.want, found(problems)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// An address of the secretariat that is bad is not written to; the others are.
func TestBadSecretariat(t *testing.T) {
	r, _ := roster.Parse("regm", edited(t, "[secretariat@example.org]", "[the desk, a@b.example]"), []byte(goodCSV))
	if d := cmp.Diff([]string{"a@b.example"}, r.Meeting.Secretariat); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
