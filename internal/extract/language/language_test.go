package language_test

import (
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/extract/language"
)

// Paragraphs of the sort that letters and slides hold, one a line.
var samples = map[string]string{
	"en": `The Ministry of Labour presents its compliments to the secretariat and has the honour to nominate two officials.
Victims of trafficking need shelter and legal aid, and the police must not treat them as offenders.
Private companies must check their supply chains for forced labour and publish what they find every year.
The protocol requires states to criminalise recruitment by force, by deception or by the abuse of a position of weakness.`,
	"fr": `Le Ministère du Travail présente ses compliments au secrétariat et a l'honneur de désigner deux fonctionnaires.
Les victimes de la traite ont besoin d'un hébergement et d'une aide juridique, et ne doivent pas être poursuivies.
Les entreprises privées doivent vérifier leurs chaînes d'approvisionnement et publier chaque année leurs constats.
Le protocole oblige les États à incriminer le recrutement par la force, par la tromperie ou par l'abus de faiblesse.`,
	"pt": `O Ministério do Trabalho apresenta os seus cumprimentos ao secretariado e tem a honra de designar dois funcionários.
As vítimas de tráfico precisam de abrigo e de apoio jurídico, e a polícia não as deve tratar como criminosas.
As empresas privadas devem verificar as suas cadeias de abastecimento e publicar todos os anos o que encontram.
O protocolo obriga os Estados a criminalizar o recrutamento pela força, pelo engano ou pelo abuso de fraqueza.`,
	"es": `El Ministerio de Trabajo saluda atentamente a la secretaría y tiene el honor de designar a dos funcionarios.
Las víctimas de la trata necesitan refugio y asistencia jurídica, y la policía no debe tratarlas como delincuentes.
Las empresas privadas deben revisar sus cadenas de suministro y publicar cada año lo que encuentran.`,
	"ar": `تهدي وزارة العمل تحياتها إلى الأمانة وتتشرف بترشيح اثنين من الموظفين للمشاركة في الاجتماع.
يحتاج ضحايا الاتجار إلى المأوى والمساعدة القانونية ولا يجوز للشرطة أن تعاملهم معاملة المجرمين.`,
}

func pages(texts ...string) []content.Page {
	var out []content.Page
	for _, t := range texts {
		out = append(out, content.Page{Text: t})
	}
	return out
}

// Every paragraph alone is told right.
func TestOneLanguage(t *testing.T) {
	d := language.NewDetector()
	for lang, text := range samples {
		for line := range strings.Lines(text) {
			got := d.Shares(pages(line))
			if len(got) != 1 || got[0].Language != lang || got[0].Share != 1 {
				t.Errorf("%s: %v for %s", lang, got, line)
			}
		}
	}
}

// A page in two languages has both, each with its share; notes count.
func TestShares(t *testing.T) {
	d := language.NewDetector()
	got := d.Shares([]content.Page{{Text: samples["en"], Notes: samples["ar"]}})
	if len(got) != 2 || got[0].Language != "en" || got[1].Language != "ar" || got[0].Share < 0.6 || got[0].Share+got[1].Share < 0.99 {
		t.Errorf("%v", got)
	}
}

func TestNothingToTell(t *testing.T) {
	d := language.NewDetector()
	for _, text := range []string{"", "2021", "12 345,67 €", "Annex"} {
		if got := d.Shares(pages(text)); got != nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// A long text costs no more than a short one.
func BenchmarkShares(b *testing.B) {
	d := language.NewDetector()
	long := pages(strings.Repeat(samples["fr"]+"\n", 500))
	b.ReportAllocs()
	for b.Loop() {
		d.Shares(long)
	}
}

// A line of megabytes costs no more than its beginning.
func TestLongLines(t *testing.T) {
	d := language.NewDetector()
	text := "The secretariat thanks the ministry for the nomination of two officials to the meeting. "
	pages := func(times int) []content.Page {
		return []content.Page{{Text: strings.Repeat(text, times)}}
	}
	cost := func(pages []content.Page) float64 {
		return testing.AllocsPerRun(1, func() {
			if s := d.Shares(pages); len(s) != 1 || s[0].Language != "en" || s[0].Share != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
	if once, long := cost(pages(100)), cost(pages(100_000)); long > 2*once {
		t.Errorf("%.0f allocations for 9 KB, %.0f for 9 MB", once, long)
	}
}
