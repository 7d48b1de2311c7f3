package letter

import (
	_ "embed"
	"path"
	"slices"
	"strings"

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
