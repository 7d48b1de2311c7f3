package loadtest

import (
	"bytes"
	"fmt"
	"strings"
)

const meetingYAML = `meeting:
  id: load-test
  title: A very large meeting
  starts: 2031-06-23
  ends: 2031-06-24
  time_zone: Africa/Nairobi
  languages: [en]
  secretariat: [desk@secretariat.example]
sessions:
`

// roster describes a meeting of so many sessions, each with presenters of its own.
func roster(sessions, each int) (yaml, csv []byte) {
	y := bytes.NewBufferString(meetingYAML)
	c := bytes.NewBufferString("id,name,email,gender,sector,agency,country,language,roles\n")
	for s := range sessions {
		fmt.Fprintf(y, "  - {id: s%d, title: Session %d, starts: 2031-06-23T09:00, ends: 2031-06-23T10:30, "+
			"format: presentations}\n", s, s)
		for p := range each {
			i := s*each + p
			fmt.Fprintf(c, "p%d,%s,p%d@people.example,f,private,Agency %d,Kenya,en,presenter:s%d\n", i, person(i), i, i, s)
		}
	}
	return y.Bytes(), c.Bytes()
}

// person is the name of the i-th presenter, below 10,000. No two are alike.
func person(i int) string { return word(i) + " " + word(9999-i) }

// word spells a number below 10,000, a syllable a digit.
func word(n int) string {
	syllables := []string{"ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu"}
	var b strings.Builder
	for range 4 {
		b.WriteString(syllables[n%10])
		n /= 10
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}
