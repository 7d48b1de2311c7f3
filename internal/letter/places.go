package letter

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"dossier/internal/fold"
)

// places are the world's countries by the folded words of their names in the four languages, and their ISO 3166-1
// codes.
type places struct {
	codes   map[string]string
	longest int // words in a name
}

func newPlaces() places {
	p := places{codes: map[string]string{}}
	for _, tag := range []language.Tag{language.English, language.French, language.Portuguese, language.Arabic, language.Spanish} {
		namer := display.Regions(tag)
		for a := 'A'; a <= 'Z'; a++ {
			for b := 'A'; b <= 'Z'; b++ {
				region, err := language.ParseRegion(string([]rune{a, b}))
				if err != nil || !region.IsCountry() || region.String() != string([]rune{a, b}) ||
					region.Canonicalize() != region {
					continue
				}
				p.add(namer.Name(region), region.String())
			}
		}
	}
	// "La réunion" is what every letter is about.
	for _, meeting := range []string{"Réunion", "La Réunion", "Reunião"} {
		delete(p.codes, strings.Join(splitWords(newFold(meeting)), " "))
	}
	// What officials write and the CLDR does not.
	for name, code := range map[string]string{"Côte d'Ivoire": "CI", "Ivory Coast": "CI", "DR Congo": "CD", "RDC": "CD", "Democratic Republic of the Congo": "CD", "République démocratique du Congo": "CD",
		"République du Congo": "CG", "Republic of Congo": "CG", "Swaziland": "SZ", "Eswatini": "SZ", "Cape Verde": "CV", "Cabo Verde": "CV", "Cap-Vert": "CV", "The Gambia": "GM", "Gambie": "GM", "Tanzania": "TZ", "Tanzanie": "TZ", "Guiné-Bissau": "GW", "Centrafrique": "CF",
		"République togolaise": "TG", "République gabonaise": "GA", "République centrafricaine": "CF", "République tunisienne": "TN", "République rwandaise": "RW", "République malgache": "MG", "République islamique de Mauritanie": "MR",
		"République algérienne": "DZ", "République libanaise": "LB", "République française": "FR", "Royaume chérifien": "MA", "République Gabonaise": "GA", "République de Côte d'Ivoire": "CI", "Union des Comores": "KM", "Kingdom of Eswatini": "SZ",
		"المملكة الأردنية الهاشمية": "JO", "المملكة الأردنية": "JO", "المملكة العربية السعودية": "SA", "الجمهورية اللبنانية": "LB", "الجمهورية اليمنية": "YE", "الجمهورية العربية السورية": "SY", "دولة الكويت": "KW", "دولة قطر": "QA",
		"سلطنة عمان": "OM", "مملكة البحرين": "BH", "دولة فلسطين": "PS", "جمهورية العراق": "IQ", "جمهورية السودان": "SD", "جمهورية جيبوتي": "DJ", "جمهورية الصومال الفيدرالية": "SO",
		"جمهورية مصر العربية": "EG", "المملكة المغربية": "MA", "الجمهورية التونسية": "TN", "السودان": "SD",
		"الجمهورية الإسلامية الموريتانية": "MR", "الجمهورية الجزائرية الديمقراطية الشعبية": "DZ", "دولة ليبيا": "LY"} {
		p.add(name, code)
	}
	return p
}

func (p *places) add(name, code string) {
	words := splitWords(newFold(name))
	if len(words) == 0 {
		return
	}
	p.codes[strings.Join(words, " ")] = code
	p.longest = max(p.longest, len(words))
}

func splitWords(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool { return !wordRune(r) })
}

// Code gives the ISO 3166-1 alpha-2 code of a country by its name in any of the four languages; "" when it is none.
func (r *Reader) Code(country string) string {
	return r.places.codes[strings.Join(splitWords(newFold(country)), " ")]
}

