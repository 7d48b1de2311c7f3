package person

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dossier/internal/fold"
)

// maxWords bounds the words of a name.
const maxWords = 8

// pattern is the folded words of a name.
type pattern struct {
	words []string
	// alone: one word is the whole name.
	alone bool
	// initials: the words of one letter stand for longer ones.
	initials bool
}

// patterns are names by each of their words.
type patterns map[string][]pattern

// key names a set of words without regard to their order.
func key(words []string) string {
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	return strings.Join(sorted, " ")
}

func (all patterns) has(words []string) bool {
	return slices.ContainsFunc(all[words[0]], func(p pattern) bool { return !p.initials && key(p.words) == key(words) })
}

func (all patterns) add(p pattern) {
	for i, w := range p.words {
		if !slices.Contains(p.words[:i], w) {
			all[w] = append(all[w], p)
		}
	}
}

// addShorter adds the ways in which a name is written short: without middle names, and with initials.
func (all patterns) addShorter(words []string) {
	full := slices.DeleteFunc(slices.Clone(words), fold.Particle)
	if len(full) > 2 && longEnough(full[0]) && longEnough(full[len(full)-1]) {
		all.add(pattern{words: []string{full[0], full[len(full)-1]}})
	}
	all.addInitials(words)
}

// addInitials adds a name with all of its words but one as initials: A. Diallo, Diallo A.
func (all patterns) addInitials(words []string) {
	if len(words) < 2 {
		return
	}
	for k, kept := range words {
		if !longEnough(kept) || fold.Particle(kept) {
			continue
		}
		short := []string{}
		for i, w := range words {
			if r, _ := utf8.DecodeRuneInString(w); i == k {
				short = append(short, w)
			} else {
				short = append(short, string(r))
			}
		}
		all.add(pattern{words: short, initials: true})
		if len(short) > 2 && k > 0 { // A. Diallo for Amina Fatou Diallo
			all.add(pattern{words: []string{short[0], kept}, initials: true})
		}
	}
}

func longEnough(w string) bool { return utf8.RuneCountInString(w) > 1 }

// at gives the longest name that begins at a word of a text.
func (all patterns) at(text string, words []word, at int, mails []address) (best match, ok bool) {
	for _, m := range all.all(text, words, at, mails) {
		if m.words > best.words {
			best = m
		}
	}
	return best, best.words > 0
}

// all gives every name that begins at a word of a text.
func (all patterns) all(text string, words []word, at int, mails []address) []match {
	var found []match
	add := func(words []word) {
		for _, p := range all[words[0].folded] {
			if s, ok := p.at(text, words, mails); ok {
				found = append(found, match{s, p.alone})
			}
		}
	}
	window := words[at:min(len(words), at+maxWords)]
	add(window)
	if bare, ok := withoutParticle(window[0]); ok {
		add(slices.Concat([]word{bare}, window[1:]))
	}
	return found
}

// match is a place where a name stands.
type match struct {
	span
	alone bool
}

// at tells whether the first words are the pattern's, in any order. A name does not go on from within an address to
// without.
func (p pattern) at(text string, words []word, mails []address) (span, bool) {
	n := len(p.words)
	if n > len(words) {
		return span{}, false
	}
	rest := slices.Clone(p.words)
	for k, w := range words[:n] {
		if k > 0 && parted(text[words[k-1].to:w.from], words[k-1].dotted) {
			return span{}, false
		}
		i := slices.Index(rest, w.folded)
		if i < 0 || isLetter(w.folded) && (!w.raised || p.initials && !w.dotted) {
			return span{}, false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	s := span{words[0].from, words[n-1].to, n}
	if p.initials && words[n-1].dotted {
		s.to++ // the full stop of an initial
	}
	for _, a := range mails {
		if s.from < a.to && a.from < s.to && (s.from < a.from || s.to > a.to) {
			return span{}, false
		}
	}
	return s, true
}

// isLetter tells whether a word is one letter: a name has a capital there.
func isLetter(w string) bool {
	r, size := utf8.DecodeRuneInString(w)
	return size == len(w) && unicode.IsLetter(r)
}

// parted tells whether what stands between two words ends what was said: a name does not go on behind it.
func parted(between string, afterInitial bool) bool {
	stop := strings.Contains(between, ". ") || strings.Contains(between, ".\n")
	return strings.ContainsAny(between, ";:|•!?؛؟") || stop && !afterInitial
}

// withoutParticle takes off the Arabic letters that are written as a part of the word that follows: and, for, by, as.
func withoutParticle(w word) (word, bool) {
	for _, particle := range []string{"و", "ف", "ل", "ب", "ك"} {
		if rest, ok := strings.CutPrefix(w.folded, particle); ok && utf8.RuneCountInString(rest) > 2 {
			w.folded, w.from = rest, w.from+len(particle)
			return w, true
		}
	}
	return w, false
}
