// Package spelling tells whether a word of a name in Arabic, Cyrillic or Greek letters and one in Latin letters are the same:
// by the chance with which letters stand for each other. It was learned from names that are known in both spellings.
package spelling

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Longest is how many letters a word may have; a longer one is like nothing.
const Longest = 24

// A segment is at most two letters of another script and four Latin ones that stand for each other, such as щ and shch; one
// side may be empty.
const (
	mostForeign = 2
	mostLatin   = 4
)

// unseen is the chance of a letter without a counterpart, if no pair has shown one.
const unseen = 1e-5

// Model holds what was learned of each script. It is safe for concurrent use.
type Model struct{ scripts map[string]*script }

// script is the model of one script.
type script struct {
	// bar is the log odds from which two words are the same.
	bar float64
	// letters numbers the foreign letters from 1.
	letters map[rune]uint64
	// segments are chances by the numbers of their letters; see key.
	segments map[uint64]float64
	// foreign and latin are the log chances of single letters in words that have nothing to do with each other.
	foreign map[rune]float64
	latin   [26]float64
}

// spellings.tsv is written by `make spellings`.
//
//go:embed spellings.tsv
var embedded string

var shared = sync.OnceValue(func() *Model {
	m, err := Parse(embedded)
	if err != nil {
		panic(err) // a test parses the file
	}
	return m
})

// Shared gives the model that is built in. It is read once a process.
func Shared() *Model { return shared() }

// Parse reads a model. Each line has the name of a script and, parted by tabs: "bar" and the odds from which words are the same;
// foreign letters, Latin letters and the log chance of the segment; "=" in place of one side, and the log chance of the
// other side's letter by itself. Logarithms are natural.
func Parse(text string) (*Model, error) {
	m := &Model{scripts: map[string]*script{}}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) < 3 {
			return nil, fmt.Errorf("line %d of spellings: %q", i+1, line)
		}
		chance, err := strconv.ParseFloat(f[len(f)-1], 64)
		if err != nil {
			return nil, fmt.Errorf("line %d of spellings: %w", i+1, err)
		}
		s := m.scripts[f[0]]
		if s == nil {
			s = &script{letters: map[rune]uint64{}, segments: map[uint64]float64{}, foreign: map[rune]float64{}}
			m.scripts[f[0]] = s
		}
		if len(f) == 3 {
			s.bar = chance
			continue
		}
		if err := s.add(f[1], f[2], chance); err != nil {
			return nil, fmt.Errorf("line %d of spellings: %w", i+1, err)
		}
	}
	return m, nil
}

func (s *script) add(foreign, latin string, chance float64) error {
	switch {
	case foreign == "=":
		if !isLatin(latin) || len(latin) != 1 {
			return fmt.Errorf("no Latin letter: %q", latin)
		}
		s.latin[latin[0]-'a'] = chance
	case latin == "=":
		r, _ := utf8.DecodeRuneInString(foreign)
		s.foreign[r] = chance
		s.number(r)
	default:
		letters := []rune(foreign)
		if len(letters) > mostForeign || len(latin) > mostLatin || !isLatin(latin) {
			return fmt.Errorf("no segment: %q, %q", foreign, latin)
		}
		numbers := make([]uint64, len(letters))
		for i, r := range letters {
			numbers[i] = s.number(r)
		}
		s.segments[key(numbers, latin)] = math.Exp(chance)
	}
	return nil
}

// number gives the number of a foreign letter, a new one if it has none.
func (s *script) number(r rune) uint64 {
	if s.letters[r] == 0 {
		s.letters[r] = uint64(len(s.letters) + 1)
	}
	return s.letters[r]
}

// key packs the letters of a segment.
func key(foreign []uint64, latin string) uint64 {
	var k uint64
	for _, n := range foreign {
		k = k<<10 | n
	}
	for i := range mostLatin {
		k <<= letterBits
		if i < len(latin) {
			k |= letter(latin[i])
		}
	}
	return k
}

// letterBits is how many bits a Latin letter takes in a key.
const letterBits = 5

// letter numbers a Latin letter from 1.
func letter(b byte) uint64 { return uint64(b-'a') + 1 }

func isLatin(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// scriptOf is the name of the script of a folded word that is not in Latin letters.
func scriptOf(word string) string {
	switch r, _ := utf8.DecodeRuneInString(word); {
	case r >= 'α' && r <= 'ω':
		return "greek"
	case r >= 'а' && r <= 'ӿ':
		return "cyrillic"
	}
	return "arabic"
}

// Same tells whether a folded word of another script and a folded one in Latin letters are the same name: whether their best
// odds reach the bar of the script.
func (m *Model) Same(foreign, latin string) bool {
	s := m.scripts[scriptOf(foreign)]
	return s != nil && m.Best(foreign, latin) >= s.bar
}

// Best gives the odds of two words, with the Arabic article or without it. In Cyrillic and Greek an "a" at the end is the
// difference between a man's and a woman's name, so both words must have it, or none.
func (m *Model) Best(foreign, latin string) float64 {
	if script := scriptOf(foreign); script != "arabic" {
		last, _ := utf8.DecodeLastRuneInString(foreign)
		if strings.ContainsRune("аяα", last) != strings.HasSuffix(latin, "a") {
			return math.Inf(-1)
		}
	}
	odds := m.Odds(foreign, latin)
	if bare, article := strings.CutPrefix(foreign, "ال"); article {
		odds = max(odds, m.Odds(bare, latin))
	}
	return odds
}

// Odds gives how much likelier two words are to be the same name than to have nothing to do with each other, as a natural
// logarithm; minus infinity for letters that the model does not know, and for words that are too long.
func (m *Model) Odds(foreign, latin string) float64 {
	s := m.scripts[scriptOf(foreign)]
	if s == nil || len(latin) > Longest || !isLatin(latin) || latin == "" {
		return math.Inf(-1)
	}
	var numbers []uint64
	apart := 0.0
	for _, r := range foreign {
		n, known := s.letters[r]
		if !known || len(numbers) == Longest {
			return math.Inf(-1)
		}
		numbers = append(numbers, n)
		apart += s.foreign[r]
	}
	for i := range len(latin) {
		apart += s.latin[latin[i]-'a']
	}
	return math.Log(s.together(numbers, latin)) - apart
}

// together is the chance of two words together, over all ways to part them into segments.
func (s *script) together(foreign []uint64, latin string) float64 {
	var chances [Longest + 1][Longest + 1]float64
	chances[0][0] = 1
	for i := range len(foreign) + 1 {
		for j := range len(latin) + 1 {
			sum := chances[i][j]
			for a := 0; a <= min(mostForeign, i); a++ {
				left := key(foreign[i-a:i], "")
				var right uint64
				for b := 0; b <= min(mostLatin, j); b++ {
					if b > 0 {
						right = right>>letterBits | letter(latin[j-b])<<(letterBits*(mostLatin-1))
					}
					before := chances[i-a][j-b]
					if a+b == 0 || before == 0 || a != 1 && b == 0 || a == 0 && b > 1 {
						continue // a side alone has one letter
					}
					chance := s.segments[left|right]
					if chance == 0 && a+b == 1 {
						chance = unseen
					}
					sum += before * chance
				}
			}
			chances[i][j] = sum
		}
	}
	return chances[len(foreign)][len(latin)]
}
