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
