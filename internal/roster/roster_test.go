package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
	"dossier/internal/roster"
)

const goodYAML = `meeting:
  id: regm
  title: Regional expert group meeting
  starts: 2021-06-23
  ends: 2021-06-24
  time_zone: Africa/Nairobi
  languages: [en, fr]
  materials_due: 2021-06-16T18:00
  nominations_due: 2021-06-10
  nominees_per_agency: 2
  secretariat: [secretariat@example.org]
sessions:
  - id: s1
    title: Legal framework
    starts: 2021-06-23T09:00
    ends: 2021-06-23T10:30
    format: panel
  - id: s2
    title: Supply chains
    starts: "2021-06-23 11:00"
    ends: 2021-06-23T12:30:00+03:00
    format: presentations
`

const header = "id,name,email,gender,sector,agency,country,language,roles\n"

func TestParse(t *testing.T) {
	if r, problems := roster.Parse("regm", []byte(strings.Replace(goodYAML, "nominees_per_agency: 2", "filing_threshold: 0.995", 1)), []byte(header+"p1,A B,a@example.org,f,private,X,Mali,fr,\n")); len(problems) > 0 || r.Meeting.Threshold != 0.995 {
		t.Errorf("threshold: %+v", problems)
	}
	rows := header + "p1,Amina Diallo,amina@example.org,F,public,Ministry of Justice,Senegal,fr,presenter:s1;moderator:s2\n" +
		"p2,\"N'Diaye, Moussa\",moussa@example.org,male,private,Teranga SA,Senegal,fr-SN,\"panellist:s1\"\n"
	semicolons := strings.ReplaceAll(strings.ReplaceAll(header, ",", ";"), "\n", "\r\n") +
		"p1;Amina Diallo;amina@example.org;F;public;Ministry of Justice;Senegal;fr;presenter:s1;moderator:s2\r\n" +
		"p2;N'Diaye, Moussa;moussa@example.org;male;private;Teranga SA;Senegal;fr;\"panellist:s1\"\r\n"
	for name, csv := range map[string]string{"commas": rows, "byte order mark": "\xef\xbb\xbf" + rows, "semicolons, roles unquoted": semicolons} {
		t.Run(name, func(t *testing.T) {
			r, problems := roster.Parse("regm", []byte(goodYAML), []byte(csv))
			if len(problems) != 0 {
				t.Fatalf("problems: %+v", problems)
			}
			want := []meeting.Participant{
				{ID: "p1", Name: "Amina Diallo", Email: "amina@example.org", Gender: "f", Sector: meeting.Public, Agency: "Ministry of Justice",
					Country: "Senegal", Language: "fr", Roles: []meeting.Role{{Name: meeting.Presenter, Session: "s1"}, {Name: meeting.Moderator, Session: "s2"}}},
				{ID: "p2", Name: "N'Diaye, Moussa", Email: "moussa@example.org", Gender: "m", Sector: meeting.Private, Agency: "Teranga SA",
					Country: "Senegal", Language: "fr", Roles: []meeting.Role{{Name: meeting.Panellist, Session: "s1"}}},
			}
			if d := cmp.Diff(want, r.Participants); d != "" {
				t.Errorf("participants (-want +got):\n%s", d)
			}
			if got, want := r.Meeting.MaterialsDue, time.Date(2021, 6, 16, 15, 0, 0, 0, time.UTC); !got.Equal(want) {
				t.Errorf("materials due %v, want %v: local time in Nairobi", got, want)
			}
			if got, want := r.Meeting.NominationsDue, time.Date(2021, 6, 10, 20, 59, 59, 0, time.UTC); !got.Equal(want) {
				t.Errorf("nominations due %v, want the end of the day %v", got, want)
			}
			if got, want := r.Sessions[1].Ends, time.Date(2021, 6, 23, 9, 30, 0, 0, time.UTC); !got.Equal(want) || r.Sessions[1].Number != 2 {
				t.Errorf("second session ends %v, want %v; number %d", got, want, r.Sessions[1].Number)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	type want struct {
		file string
		line int
		code string
	}
	y, c := roster.MeetingFile, roster.ParticipantsFile
	good := header + "p1,Amina Diallo,amina@example.org,F,public,MoJ,Senegal,fr,presenter:s1\n"
	edit := func(old, new string) string {
		if !strings.Contains(goodYAML, old) {
			t.Fatalf("no %q in the sample", old)
		}
		return strings.Replace(goodYAML, old, new, 1)
	}
	row := func(s string) string { return good + s + "\n" }
	for name, test := range map[string]struct {
		yaml, csv string
		want      []want
	}{
		"another meeting":      {edit("id: regm", "id: other"), good, []want{{y, 2, roster.OtherMeeting}}},
		"bad time":             {edit("starts: 2021-06-23T09:00", "starts: tomorrow"), good, []want{{y, 15, roster.BadTime}}},
		"bad zone":             {edit("Africa/Nairobi", "Africa/Nowhere"), good, []want{{y, 6, roster.BadTimeZone}}},
		"ends before":          {edit("ends: 2021-06-24", "ends: 2021-06-20"), good, []want{{y, 5, roster.EndsBeforeStart}}},
		"bad secretariat":      {edit("secretariat@example.org", "nobody"), good, []want{{y, 11, roster.BadEmail}}},
		"duplicate session":    {edit("id: s2", "id: s1"), good, []want{{y, 18, roster.Duplicate}}},
		"bad format":           {edit("format: panel", "format: chat"), good, []want{{y, 17, roster.BadFormat}}},
		"quota":                {edit("nominees_per_agency: 2", "nominees_per_agency: 0"), good, []want{{y, 10, roster.BadNumber}}},
		"threshold in percent": {edit("nominees_per_agency: 2", "filing_threshold: 98"), good, []want{{y, 10, roster.BadShare}}},
		"threshold of a coin":  {edit("nominees_per_agency: 2", "filing_threshold: 0.5"), good, []want{{y, 10, roster.BadShare}}},
		"unknown field":        {edit("  title: Regional", "  titel: Regional"), good, []want{{y, 2, roster.Missing}, {y, 3, roster.UnknownField}}},
		"broken yaml":          {"meeting: [", good, nil},
		"missing column":       {goodYAML, "id,name\n1,2\n", []want{{c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}, {c, 1, roster.MissingColumn}}},
		"empty":                {goodYAML, "", []want{{c, 1, roster.NoParticipants}}},
		"header alone":         {goodYAML, header, []want{{c, 0, roster.NoParticipants}}},
		"not UTF-8":            {goodYAML, row("p2,Ren\xe9 Koffi,r@example.org,m,public,MoJ,Benin,fr,"), []want{{c, 3, roster.NotUTF8}}},
		"duplicate id":         {goodYAML, row("p1,B C,b@example.org,m,public,MoJ,Benin,fr,"), []want{{c, 3, roster.Duplicate}}},
		"everything wrong": {goodYAML, row("p 2,,nobody,q,royal,,,xx1,speaker:s1;presenter:s9;presenter"),
			[]want{{c, 3, roster.BadID}, {c, 3, roster.Missing}, {c, 3, roster.Missing}, {c, 3, roster.BadEmail}, {c, 3, roster.BadSector},
				{c, 3, roster.BadGender}, {c, 3, roster.BadLanguage}, {c, 3, roster.BadRole}, {c, 3, roster.UnknownSession}, {c, 3, roster.BadRole}}},
		"short row":                    {goodYAML, row("p2,B C"), []want{{c, 3, roster.WrongColumnCount}}},
		"several lines, each is named": {goodYAML, row("p2,B C,x,m,public,MoJ,Benin,fr,") + "p3,C D,c@example.org,m,public,MoJ,Benin,fr,\np4,D E,d@example.org,m,army,MoJ,Benin,fr,\n", []want{{c, 3, roster.BadEmail}, {c, 5, roster.BadSector}}},
		"quoted line break keeps lines": {goodYAML, header + "p1,\"Amina\nDiallo\",amina@example.org,F,public,MoJ,Senegal,fr,\np2,B C,x,m,public,MoJ,Benin,fr,\n",
			[]want{{c, 4, roster.BadEmail}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := roster.Parse("regm", []byte(test.yaml), []byte(test.csv))
			if len(problems) == 0 {
				t.Fatal("no problem found")
			}
			if test.want == nil {
				return
			}
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprint(want{p.File, p.Line, p.Code}))
			}
			var expect []string
			for _, w := range test.want {
				expect = append(expect, fmt.Sprint(w))
			}
			if d := cmp.Diff(expect, got); d != "" {
				t.Errorf("problems (-want +got):\n%s\n%+v", d, problems)
			}
		})
	}
}

// The answer to a broken meeting.yaml still reaches the addresses that can be read in it.
func TestAddressesOfABrokenFile(t *testing.T) {
	r, problems := roster.Parse("regm", []byte(strings.Replace(goodYAML, "id: regm", "id: other", 1)), nil)
	if len(problems) == 0 || len(r.Meeting.Secretariat) != 1 {
		t.Errorf("problems %v, addresses %v", problems, r.Meeting.Secretariat)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(goodYAML), []byte(header+"p1,Amina Diallo,amina@example.org,F,public,MoJ,Senegal,fr,presenter:s1\n"))
	f.Add([]byte("meeting: {id: &a [*a]}"), []byte("id;name\n\"\n"))
	f.Fuzz(func(t *testing.T, y, c []byte) {
		r, problems := roster.Parse("regm", y, c)
		if len(problems) > 0 {
			return
		}
		ids := map[string]bool{}
		for _, s := range r.Sessions {
			ids[s.ID] = true
		}
		for _, p := range r.Participants {
			for _, role := range p.Roles {
				if !ids[role.Session] {
					t.Errorf("a role in the unknown session %q passed", role.Session)
				}
			}
		}
	})
}
