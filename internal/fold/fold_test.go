package fold_test

import (
	"strings"
	"testing"

	"dossier/internal/fold"
)

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"Aïssatou N’Diaye":          "aissatou ndiaye",
		"STRASSE, Straße":           "strasse strasse",
		"Łukasz Øster-Ærø":          "lukasz oster aero",
		"عَبْدُ الرَّحمن":           "عبد الرحمن",
		"Mr. Kofi (Annor) 3/2":      "mr kofi annor 3 2",
		"soft\u00adhyphen, مـــــد": "softhyphen مد",
	} {
		if got := strings.Join(fold.Words(in), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSameAgency(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Ministry of Labour and Social Protection", "MINISTRY OF LABOUR & SOCIAL PROTECTION", true},
		{"Ministry of Labour", "The Labour Ministry of Kenya", true},
		{"Ministère du Travail", "Ministère de la Justice", false},
		{"Ministry of Labour", "Ministry of Justice", false},
		{"Police", "Police", false}, // one word is too little
		{"National Police Service Commission", "National Police", true},
		{"National Police Training College of Kenya", "National Police Accounts and Audit Bureau", false},
		{"", "", false},
	} {
		if got := fold.SameAgency(c.a, c.b); got != c.want || fold.SameAgency(c.b, c.a) != got {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
	}
}

func TestAgencyKey(t *testing.T) {
	key := fold.AgencyKey("Ministère du Travail", " Sénégal ")
	if same := fold.AgencyKey("MINISTERE  du-travail", "senegal"); same != key {
		t.Errorf("%q and %q", key, same)
	}
	for _, other := range []string{fold.AgencyKey("Ministère du Travail", "Mali"), fold.AgencyKey("Ministère", "Sénégal")} {
		if other == key {
			t.Errorf("%q names two agencies", key)
		}
	}
}

func TestFileNamePattern(t *testing.T) {
	for in, want := range map[string]string{
		"KofiMensah_final v2.pptx":            "kofi mensah",
		"Presentation.final.pptx":             "",
		"REGM-labour_chains (3).pdf":          "regm labour chains",
		"abc.pdf":                             "", // three letters are too few
		"عرض منصور.pptx":                      "منصور",
		"Lettre de désignation - Traoré.docx": "traore",
	} {
		if got := fold.FileNamePattern(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
