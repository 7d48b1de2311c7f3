package letter

import (
	_ "embed"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"dossier/internal/fold"
)

// towns.tsv has a line a time zone with the names of its town, folded, in some sixty languages. `make towns` takes them from
// the Unicode CLDR 48.2 (Unicode License v3).
//
//go:embed towns.tsv
var towns string

// Towns gives the names of a time zone's town, folded, such as brussels, bruxelles, bruxelas and بروكسل for Europe/Brussels. A
// zone that the CLDR does not have gives what its id says.
func Towns(zone string) []string {
	all := []string{strings.Join(fold.Words(path.Base(zone)), " ")}
	if _, line, found := strings.Cut("\n"+towns, "\n"+zone+"\t"); found {
		line, _, _ = strings.Cut(line, "\n")
		all = append(all, strings.Split(line, "\t")...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TownIn gives the first town of the list that a text names, folded; "" if it names none. Arabic letters that are written on
// to a name are taken off. Réunion is no town here, because its name means a meeting.
func TownIn(text string) string {
	words, meetings := fold.Words(text), Towns("Indian/Reunion")
	for i, w := range words {
		names := []string{w}
		if i+1 < len(words) {
			names = append(names, w+" "+words[i+1])
		}
		if fold.Arabic(w) {
			_, first := utf8.DecodeRuneInString(w)
			names = append(names, w[first:])
		}
		for _, n := range names {
			if utf8.RuneCountInString(n) >= shortestTown && !slices.Contains(meetings, n) && (strings.Contains(towns, "\t"+n+"\t") || strings.Contains(towns, "\t"+n+"\n")) {
				return n
			}
		}
	}
	return ""
}

// shortestTown is how many letters a name has at least that is looked for in a text.
const shortestTown = 4