// find looks for the country: in the agency's own words, then beside "Republic of" and its kin, then the first named at
// all.
func (p *places) find(t *page, agency Field) (Field, string) {
	type hit struct {
		Field
		code  string
		score int
	}
	var hits []hit
	ts := t.tokens(0, min(len(t.text), 12<<10))
	folded := make([][]string, len(ts))
	for i, tok := range ts {
		folded[i] = splitWords(newFold(tok.text))
	}
	for i := range ts {
		for n := min(p.longest, len(ts)-i); n > 0; n-- {
			words := slices.Concat(folded[i : i+n]...)
			code, ok := p.codes[strings.Join(words, " ")]
			if !ok && n == 1 && fold.Arabic(ts[i].text) { // with a preposition: لمصر, بالمغرب
				for _, prefix := range []string{"ل", "ب", "لل"} {
					if rest, cut := strings.CutPrefix(strings.Join(words, " "), prefix); cut && !ok {
						if code, ok = p.codes[rest]; !ok {
							code, ok = p.codes["ال"+rest]
						}
					}
				}
			}
			if !ok {
				continue
			}
			h := hit{t.field(Span{ts[i].from, ts[i+n-1].to}, 0.7), code, 1}
			before := t.before(ts[i].from, 40)
			switch {
			case agency.Value != "" && h.From >= agency.From && h.To <= agency.To:
				h.score, h.Confidence = 4, 0.95
			case republic.MatchString(before):
				h.score, h.Confidence = 3, 0.95
			case agency.Value != "" && h.From >= agency.To && h.From < agency.To+60:
				h.score, h.Confidence = 2, 0.85
			}
			hits = append(hits, h)
			break
		}
	}
	if len(hits) == 0 {
		return Field{}, ""
	}
	best := slices.MaxFunc(hits, func(a, b hit) int {
		if a.score != b.score {
			return a.score - b.score
		}
		return b.From - a.From // the first
	})
	return best.Field, best.code
}

var republic = regexp.MustCompile(
	`\b(?:republic|kingdom|republique|royaume|republica|reino|government|gouvernement|governo|embassy|` +
		`ambassade|embaixada|mission\s+permanente|permanent\s+mission|missao\s+permanente)\s+(?:of|du|de|d'|` +
		`da|do)\s*(?:the\s+|la\s+|l'|republic\s+of\s+|republique\s+d[eu]\s+(?:la\s+)?|` +
		`republica\s+d[eoa]\s+)?$|` +
		`(?:جمهوريه|مملكه|سفاره|حكومه)\s*$`)

// trim takes the country off the end of an office's name: "Immigration Service of Nigeria".
func (p *places) trim(t *page, agency Field) Field {
	ts := t.tokens(agency.From, agency.To)
	for n := 1; n <= p.longest && n+1 < len(ts); n++ {
		var words []string
		for _, tok := range ts[len(ts)-n:] {
			words = append(words, splitWords(newFold(tok.text))...)
		}
		of := newFold(ts[len(ts)-n-1].text)
		if p.codes[strings.Join(words, " ")] != "" && slices.Contains([]string{"of", "du", "de", "da", "do"}, of) {
			return t.field(Span{agency.From, ts[len(ts)-n-1].from}, agency.Confidence)
		}
	}
	return agency
}

// agencyHead are the words with which the names of offices begin.
var agencyHead = regexp.MustCompile(
	`\b(?:ministry|ministries|department|directorate|agency|authority|commission|bureau|office|` +
		`permanent\s+mission|mission|embassy|national|federal|state|anti-|council|police|service|secretariat|` +
		`institute|inspectorate|task\s+force|immigration|cent(?:re|er)|financial\s+intelligence|` +
		`ministere|` +
		`direction|` +
		`agence|` +
		`autorite|` +
		`mission\s+permanente|` +
		`ambassade|` +
		`conseil|` +
		`cellule|` +
		`comite|` +
		`inspection|` +
		`observatoire|` +
		`haut[e-]|` +
		`parquet|` +
		`gendarmerie|` +
		`secretariat|` +
		`office|` +
		`ministerio|` +
		`direcao|` +
		`direccao|` +
		`agencia|` +
		`autoridade|` +
		`comissao|` +
		`missao\s+permanente|` +
		`embaixada|` +
		`conselho|` +
		`inspecao|` +
		`inspeccao|` +
		`instituto|` +
		`gabinete|` +
		`procuradoria|` +
		`policia|` +
		`servico|` +
		`secretaria)\b|` +
		`(?:ال)?(?:وزاره|` +
		`هييه|` +
		`وكاله|` +
		`مديريه|` +
		`سفاره|` +
		`لجنه|` +
		`مجلس|` +
		`بعثه|` +
		`ادراه|` +
		`اداره|` +
		`مصلحه|` +
		`المفوضيه|` +
		`البعثه)`)

