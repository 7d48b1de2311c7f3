package letter_test

import (
	"testing"

	"dossier/internal/letter"
)

// Words that take a name back are told from those that nominate, in each language of letters.
func TestTakesBack(t *testing.T) {
	for text, want := range map[string]bool{
		"The Ministry wishes to withdraw the name of Ms Amina Diallo.":           true,
		"the nomination of Ms Diallo: her nomination is hereby withdrawn":        true,
		"withdrawal of their nominations":                                        true,
		"J'ai l'honneur de retirer la candidature de Mme Diallo":                 true,
		"le retrait du nom de Mme Diallo":                                        true,
		"se permite retirar el nombre de la doctora Restrepo":                    true,
		"vem retirar o nome da Dra. Tavares":                                     true,
		"تود الوزارة سحب ترشيح السيدة أمينة":                                     true,
		"The Ministry nominates Ms Amina Diallo, who takes over from Mr Sow.":    false,
		"La présente annule et remplace ma lettre du 3 mai.":                     false,
		"Ms Diallo may withdraw cash at the venue":                               false,
		"el nombre de la delegada es Claudia Restrepo, que se retira el viernes": false,
		"the candidate had been withdrawn from service before; she is nominated": false,
		"": false,
	} {
		if got := letter.TakesBack(text); (got.Value != "") != want {
			t.Errorf("%q: %q", text, got.Value)
		}
	}
}
