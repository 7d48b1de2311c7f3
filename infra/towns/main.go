// Towns writes the names that the towns of time zones have in many languages, for internal/letter: a line a zone, parted by
// tabs. It reads them from the Unicode CLDR, as npm has it in cldr-dates-full and cldr-bcp47 (Unicode License v3).
//
//	towns DATES BCP47 OUT
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dossier/internal/fold"
)

// languages are those in which offices write.
func languages() []string {
	return strings.Fields(`en fr es pt pt-PT ar ru uk be bg sr sr-Latn mk bs hr sl sq el tr ro hu pl cs sk de it nl sv da nb fi et lv lt
		ca gl eu id ms vi fil sw am so ha fa ps ur ku he hy ka az kk ky uz tg tk mn`)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "towns:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: towns DATES BCP47 OUT")
	}
	names := map[string][]string{} // by zone
	for _, l := range languages() {
		data, err := os.ReadFile(filepath.Join(args[0], "main", l, "timeZoneNames.json"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		var file struct {
			Main map[string]struct {
				Dates struct {
					TimeZoneNames struct {
						Zone map[string]json.RawMessage
					}
				}
			}
		}
		if err := json.Unmarshal(data, &file); err != nil {
			return fmt.Errorf("read %s: %w", l, err)
		}
		for area, zones := range file.Main[l].Dates.TimeZoneNames.Zone {
			collect(names, area, zones)
		}
	}
	aliases, err := readAliases(filepath.Join(args[1], "bcp47", "timezone.json"))
	if err != nil {
		return err
	}
	for zone, list := range maps.Clone(names) {
		for _, a := range aliases[zone] {
			names[a] = list
		}
	}
	var b bytes.Buffer
	for _, zone := range slices.Sorted(maps.Keys(names)) {
		list := slices.Sorted(slices.Values(names[zone]))
		fmt.Fprintf(&b, "%s\t%s\n", zone, strings.Join(slices.Compact(list), "\t"))
	}
	return os.WriteFile(args[2], b.Bytes(), 0o644)
}

// collect adds the towns of a zone, or of the zones within it, such as America/Argentina/Cordoba.
func collect(names map[string][]string, zone string, data json.RawMessage) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return
	}
	for key, value := range fields {
		var town string
		switch {
		case strings.HasPrefix(key, "exemplarCity") && json.Unmarshal(value, &town) == nil:
			if w := fold.Words(town); len(w) > 0 {
				names[zone] = append(names[zone], strings.Join(w, " "))
			}
		case !strings.HasPrefix(key, "_"):
			collect(names, zone+"/"+key, value)
		}
	}
}

// readAliases gives the other ids of each zone.
func readAliases(file string) (map[string][]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all struct {
		Keyword struct {
			U struct{ TZ map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	aliases := map[string][]string{}
	for _, value := range all.Keyword.U.TZ {
		var zone struct {
			Alias string `json:"_alias"`
		}
		if json.Unmarshal(value, &zone) != nil {
			continue
		}
		ids := strings.Fields(zone.Alias)
		for _, id := range ids {
			aliases[id] = append(aliases[id], ids...)
		}
	}
	return aliases, nil
}
