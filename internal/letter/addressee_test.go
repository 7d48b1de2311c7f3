package letter_test

import (
	"testing"

	"dossier/internal/letter"
)

func TestOtherAddressee(t *testing.T) {
	body := "\nIt is requested that the travel of Ms Amina Diallo, who will take part in the meeting of experts, be arranged in due time.\n"
	for head, other := range map[string]bool{
		"Ministry of Labour\nTo: The Director of Finance":                               true,
		"Ministério do Trabalho\nÀ Divisão de Temas Sociais do Ministério das Relações": true,
		"وزارة العمل\nالأخ/ مدير عام الشؤون المالية المحترم":                            true,
		"وزارة العمل\nإلى / وزارة المالية - دائرة الموازنة":                             true,
		"Ministère de la Justice\nÀ Monsieur le Directeur des affaires financières":     true,
		"Ministerio del Interior\nAl Director General de Recursos Humanos":              true,
		"A\nSua Excelência o Ministro\nAssunto: Reunião de Peritos":                     true,
		"Ministry of Labour\nTo: The Secretariat of the Expert Meeting":                 false,
		"Ministère de la Justice\nÀ Madame la Directrice du Secrétariat":                false,
		"وزارة العمل\nالسادة أمانة المنتدى":                                             false,
		"وزارة العمل\nسعادة/ سلمى حداد – الرئيسة المشاركة المحترمة":                     false,
		"Ministry of Labour\nTo: The Co-Chair of the Group":                             false,
		"Ministère du Travail\nÀ Monsieur le Coprésident du groupe, Directeur":          false,
		"AO\nSECRETARIADO DO FÓRUM INTER-REGIONAL":                                      false,
		"Ministry of Labour\nOffice of the Director":                                    false, // a letterhead
		"Dear colleagues,": false,
		"":                 false,
	} {
		got := letter.OtherAddressee(head + body)
		if (got.Value != "") != other {
			t.Errorf("%q: %+v", head, got)
		}
	}
	if got := letter.OtherAddressee("Ministry of Labour" + body + "The Director of Finance\n"); got.Value != "" {
		t.Errorf("below the body: %+v", got)
	}
}
