package encoder

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// How much of one paper is read.
const (
	mostTokens = 512 // word pieces in all
	mostHead   = 160 // of them for the meeting, the file's name, the subject and the sender
	mostPeople = 12
	mostRunes  = 64 // of one word
)

// The ids before those of the pieces.
const (
	begin   = 0 // <s>
	end     = 1 // </s>
	unknown = 2 // <unk>
	first   = 3 // of the pieces
)

// pieces cuts words into the pieces of a unigram model (Kudo, 2018), as SentencePiece does: the cut whose pieces are the
// likeliest together.
type pieces struct {
	at      map[string]int32
	scores  []float32
	longest int     // runes of the longest piece
	least   float64 // the score of a character that has no piece
}

// tokens are the word pieces of a paper.
type tokens struct {
	ids    []int32
	people [][]int // by token
	body   int     // where the text begins
}

// encode cuts a paper into tokens: meeting, file name, subject and sender, parted by bars, and then the text, with a bar for
// each end of a line.
func (ps *pieces) encode(p Paper) tokens {
	ids := []int32{begin}
	for i, part := range []string{p.Meeting, p.FileName, p.Subject, p.Sender} {
		words := strings.Fields(strings.ReplaceAll(normal(part), "\n", " "))
		if i > 0 {
			words = append([]string{"|"}, words...)
		}
		for _, w := range words {
			if len(ids) >= mostHead {
				break
			}
			ids = append(ids, ps.word(w)...)
		}
	}
	ids = append(ids[:min(len(ids), mostHead)], end)
	t := tokens{ids: ids, people: make([][]int, len(ids)), body: len(ids)}
	ps.body(&t, p)
	t.ids, t.people = append(t.ids, end), append(t.people, nil)
	return t
}

// body adds the tokens of the text. A name begins and ends a word.
func (ps *pieces) body(t *tokens, p Paper) {
	people := p.People[:min(len(p.People), mostPeople)]
	cuts := []int{len(p.Text)}
	for _, q := range people {
		for _, s := range q.Spans {
			cuts = append(cuts, s.From, s.To)
		}
	}
	slices.Sort(cuts)
	at := 0
	for _, to := range slices.Compact(cuts) {
		if to <= at || to > len(p.Text) {
			continue
		}
		var named []int
		for i, q := range people {
			if slices.ContainsFunc(q.Spans, func(s Span) bool { return s.From <= at && at < s.To }) {
				named = append(named, i)
			}
		}
		for i, line := range strings.Split(normal(strings.ToValidUTF8(p.Text[at:to], "")), "\n") {
			if i > 0 && !t.add(ps.word("|"), nil) {
				return
			}
			for w := range strings.FieldsSeq(line) {
				if !t.add(ps.word(w), named) {
					return
				}
			}
		}
		at = to
	}
}

// add adds the pieces of one word, unless the tokens are full.
func (t *tokens) add(ids []int32, named []int) bool {
	if len(t.ids)+len(ids) > mostTokens-1 {
		return false
	}
	for _, id := range ids {
		t.ids, t.people = append(t.ids, id), append(t.people, named)
	}
	return true
}

// word gives the pieces of one word.
func (ps *pieces) word(word string) []int32 {
	rs := []rune("\u2581" + word)
	rs = rs[:min(len(rs), mostRunes+1)]
	starts := make([]int, len(rs)+1) // of each rune in s
	s := string(rs)
	n := 0
	for i, r := range rs {
		starts[i] = n
		n += len(string(r))
	}
	starts[len(rs)] = n
	type step struct {
		score float64
		from  int
		piece int32
	}
	best := make([]step, len(rs)+1)
	for i := range best[1:] {
		best[i+1].score = -1e30
	}
	for i := range rs {
		for j := i + 1; j <= min(len(rs), i+ps.longest); j++ {
			k, ok := ps.at[s[starts[i]:starts[j]]]
			score := ps.least
			switch {
			case ok:
				score = float64(ps.scores[k])
			case j > i+1:
				continue
			default:
				k = unknown - first
			}
			if score = best[i].score + score; score > best[j].score {
				best[j] = step{score, i, k + first}
			}
		}
	}
	var ids []int32
	for j := len(rs); j > 0; j = best[j].from {
		ids = append(ids, best[j].piece)
	}
	slices.Reverse(ids)
	return ids
}

// normal is the form in which texts are cut: compatibility forms composed (NFKC), and no characters that are not seen.
func normal(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z) {
			return r
		}
		return -1
	}, norm.NFKC.String(text))
}
