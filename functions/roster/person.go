package roster

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/fold"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// samePerson reports whether two lines of one id are about one person: was is that of the roster in force, is that of a new
// one. The name may be corrected, have a word more or less, or be another by marriage. The address is the person's own if
// nobody else on the rosters has it.
func samePerson(was, is meeting.Participant, ownAddress bool) bool {
	likeness := match.Likeness(was.Name, is.Name)
	sameAddress := ownAddress && was.Email != "" && meeting.SameAddress(was.Email, is.Email)
	elsewhere := differ(was.Email, is.Email) && differ(was.Agency, is.Agency) && differ(was.Country, is.Country)
	otherGender := differ(was.Gender, is.Gender)
	switch {
	case likeness == 1:
		return !elsewhere // people of two countries can be called alike
	case likeness >= match.AsOne && sameAddress:
		return true
	case likeness >= match.AsOne && longer(was.Name, is.Name):
		return !elsewhere && !otherGender
	case likeness >= match.AsOne:
		return !elsewhere && !otherGender && nothingElseChanged(was, is)
	case sameAddress:
		return !otherGender && sharesGivenName(was, is) && hasName(was.Email, was, is)
	}
	return false
}

// nothingElseChanged reports whether two lines with names that are spelled alike agree in the rest. Names of women and men
// can differ in one letter: where both the name and the address are others, the gender has to be told.
func nothingElseChanged(was, is meeting.Participant) bool {
	return !differ(was.Agency, is.Agency) && !differ(was.Country, is.Country) &&
		(!differ(was.Email, is.Email) || was.Gender != "" && was.Gender == is.Gender)
}

// differ reports whether two values are there and are not the same, without regard to case and marks.
func differ(a, b string) bool {
	return a != "" && b != "" && !slices.Equal(fold.Words(a), fold.Words(b))
}

// longer reports whether one of two names is the other with words added.
func longer(a, b string) bool {
	x, y := match.NameWords(a), match.NameWords(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	return len(x) < len(y) && !slices.ContainsFunc(x, func(w string) bool { return !slices.Contains(y, w) })
}

// sharesGivenName reports whether two names have a word in common that is not the family's name in both: whole families
// share that one.
func sharesGivenName(was, is meeting.Participant) bool {
	x, y := match.NameWords(was.Name), match.NameWords(is.Name)
	familyX, familyY := familyName(was.Name, x), familyName(is.Name, y)
	for _, a := range x {
		for _, b := range y {
			if !fold.Particle(a) && related(a, b) && (a != familyX || b != familyY) {
				return true
			}
		}
	}
	return false
}

// familyName gives the folded word of a name that is the family's: the one that is written in capitals alone among others
// that are not, or the last.
func familyName(name string, words []string) string {
	var capitals []string
	fields := strings.Fields(name)
	for _, f := range fields {
		if utf8.RuneCountInString(f) > 1 && strings.ToUpper(f) == f && strings.ToLower(f) != f {
			capitals = append(capitals, fold.Words(f)...)
		}
	}
	if len(capitals) == 1 && len(fields) > 1 {
		return capitals[0]
	}
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// related reports whether two words of names may be one: the same but for a slip, or a short form or initial of the other.
func related(a, b string) bool {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	n := utf8.RuneCountInString(short)
	return (n == 1 || n >= 3) && strings.HasPrefix(long, short) || match.Likeness(a, b) >= match.AsOne
}

// hasName reports whether the part of an address before the @ has a word of one of two names, or their initials: the
// address of an office has neither.
func hasName(email string, people ...meeting.Participant) bool {
	local, _, _ := strings.Cut(email, "@")
	local = strings.Join(fold.Words(local), "")
	for _, p := range people {
		initials := ""
		for _, w := range match.NameWords(p.Name) {
			first, _ := utf8.DecodeRuneInString(w)
			initials += string(first)
			if utf8.RuneCountInString(w) >= 3 && strings.Contains(local, w) {
				return true
			}
		}
		if len(initials) >= 2 && local == initials {
			return true
		}
	}
	return false
}
