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
		`\b(?:em\s+lugar|em\s+vez|substitui|(?:dara|ceder?a?|cede)\s+o\s+lugar|sem\s+efeito|revog|nao\s+podera|ja\s+nao|deixa\s+de|retirar)|` +
		`(?:استبدال|بدل|محل|عوض|سحب|الغا|اعتذار|تعذر|نعتذر|لن\s+يتمكن|لم\s+يعد|شطب|تراجع|العدول|عدم\s|ايقاف|شاغر|الي\s+حين)|` +
		`(?:вместо|замен|отзыв|отмен)|` +
		`\b(?:and\s+not\s+(?:by|mr|ms|mrs|dr)|et\s+non\s+(?:pas|plus|de|par|m|mme)|` +
		`y\s+no\s+(?:de|por|d|don|dona|dna)|e\s+nao\s+(?:de|do|da|pelo|pela|o|a))\b|` +
		`وليس|` +
		// the matter is settled, and it thanks
		`(?:thank|grateful)[^.\n]{0,60}\baccept|remerci[^.\n]{0,60}\baccept|agradec[^.\n]{0,60}\bace(?:pt|it)|` +
		`شكر[^.\n]{0,60}(?:قبول|موافق)|` +
		`\b(?:subject|objet|asunto|assunto)\s*:\s*(?:thank|remerci|agradec)|الموضوع\s*[:/]?\s*شكر|` +
		// nothing is decided yet
		`\b(?:await|pending|subject\s+to|not\s+yet|provisional|to\s+be\s+confirmed)|` +
		`\b(?:sous\s+reserve|en\s+attente|des\s+que|pas\s+encore)|` +
		`\b(?:pendiente|sujeto\s+a|a\s+reserva|en\s+tramite|aun\s+no|todavia)|` +
		`\b(?:pendente|aguard|ainda\s+nao|sujeit)|` +
		`(?:بانتظار|ريثما|لم\s+(?:يصدر|يتم)|بعد\s+صدور|قيد\s)|` +
		`(?:ожида)|` +
		// an office sends its own official on the way
		`\b(?:you\s+(?:will|are\s+hereby|shall|have\s+been)|per\s+diem|imprest|travel\s+advance|travel\s+authori|order\s+of\s+mission)\b|` +
		`\b(?:vous\s+(?:etes|voudrez|serez)|ordre\s+de\s+mission|avance\s+(?:sur|de|des)\s+(?:les\s+)?(?:frais|mission)|frais\s+de\s+mission)|` +
		`\b(?:sirvase|anticipo\b|se\s+le\s+(?:designa|comisiona)|viatico|apruebese|autorizase|comision\s+de\s+servicio)|` +
		`\b(?:ajudas\s+de\s+custo|adiantamento|fica\s+v)|` +
		`(?:تكليفكم|ايفادكم|سلفه|بدل\s+سفر)`)

// back are words that take a name back, without any doubt. Each language of letters has its line.
var back = regexp.MustCompile(
	`\bwithdr(?:aw|aws|ew|awn|awing|awal)\s+(?:of\s+)?(?:the|his|her|its|their|our)\s+(?:name|nominat|candida|particip)|` +
		`\b(?:nominations?|names?|candidatures?)\s+(?:is|are|be|has\s+been|have\s+been|was|were|should\s+be)\s+(?:hereby\s+)?withdrawn|` +
		`\b(?:retir(?:er|ons|e|ent)|retrait)\s+(?:du\s+|de\s+|le\s+|la\s+)?(?:l[ae]\s+)?(?:nom|candidature|designation)\b|` +
		`\bretir(?:ar|a|amos|o)\s+(?:el\s+nombre|la\s+(?:candidatura|designacion|nominacion)|o\s+nome|a\s+(?:candidatura|designacao|nomeacao))|` +
		`(?:سحب|الغاء)\s+(?:ترشيح|اسم|تسميه)`)

// TakesBack gives the first words in the beginning of a text that take somebody's name back; the zero Field when there are
// none.
func TakesBack(text string) Field { return firstOf(text, back) }

// Doubt gives the first words in the beginning of a text after which a letter may do something else than nominate; the
// zero Field when there are none.
func Doubt(text string) Field { return firstOf(text, doubts) }

// firstOf gives the first words of a kind, to the end of the last word.
func firstOf(text string, words *regexp.Regexp) Field {
	p := newPage(Budget{}.cut(text))
	if found := p.find(words); len(found) > 0 {
		s := found[0]
		if n := strings.IndexFunc(p.text[s.To:], func(r rune) bool { return !wordRune(r) }); n > 0 { // to the end of the word
			s.To += n
		}
		return p.field(s, 1)
	}
	return Field{}
}
