package match_test

import (
	"math/rand/v2"
	"strings"
)

// noisy is a text as OCR may give it: letters that look alike are taken for each other, points are lost.
func noisy(text string, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	swaps := map[rune]string{'l': "1", 'I': "l", 'O': "0", 'e': "c", 'n': "ri", 'm': "rn", 'é': "e", 'è': "e", 'ç': "c", 'ã': "a", 'ô': "o", '.': "", 'h': "b", 'ه': "ة", 'ي': "ى"}
	var b strings.Builder
	for _, c := range text {
		if s, ok := swaps[c]; ok && r.IntN(100) < 4 {
			b.WriteString(s)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}
