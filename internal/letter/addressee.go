package letter

import (
	"regexp"
	"strings"
)

// addressed begins the line that says who a letter is for, in each language of letters.
var addressed = regexp.MustCompile(
	`^[\s|*]*(?:` +
		`(?:to|attn|attention|for\s+the\s+attention\s+of)\s*[:/]|` +
		`the\s+(?:permanent|principal|under|deputy|chief|director|head|minister|commissioner|controller|accountant)\b|` +
		`a\s+l'attention|(?:a\s+)?(?:monsieur|madame|m\.|mme)\s+l[ea]\s|a\s*:|destinataire\s*:|` +
		`al?\s+(?:la|los|las|senor|senora|sr|sra|su|sua)?\b|ao?s?\b|exm[oa]|senhor|senor\b|` +
		`الي\b|الي\s*/|السيد|الساده|الاخ|الاخت|معالي|سعاده)`)

// ours tells that a letter is for the people who hold a meeting: a secretariat, a committee, a conference, or those who
// preside over it together.
var ours = regexp.MustCompile(
	`secretar|sekretar|organi[sz]|comit|committee|forum|foro|conferen|meeting|reunion|reuniao|` +
		`\bco-?chair|\bco-?presid|consulta|nations|naciones|nacoes|\bonu\b|\bun\b|` +
		`امانه|سكرتاري|منتدي|اجتماع|منظم|موتمر|لجنه|المتحده|تشاور|الرييسه? المشارك`)

// office tells an office, or somebody who leads one.
var office = regexp.MustCompile(
	`minist|direct|direcc|direcao|depart|divis|bureau|\boffice\b|gabinete|cabinet|` +
		`finan|comptab|contab|tesour|human\s+resources|ressources|recursos|` +
		`personnel|protocol|consul|foreign|etrang|exterior|permanent\s+secretary|secretaire\s+general\s+du\s+minist|` +
		`chefe|\bchef\b|\bjefe|\bhead\b|\bchief\b|commission|controller|accountant|` +
		`وزاره|وزير|مدير|دايره|اداره|الماليه|قسم|شوون|القنصل|الموارد|رييس`)

// OtherAddressee gives the line that says who a letter is for, if that is an office and not the people who hold a meeting:
// an internal minute, a payment order, a note to a ministry. It gives the zero Field when the letter does not say, or
// says it in another way. It looks at what stands before the body alone.
func OtherAddressee(text string) Field {
	const (
		head     = 3000 // bytes in which letterhead and addressee stand
		bodyLine = 11   // words from which on a line is of the body
		short    = 2    // words: the addressee then stands on the next line
	)
	p := newPage(Budget{Text: head}.cut(text))
	for from := 0; from < len(p.folded); {
		end := p.lineEnd(from)
		line := p.folded[from:end]
		words := len(strings.Fields(line))
		if words >= bodyLine {
			return Field{}
		}
		if addressed.MatchString(line) {
			said := line
			if words <= short && end < len(p.folded) {
				end = p.lineEnd(end + 1)
				said = p.folded[from:end]
			}
			if office.MatchString(said) && !ours.MatchString(said) {
				return p.field(p.span(from, end), 1)
			}
		}
		from = end + 1
	}
	return Field{}
}

// lineEnd is where the line of the folded text ends that a place is in.
func (p *page) lineEnd(at int) int {
	if n := strings.IndexByte(p.folded[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(p.folded)
}