// agencyWord tells whether a text begins as an office's name does.
func agencyWord(s string) bool {
	m := agencyHead.FindStringIndex(newFold(s))
	return m != nil && m[0] == 0
}

// agencyEnd is where an office's name ends: a verb, a sign, or the line's end.
var agencyEnd = regexp.MustCompile(
	`\s+of\s+the\s+(?:\w+\s+){0,2}republic\b|` +
		`\s+de\s+la\s+republique\s+d|` +
		`\s+da\s+republica\s+d|` +
		`,|` +
		`;|` +
		`:|` +
		`\n|` +
		`\t|` +
		`\.(?:\s|$)|` +
		`\(|` +
		`\s[-–—]\s|` +
		`\s+(?:presents?|has|have|is|we|hereby|wishes|would|regrets?|acknowledges|nominates?|designates?|` +
		`confirms?|informs?|will|to|in\s+(?:response|reply)|with\s+reference|avails?|writes?|` +
		`presente|` +
		`presentent|` +
		`a\s+l'honneur|` +
		`a\s+le\s+plaisir|` +
		`designe|` +
		`accuse|` +
		`saisit|` +
		`informe|` +
		`regrette|` +
		`remercie|` +
		`vous|` +
		`nomme|` +
		`a\s+(?:designe|nomme|retenu|choisi|decide|mandate|recu|bien)|` +
		`au\s+secretariat|` +
		`sera|` +
		`apresenta|` +
		`tem\s+a|` +
		`designa|` +
		`informa|` +
		`lamenta|` +
		`vem|` +
		`comunica|` +
		`nomeia|` +
		`indica|` +
		`nomeou|` +
		`designou|` +
		`indicou|` +
		`sera|` +
		`ao\s+secretariado)\b|` +
		`\s+(?:اطيب|` +
		`تحياتها|` +
		`تحياته|` +
		`وتتشرف|` +
		`تتشرف|` +
		`الي|` +
		`بان|` +
		`انها|` +
		`خالص|` +
		`بترشيح|` +
		`ترشح|` +
		`بتسميه|` +
		`ترشيح)`)

// agency is the office that nominates: the one that is the subject of the nomination, missions and embassies only when
// no other is; else the first of the letterhead.
func (p *page) agency(cues []Span) Field {
	type office struct {
		Field
		passing bool
	}
	var all []office
	last := -1
	for _, m := range agencyHead.FindAllStringIndex(p.folded, -1) {
		if m[0] < last {
			continue
		}
		// No name is longer, and no letter names more.
		const longestName, mostOffices = 300, 100
		if len(all) == mostOffices {
			break
		}
		end := min(len(p.folded), m[1]+longestName)
		if e := agencyEnd.FindStringIndex(p.folded[m[1]:end]); e != nil {
			end = m[1] + e[0]
		}
		s := p.span(m[0], end)
		s.From = p.leftOf(s.From)
		s.To = p.listed(s)
		// A name that was cut by the line's end goes on when the next line begins in a small letter.
		f := p.field(s, 0.8)
		words := len(strings.Fields(f.Value))
		if words < 2 || words > 16 || labelAgency.MatchString(newFold(f.Value)+":") {
			continue // the label of a form is no office
		}
		first := []rune(f.Value)[0]
		if !fold.Arabic(f.Value) && !isUpper(first) {
			continue // an office in general, not by its name
		}
		folded := newFold(f.Value)
		passing := strings.Contains(folded, "mission") || strings.Contains(folded, "missao") ||
			strings.HasPrefix(folded, "embass") ||
			strings.HasPrefix(folded, "ambassade") ||
			strings.HasPrefix(folded, "embaixada") ||
			strings.Contains(folded, "سفاره") ||
			strings.Contains(folded, "بعثه")
		if host.MatchString(folded) || host.MatchString(p.before(f.From, 30)) {
			continue // the one that is written to
		}
		all = append(all, office{f, passing})
		last = end
	}
	if len(all) == 0 {
		return Field{}
	}
	// A form says which it is.
	for _, o := range all {
		if labelAgency.MatchString(p.before(o.From, 48)) {
			o.Confidence = 0.95
			return o.Field
		}
	}
	near := func(passing bool) (Field, bool) {
		for _, c := range cues {
			begin := p.sentence(c.From)
			for i := len(all) - 1; i >= 0; i-- {
				if o := all[i]; o.passing == passing && o.From >= begin && o.To <= c.From {
					o.Confidence = 0.95
					return o.Field, true
				}
			}
		}
		return Field{}, false
	}
	for _, passing := range []bool{false, true} {
		if f, ok := near(passing); ok &&
			(!passing || !slices.ContainsFunc(all, func(o office) bool { return !o.passing })) {
			return f
		}
		for _, o := range all {
			if o.passing == passing {
				return o.Field
			}
		}
	}
	return all[0].Field
}

