package match

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dossier/internal/fold"
	"dossier/internal/meeting"
)

// agencyName is an agency of the roster and how it is found in a text.
type agencyName struct {
	words   []string // folded, without articles and particles
	acronym string
}

// of gives the words of an agency's name that carry it.
func substance(s string) []string {
	return slices.DeleteFunc(fold.Words(s), func(w string) bool {
		return fold.Particle(w) || slices.Contains([]string{
			"of", "the", "and", "et", "for", "pour", "l", "d", "s", "on", "in", "a", "ltd", "sa", "plc", "inc",
			"contra", "contre", "against",
		}, w)
	})
}

// acronymOf is the initials of a name of three words or more, without its small words.
func acronymOf(words []string) string {
	if len(words) < 3 {
		return ""
	}
	var b strings.Builder
	for _, w := range words {
		for _, r := range w {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}

// agenciesIn finds the agencies that a text names, by their whole name in one line or two, by the initials that an
// agency is known by, or by a wording that staff confirmed.
func (x *Index) agenciesIn(e *effort, text string, weight float64) map[string]meeting.Evidence {
	found := map[string]meeting.Evidence{}
	names := map[string][]string{}
	var before []string
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > 80 {
			break
		}
		words := fold.Words(line)
		if len(words) == 0 {
			continue
		}
		smudged := smudges(words)
		both := setOf(before, smudged)
		for w := range setOf(smudged) {
			for _, a := range x.agencyWords[w] {
				name := x.agencyNames[a]
				if !e.more(len(name.words)) {
					return found
				}
				if !slices.ContainsFunc(name.words, func(s string) bool { return !both[s] }) {
					weight := weight
					if len(name.words) == 1 { // one word may be any
						weight = min(weight, acronymWeight)
					}
					for _, key := range x.agencyKeys[a] {
						found[key] = meeting.Evidence{
							Code:   meeting.EvidenceAgencyNamed,
							Detail: x.people[x.agencies[key][0]].Agency,
							Weight: weight,
						}
						names[key] = name.words
					}
				}
			}
		}
		if key, ok := x.wordings[strings.Join(words, " ")]; ok {
			found[key] = meeting.Evidence{
				Code:   meeting.EvidenceLearnedWording,
				Detail: strings.TrimSpace(line),
				Weight: weight,
			}
		}
		// Initials are told from other words by their capitals.
		for _, f := range strings.FieldsFunc(line, func(r rune) bool { return !(r >= 'A' && r <= 'Z') }) {
			if len(f) < 3 {
				continue
			}
			for _, key := range x.acronyms[strings.ToLower(f)] {
				if _, ok := found[key]; !ok {
					found[key] = meeting.Evidence{
						Code:   meeting.EvidenceAgencyNamed,
						Detail: f,
						Weight: min(weight, acronymWeight),
					}
				}
			}
		}
		before = smudged
	}
	// The longer name that holds another is the one that is meant.
	having := map[string][][]string{} // the names by each of their words
	for _, name := range names {
		for w := range setOf(name) {
			having[w] = append(having[w], name)
		}
	}
	for a, short := range names {
		rarest := slices.MinFunc(short, func(a, b string) int { return cmp.Compare(len(having[a]), len(having[b])) })
		for _, long := range having[rarest] {
			if !e.more(len(short)) {
				return found
			}
			if len(long) > len(short) &&
				!slices.ContainsFunc(short, func(w string) bool { return !slices.Contains(long, w) }) {
				delete(found, a)
			}
		}
	}
	return found
}

// setOf is the set of words of some lists.
func setOf(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, w := range list {
			set[w] = true
		}
	}
	return set
}

// numbered finds "session 3", "séance III", "الجلسة 2": folded text.
var numbered = regexp.MustCompile(
	`(?:\bsession|\bseance|\bsessao|\bpanel|\bpainel|\bpanneau|\bs|الجلسه|الجلسة|جلسة|جلسه)\s*(?:no|n|nr|numero|number|رقم)?\s*(\d{1,2}|[ivx]{1,4}|one|two|three|four|five|six|seven|eight|nine|un|une|deux|trois|quatre|cinq|um|dois|tres|quatro|cinco|الاولي|الأولى|الثانيه|الثانية|الثالثه|الثالثة|الرابعه|الرابعة|الخامسه|الخامسة)(?:\s|$)|(?:^|\s)(first|second|third|fourth|fifth|premiere|deuxieme|troisieme|quatrieme|cinquieme|primeira|segunda|terceira|quarta|quinta)\s+(?:session|seance|sessao)`,
)

// number reads how a session's number is written; 0 when it is none.
func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	for n, list := range [][]string{{"i", "one", "un", "une", "um", "first", "premiere", "primeira", "الاولي", "الاولى", "الأولى"}, {"ii", "two", "deux", "dois", "second", "deuxieme", "segunda", "الثانيه", "الثانية"},
		{"iii", "three", "trois", "tres", "third", "troisieme", "terceira", "الثالثه", "الثالثة"}, {"iv", "four", "quatre", "quatro", "fourth", "quatrieme", "quarta", "الرابعه", "الرابعة"},
		{"v", "five", "cinq", "cinco", "fifth", "cinquieme", "quinta", "الخامسه", "الخامسة"}, {"vi", "six"}, {"vii", "seven"}, {"viii", "eight"}, {"ix", "nine"}, {"x"}} {
		if slices.Contains(list, s) {
			return n + 1
		}
	}
	return 0
}

// sessionsIn finds the sessions that a text names: by their whole title or id, by their number, or by most of the words
// of their title in one line. What names one session wholly does not name another by words that they share.
func (x *Index) sessionsIn(e *effort, text string, whole float64) map[string]meeting.Evidence {
	found := map[string]meeting.Evidence{}
	words := fold.Words(text)
	if len(words) == 0 || !e.more(len(words)) {
		return found
	}
	for _, id := range x.sessionsNamed(words) {
		found[id] = meeting.Evidence{Code: meeting.EvidenceSessionNamed, Detail: id, Weight: whole}
	}
	// The longer title that holds another is the one that is named.
	joined := spaced(words)
	for _, b := range slices.Sorted(maps.Keys(found)) {
		if _, left := found[b]; !left || !strings.Contains(joined, x.titles[b]) {
			continue
		}
		for a := range found {
			if a != b && x.titles[a] != "" && strings.Contains(x.titles[b], strings.TrimSpace(x.titles[a])) {
				delete(found, a)
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, m := range numbered.FindAllStringSubmatch(strings.Join(words, " "), 4) {
		if n := number(m[1] + m[2]); n > 0 {
			for _, s := range x.roster.Sessions {
				if s.Number == n {
					found[s.ID] = meeting.Evidence{
						Code:   meeting.EvidenceSessionNumber,
						Detail: fmt.Sprint(n),
						Weight: whole - sessionWeight + numberWeight,
					}
				}
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	best, second, id := 0.0, 0.0, ""
	there := setOf(smudges(words))
	for _, s := range x.sessions {
		title := s.words
		if len(title) < 3 {
			continue
		}
		common := 0
		for _, w := range title {
			if there[w] {
				common++
			}
		}
		share := float64(common) / float64(len(title))
		if share > best {
			best, second, id = share, best, s.id
		} else {
			second = max(second, share)
		}
	}
	if best >= 0.6 && best-second >= 0.2 {
		found[id] = meeting.Evidence{
			Code:   meeting.EvidenceSessionLike,
			Detail: id,
			Weight: whole - sessionWeight + likeTitleWeight,
		}
	}
	return found
}
