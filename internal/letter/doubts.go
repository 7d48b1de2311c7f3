package letter

import (
	"regexp"
	"strings"
)

// doubts are words after which a letter may do something else than nominate: give somebody's seat to another, take a name
// back, wait for an approval, or send an official of its own office on the way. They tell nothing by themselves: they
// only send a letter to a person. Each language of letters has its line.
var doubts = regexp.MustCompile(
	// a seat changes hands, or a name is taken back
	`\b(?:replac|substitut|instead\s+of|in\s+place\s+of|in\s+(?:his|her|their)\s+(?:stead|place)|takes?\s+over|steps?\s+down|no\s+longer|withdr|cancel|regret|unable|disregard|do\s+not\s+use)|` +
		`\b(?:remplac|retir(?:er|ons|e\s|ee?\b)|n'est\s+plus|ne\s+fait\s+plus|a\s+la\s+place|en\s+lieu|annul|desist|ne\s+(?:pourra|sera|participera)|empech)|` +
		`\b(?:sustitu|reemplaz|en\s+lugar|en\s+vez|deja\s+sin\s+efecto|revoc|no\s+podra|impedid|ya\s+no\b|retira)|` +
		`\b(?:em\s+lugar|em\s+vez|sem\s+efeito|revog|nao\s+podera|ja\s+nao|deixa\s+de|retirar)|` +
		`(?:استبدال|بدل|محل|عوض|سحب|الغا|اعتذار|تعذر|نعتذر|لن\s+يتمكن|لم\s+يعد|شطب|تراجع|العدول|عدم\s|ايقاف|شاغر|الي\s+حين)|` +
		`(?:вместо|замен|отзыв|отмен)|` +
		// nothing is decided yet
		`\b(?:await|pending|subject\s+to|not\s+yet|provisional|to\s+be\s+confirmed)|` +
		`\b(?:sous\s+reserve|en\s+attente|des\s+que|pas\s+encore)|` +
		`\b(?:pendiente|sujeto\s+a|a\s+reserva|en\s+tramite|aun\s+no|todavia)|` +
		`\b(?:pendente|aguard|ainda\s+nao|sujeit)|` +
		`(?:بانتظار|ريثما|لم\s+(?:يصدر|يتم)|بعد\s+صدور|قيد\s)|` +
		`(?:ожида)|` +
		// an office sends its own official on the way
		`\b(?:you\s+(?:will|are\s+hereby|shall|have\s+been)|per\s+diem|imprest|travel\s+authori|order\s+of\s+mission)\b|` +
		`\b(?:vous\s+(?:etes|voudrez|serez)|ordre\s+de\s+mission|frais\s+de\s+mission)|` +
		`\b(?:sirvase|se\s+le\s+(?:designa|comisiona)|viatico|apruebese|autorizase|comision\s+de\s+servicio)|` +
		`\b(?:ajudas\s+de\s+custo|fica\s+v)|` +
		`(?:تكليفكم|ايفادكم|بدل\s+سفر)`)

// Doubt gives the first words in the beginning of a text after which a letter may do something else than nominate; the
// zero Field when there are none.
func Doubt(text string) Field {
	p := newPage(Budget{}.cut(text))
	if found := p.find(doubts); len(found) > 0 {
		s := found[0]
		if n := strings.IndexFunc(p.text[s.To:], func(r rune) bool { return !wordRune(r) }); n > 0 { // to the end of the word
			s.To += n
		}
		return p.field(s, 1)
	}
	return Field{}
}
