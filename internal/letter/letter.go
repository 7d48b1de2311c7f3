// Package letter reads nomination letters. For now it tells whether a text is one.
package letter

import (
	"strings"

	"dossier/internal/match/fold"
)

// Cues are what a text says about being a nomination letter.
type Cues struct {
	// Nominates: it uses the words by which an office names somebody.
	Nominates bool
	// Declines: it regrets, or says that nobody can come.
	Declines bool
}

// Nomination tells whether the text is a nomination letter and nothing speaks against it.
func (c Cues) Nomination() bool { return c.Nominates && !c.Declines }

// Read looks for the cues in English, French, Portuguese and Arabic.
func Read(text string) Cues {
	words := " " + strings.Join(fold.Words(text), " ") + " "
	has := func(stems ...string) bool {
		for _, s := range stems {
			if strings.Contains(words, " "+s) {
				return true
			}
		}
		return false
	}
	return Cues{
		Nominates: has("nominat", "nominee", "has designated", "have designated", "hereby designat", "is designated",
			"designer ", "designe ", "a designe", "designation d", "nomme ", "nommer ", "nomination",
			"designar ", "designou ", "nomear ", "indicar ", "nomeacao", "designacao",
			"ترشيح", "نرشح", "ترشح", "تعيين", "تسميه", "تسمية"),
		Declines: has("regret", "unable to", "will not be able", "not in a position", "decline",
			"ne pourra", "n est pas en mesure", "nest pas en mesure", "ne sera pas en mesure",
			"lamenta", "nao podera", "nao pode ", "تعتذر", "نعتذر", "يعتذر"),
	}
}