// labelAgency is what stands before an office's name in a form.
var labelAgency = regexp.MustCompile(
	`(?:^|\n|\t)\s*(?:(?:nominating|sending|name\s+of(?:\s+the)?)\s+)?(?:agency|institution|` +
		`organi[sz]ation|ministry|department|office|authority|organisme|administration|structure|service|` +
		`ministere|instituicao|entidade|organismo|` +
		`ministerio)(?:\s+(?:nominating|de\s+nomination|nominatrice|proponente))?(?:\s*/\s*\w+)*\s*[:\t]\s*$|` +
		`(?:الجهه|الموسسه|الوزاره|الهييه)(?:\s+المرشحه)?\s*:\s*$`)

// leftOf goes back over the words with capitals before an office's name: "Judicial" of "Judicial Service Commission".
func (p *page) leftOf(at int) int {
	ts := p.tokens(p.boundary(max(p.lineOf(at).From, at-100)), at)
	last := at
	for i := len(ts) - 1; i >= 0 && len(ts)-i <= 4; i-- {
		t := ts[i]
		if strings.TrimSpace(p.text[t.to:last]) != "" || !isUpper([]rune(t.text)[0]) || isHonorific(t.text) ||
			slices.Contains([]string{
				"the", "our", "dear", "this", "that", "le", "la", "l", "les", "o", "a", "notre", "cette", "ce",
				"on", "of", "from", "re", "objet", "au", "aux", "a", "to", "ao", "aos", "et", "and", "e", "de",
				"du", "da", "do",
			}, newFold(t.text)) {
			break
		}
		last = t.from
	}
	return last
}

// listed goes on over commas where the line is a list that an "and" ends: "Ministry of Women, Youth and Sport".
func (p *page) listed(s Span) int {
	l := p.lineOf(s.From)
	if s.To >= l.To || p.text[s.To] != ',' {
		return s.To
	}
	if m := shares.FindStringIndex(p.text[s.To:l.To]); m != nil {
		return s.To + m[1]
	}
	if s.From != l.From {
		return s.To
	}
	rest := p.text[s.To:l.To]
	if m := enumeration.FindStringIndex(rest); m != nil && m[1] == len(rest) {
		return l.To
	}
	return s.To
}

// shares are what a ministry is of besides, in French and Portuguese: "Ministère de la Femme, de la Famille et de
// l'Enfant".
var shares = regexp.MustCompile(
	`^(?:,\s+(?:de\s+la|de\s+l['’]|du|des|de|da|do|dos|` +
		`das)\s*\p{Lu}[\p{L}'’\-]*(?:\s+\p{Lu}[\p{L}'’\-]*)*)+(?:\s+(?:et|e)\s+(?:de\s+la|de\s+l['’]|du|des|` +
		`de|da|do|dos|das)\s*\p{Lu}[\p{L}'’\-]*(?:\s+\p{Lu}[\p{L}'’\-]*)*)?`)

