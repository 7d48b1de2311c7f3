package letter_test

import (
	"slices"
	"strings"
	"testing"

	"dossier/internal/fold"
	"dossier/internal/letter"
)

func TestTowns(t *testing.T) {
	for zone, want := range map[string][]string{
		"Europe/Brussels":                {"Brussels", "Bruxelles", "Bruxelas", "Bruselas", "بروكسل", "Брюссель"},
		"America/New_York":               {"New York", "Nova Iorque", "Nova York", "نيويورك"},
		"Asia/Bangkok":                   {"Bangkok", "بانكوك"},
		"Asia/Kolkata":                   {"Kolkata", "Calcutta"}, // and under the zone's old id
		"Asia/Calcutta":                  {"Kolkata", "Calcutta"},
		"Africa/Cairo":                   {"Le Caire", "Cairo", "القاهرة", "El Cairo"},
		"America/Argentina/Buenos_Aires": {"Buenos Aires", "بوينوس أيرس"},
		"Nowhere/Some_Town":              {"Some Town"},
		"":                               nil,
	} {
		got := letter.Towns(zone)
		for _, w := range want {
			if folded := fold.Words(w); !slices.Contains(got, strings.Join(folded, " ")) {
				t.Errorf("%s has no %q: %q", zone, w, got)
			}
		}
	}
	if got := letter.Towns("Europe"); len(got) != 1 {
		t.Errorf("a part of an id: %q", got)
	}
}

// A town is found in a line, also with Arabic letters before its name; the island of Réunion is not.
func TestTownIn(t *testing.T) {
	for text, want := range map[string]string{
		"the meeting in Kampala, 23-24 June":   "kampala",
		"на встрече в Белград 23 и 24 июня":    "белград",
		"المقرر عقده بمسقط يومي 20 و21 أكتوبر": "مسقط",
		"à Addis-Abeba du 4 au 6 mai":          "addis abeba",
		"prendre part à la réunion des 23 et":  "",
		"the officials named below":            "",
		"":                                     "",
	} {
		if got := letter.TownIn(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