// enumeration is the rest of such a list: words with capitals, commas, and an "and" before the last.
var enumeration = regexp.MustCompile(`^,(?:\s+\p{Lu}[\p{L}'’\-]*,?)+\s+(?:and|et|e)\s+(?:[\p{L}'’\-]+\s*){1,6}$`)

func isUpper(r rune) bool {
	return strings.ToUpper(string(r)) == string(r) && strings.ToLower(string(r)) != string(r)
}

// host are those who are written to.
var host = regexp.MustCompile(
	`\bunited\s+nations\b|` +
		`\bnations\s+unies\b|` +
		`\bnacoes\s+unidas\b|` +
		`الامم\s+المتحده|` +
		`\bunodc\b|` +
		`\b(?:to|the\s+secretariat\s+of|attention(?:\s+of)?|au|a\s+l'attention\s+de|ao)\s*:?\s*(?:the\s+)?$`)

// references are the numbers that letters have; those of the letter that is answered are left out.
var references = regexp.MustCompile(
	`(?:\b(?:our\s+)?ref(?:erence)?(?:\s*(?:no|number|nr)\.?)?|\bn\s*/\s*ref|\breference|\bn/?\s?ref|` +
		`\bnote\s+verbale\s+(?:no|n)|\bnota\s+verbal\s+(?:no|n)|\boficio\s+(?:no|n)|\blettre\s+(?:no|n)|` +
		`\bn\s*\.?\s*[o°º]|\bno|المرجع|مرجع|الاشاره|رقم|` +
		`العدد)\s*[.:°ºo]*\s*[:.]?\s*([a-z0-9\x{0621}-\x{064a}][a-z0-9\x{0621}-\x{064a}/._\-]*\d[a-z0-9\x{0621}-\x{064a}/._\-]*(?:\s?/\s?[a-z0-9]+)*)`)
var theirs = regexp.MustCompile(
	`(?:\byour\s+|\bv\s*/\s*|\bvotre\s+|\bvossa\s+|\bto\s+(?:the\s+)?(?:letter|note)\s+(?:verbale\s+)?|` +
		`\blettre\s+|\bcarta\s+|\binvitation\s+|\bpassports?\s+|\btel\S*\s*)$`)

func (p *page) reference() Field {
	for _, m := range references.FindAllStringSubmatchIndex(p.folded, -1) {
		s := p.span(m[2], m[3])
		start := p.span(m[0], m[0]).From
		if theirs.MatchString(p.before(start, 24)) || len(p.text[s.From:s.To]) < 3 {
			continue
		}
		return p.field(s, 0.9)
	}
	return Field{}
}

// Countries gives the ISO 3166-1 alpha-2 codes of the countries that the beginning of a text names, in any of the
// languages.
func (r *Reader) Countries(text string) []string {
	words := splitWords(newFold(Budget{}.cut(text)))
	var codes []string
	for i := range words {
		for n := min(r.places.longest, len(words)-i); n > 0; n-- {
			code, ok := r.places.codes[strings.Join(words[i:i+n], " ")]
			if !ok && n == 1 {
				code, ok = r.places.prefixed(words[i])
			}
			if ok {
				codes = append(codes, code)
				break
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// prefixed finds a country behind an Arabic preposition that is written with it: لمصر, بالمغرب.
func (p *places) prefixed(word string) (string, bool) {
	if !fold.Arabic(word) {
		return "", false
	}
	for _, prefix := range []string{"ل", "ب", "لل", "و"} {
		rest, cut := strings.CutPrefix(word, prefix)
		if !cut {
			continue
		}
		for _, name := range []string{rest, "ال" + rest} {
			if code, ok := p.codes[name]; ok {
				return code, true
			}
		}
	}
	return "", false
}

// Office tells whether a line has a word with which the names of offices begin, in the languages of letters.
func Office(line string) bool { return agencyHead.MatchString(newFold(line)) }
