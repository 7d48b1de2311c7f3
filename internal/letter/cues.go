package letter

import (
	"regexp"
	"strings"
)

// The patterns are of folded text: lower case, without marks; in Arabic ه stands for ة too, ي for ى and ئ, و for ؤ, ا
// for its forms with a hamza. \s stands for line ends as well.

// smudged compiles a pattern whose letters may be such as OCR takes them for: n for ri, m for rn, l for 1, e for c, h
// for b.
func smudged(pattern string) *regexp.Regexp {
	alike := map[rune]string{
		'n': "(?:n|ri)",
		'm': "(?:m|rn)",
		'l': "[l1i]",
		'i': "[il1]",
		'e': "[ec]",
		'h': "[hb]",
		'o': "[o0]",
	}
	var b strings.Builder
	escaped, class := false, false
	for _, r := range pattern {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '[':
			class = true
		case r == ']':
			class = false
		case !class && alike[r] != "":
			b.WriteString(alike[r])
			continue
		}
		b.WriteRune(r)
	}
	return regexp.MustCompile(b.String())
}

// nominates are the words by which an office names somebody.
var nominates = smudged(
	`\bnominat(?:es?|ed|ing|ions?)\b|` +
		`\bnominees?\b|` +
		`\bdesignat(?:es?|ed|ing|ion)\b|` +
		`\bhas\s+(?:chosen|selected|appointed)\b|` +
		`\bhave\s+(?:chosen|selected|appointed)\b|` +
		`\bbeen\s+(?:chosen|selected|appointed|identified)\b|` +
		`\bappoints\b|` +
		`\bput(?:s|ting)?\s+forward\b|` +
		`\b(?:will|shall)\s+be\s+represented\s+by\b|` +
		`\bwill\s+represent\b|` +
		`\bdelegation\b[^.\n]{0,40}\s(?:will\s+consist|is\s+composed|comprises)\b|` +
		`\bparticipera\b|` +
		`\bparticiperont\b|` +
		`\bprendr(?:a|ont)\s+part\b|` +
		`\bdesign(?:e|es|ent|er|ee|ees|ation|ons)\b|` +
		`\bnomm(?:e|er|ons|ent|ee)\b|` +
		`\bnomination\b|` +
		`\bsera(?:it)?\s+represente|` +
		`\brepresenter(?:a|ont)\b|` +
		`\bmandat(?:e|es|er|ons|ent)\b|` +
		`\ba\s+retenu\b|` +
		`\bla\s+delegation\s+(?:sera\s+composee|comprendra)\b|` +
		`\bdesign(?:a|ou|ar|ado|ados|ada|adas|acao|amos)\b|` +
		`\bnome(?:ia|ou|ar|ado|ada|acao|amos)\b|` +
		`\bindic(?:a|ou|ar|amos|acao)\b|` +
		`\bfar-se-a\s+representar\b|` +
		`\bsera\s+representad|` +
		`ترشيح|نرشح|ترشح|رشحت|مرشح|تسميه|تعيين|عينت|ايفاد|اوفدت|انتداب|سيمثل|وقع\s+الاختيار`)

// asks are requests to nominate, which an invitation makes.
var asks = smudged(
	`\b(?:the|your|a|one)\s+nomination\s+forms?\b|` +
		`(?:\bkindly|\bplease|\binvit(?:e|es|ed|ing)\b[^.]{0,80}?\bto|` +
		`\brequest(?:s|ed|ing)?\b[^.]{0,60}?\bto|\bmay\s+wish\s+to|\bencouraged?\b[^.]{0,40}?\bto|` +
		`\bgrateful\s+if\b[^.]{0,80}?\b(?:could|would)|\bdeadline\s+for|\bcall\s+for|` +
		`\bwhether\b[^.]{0,60}?)\s+(?:the\s+)?(?:nominat|designat|appoint)\w*|` +
		`(?:\bveuillez|\bprie(?:r)?\b[^.]{0,60}?\b(?:de|d')|\bpriere\s+de|\bbien\s+vouloir|` +
		`\binvit(?:e|ent|ons|es)\b[^.]{0,60}?\ba|\bdemand(?:e|ons)\b[^.]{0,40}?\bde|` +
		`\bdate\s+limite\s+(?:de|des))\s+(?:la\s+|les\s+)?(?:design|nomm|nominat)\w*|` +
		`(?:\bqueira(?:m)?|\bsolicit(?:a|amos|ar)\b[^.]{0,60}?|\bconvid(?:a|amos|ar)\b[^.]{0,60}?\ba|` +
		`\bagradec(?:e|emos)-?(?:se)?\b[^.]{0,60}?\bque|\bprazo\s+(?:de|para))\s*(?:a\s+)?(?:design|nome|` +
		`indic)\w*|` +
		`(?:يرجي|الرجاء|نرجو|ترجو|تدعو[^.]{0,40}?|ندعو[^.]{0,40}?)\s+(?:التكرم\s+)?(?:ب)?(?:ترشيح|تسميه|تعيين|ايفاد)`)

// recalls speak of a nomination that was made before: queries about visas and hotels do.
var recalls = smudged(
	`\bnominated\s+(?:by\s+(?:our|us|my)\b|last\b|earlier\b|previously\b)|` +
		`\b(?:already|previously|earlier)\s+nominated\b|` +
		`\b(?:our|the|your)\s+nominees?\s+(?:asks?|wish|would|has\s+asked|have\s+asked|needs?|will\s+need|` +
		`arrives?)|` +
		`\bwhom\s+we\s+(?:have\s+)?nominated\b|` +
		`\bque\s+nous\s+avons\s+design\w*|` +
		`\bdeja\s+design\w*|` +
		`\bdesigne\w*\s+(?:le\s+mois\s+dernier|par\s+nos\s+soins|precedemment)|` +
		`\bque\s+(?:designamos|indicamos|nomeamos)\b|` +
		`\bja\s+(?:designad|indicad|nomead)\w*|` +
		`\b(?:designad|indicad|nomead)[oa]s?\s+(?:no\s+mes\s+passado|anteriormente)|` +
		`(?:الذي|التي|الذين)\s+(?:تم\s+)?(?:رشحنا\S*|رشحته\S*|ترشيح\S*)`)

// declines are the words by which nobody comes, or not any more.
var declines = smudged(
	`\bregret|` +
		`\bunable\s+to\b|` +
		`\bwill\s+not\s+be\s+(?:able|in\s+a\s+position)\b|` +
		`\bnot\s+in\s+a\s+position\b|` +
		`\bdeclin(?:e|es|ed)\b|` +
		`\bcannot\s+(?:attend|nominate|take)\b|` +
		`\bno\s+longer\b|` +
		`\bne\s+(?:pourra|peut|pourront|sera|seront)\b[^.]{0,30}?\b(?:pas|plus)?|` +
		`\bn'est\s+pas\s+en\s+mesure\b|` +
		`\bempeche(?:e|ment)?\b|` +
		`\blament(?:a|amos|ar)\b|\bnao\s+(?:podera|pode|poderao|lhe\s+sera|sera)\b|\bimpossibilidade\b|\bimpedid[oa]\b|` +
		`تعتذر|نعتذر|يعتذر|اعتذار|تاسف|ناسف|تعذر|لن\s+(?:يتمكن|تتمكن)`)

// closes are the phrases with which a letter ends; a signature follows.
var closes = smudged(
	`\byours\s+(?:sincerely|faithfully|truly)\b|` +
		`\b(?:best|kind|warm)\s+regards\b|` +
		`\bsincerely\b|` +
		`\bavails?\s+(?:itself|himself|herself|myself)\b|` +
		`\bassurances?\s+of\s+(?:its|my|our|his|her)\s+highest\b|` +
		`\b(?:please\s+)?accept,?\s+(?:sir|madam|excellency)\b|` +
		`(?:^|\n)\s*(?:best|thanks|many\s+thanks|thank\s+you|regards|respectfully|merci|bien\s+a\s+vous|` +
		`obrigad[oa]|cumprimentos)\s*,?\s*(?:\n|$)|` +
		`\bveuillez\s+agreer\b|` +
		`\bsaisit\s+cette\b|` +
		`\bprie\s+d'agreer\b|` +
		`\bassurances?\s+de\s+(?:sa|ma|notre)\b|` +
		`\bcordialement\b|` +
		`\bsalutations\b|` +
		`\baproveita\s+(?:esta|a)\b|` +
		`\batenciosamente\b|` +
		`\bcom\s+os\s+melhores\s+cumprimentos\b|` +
		`\bmelhores\s+cumprimentos\b|` +
		`\bprotestos\s+da\s+(?:mais|sua)\b|` +
		`\breitera[^.]{0,60}?\bconsideracao\b|` +
		`تغتنم\s+\S+\s+هذه|وتفضلوا|وتفضل|مع\s+(?:خالص|اطيب|فايق)|تجدد\s+\S+\s+`)

// follows says that names come with the letter, though not in its text.
var follows = regexp.MustCompile(
	`\b(?:attached|enclosed|annexed|following|below)\b|` +
		`\bci-(?:joint|apres|dessous)|` +
		`\bsuivant|` +
		`\bem\s+anexo\b|` +
		`\bseguinte|` +
		`التالي|` +
		`المرفق|` +
		`ادناه`)

// aside are the words before a person who is not nominated: the one who is written to, who may be asked, who signs.
var aside = regexp.MustCompile(
	`(?:\bdear|\bcher|\bchere|\bcaro|\bcara|\bprezad[oa]|\bexm[oa]\.?|\battention(?:\s+of)?:?|` +
		`\bl'attention\s+d[e'u]|\batt(?:n)?\.?:?|\bto:?|\bcc:?|\bcopy(?:\s+to)?:?|\bcopie(?:\s+a)?:?|` +
		`\bcontact(?:er|ar)?(?:\s+(?:person|point))?:?|\bpersonne\s+(?:de\s+)?(?:contact|a\s+contacter):?|` +
		`\bpessoa\s+de\s+contacto:?|\bponto\s+focal:?|\bfocal\s+point:?|\bpoint\s+focal:?|` +
		`\bsigned(?:\s+by)?:?|\bon\s+behalf\s+of|\bau\s+nom\s+de|\bem\s+nome\s+de|\bletter\s+(?:of|from)|` +
		`\blettre\s+d[eu]|\bcarta\s+d[eoa]|\bfrom:?|\bde\s+la\s+part\s+de|\binvitation\s+(?:of|from)|` +
		`\bpour\s+le\s+ministre|للاتصال|الاتصال|عنايه|الي|نسخه)\s*(?:is|est|e|:|-)?\s*$`)

// replaced are the words before a person in whose place another comes, and leaves those before one who does not come.
var replaced = regexp.MustCompile(
	`(?:\bin\s+(?:the\s+)?place\s+of|\binstead\s+of|\bto\s+replace|\breplac(?:es|ing)|` +
		`\bin\s+replacement\s+of|\bas\s+a\s+replacement\s+for|\bin\s+lieu\s+of|\bsubstitut(?:e|ing)\s+for|` +
		`\ben\s+remplacement\s+d[e']|\ba\s+la\s+place\s+d[e']|\bau\s+lieu\s+d[e']|\bpour\s+remplacer|` +
		`\bremplace(?:ra)?|\bem\s+substituicao\s+d[eoa]|\bem\s+lugar\s+d[eoa]|\bem\s+vez\s+d[eoa]|` +
		`\bpara\s+substituir(?:\s+[oa])?|\bsubstitui(?:ra)?(?:\s+[oa])?|بدلا\s+(?:من|عن)|عوضا\s+عن|محل|` +
		`ليحل\s+محل)\s*(?:the\s+|la\s+|le\s+|l'|o\s+|a\s+)?$`)
var leaves = regexp.MustCompile(
	`^[^.]{0,40}?(?:\b(?:is|was|will\s+be)?\s*(?:no\s+longer|unable|not\s+able|unfortunately)\b|` +
		`\bcannot\b|\bne\s+(?:pourra|peut|sera)\b|\bempeche|\bnao\s+(?:podera|pode)\b|\bimpedid|لن\s|تعذر|` +
		`يعتذر|اعتذر)`)

// Roles in a delegation, within the text about a person.
var (
	heads = regexp.MustCompile(
		`\bhead\s+of\s+(?:the\s+)?delegation\b|` +
			`\bdelegation\s+(?:head|leader)\b|` +
			`\bwill\s+lead\s+the\s+delegation\b|` +
			`\blead(?:s|er)\b[^.\n]{0,20}?\bdelegation\b|` +
			`\bchef(?:fe)?\s+d(?:e\s+la\s+|e\s+)delegation\b|` +
			`\bconduira\s+la\s+delegation\b|` +
			`\bchef(?:e|iara)\b[^.\n]{0,6}\b(?:da|a)\s+delegacao\b|` +
			`\bchefe\s+de\s+delegacao\b|` +
			`رييس[اه]?\s+(?:ال)?وفد|` +
			`رييسا?\s+للوفد|` +
			`سيتراس\s+الوفد|` +
			`ستتراس\s+الوفد`)
	alternates = regexp.MustCompile(
		`\balternates?\b|` +
			`\bas\s+(?:a\s+)?(?:reserve|substitute)\b|` +
			`\bsuppleant|` +
			`\bsuplente|` +
			`مناوب|` +
			`بديل|` +
			`احتياط`)
)

// marks are the signs before a person that a list or a table has.
var marks = regexp.MustCompile(`^\s*(?:[-–—•*·▪o]\s+|\(?\d{1,2}[.)°\-]\s*|\(?[a-h][.)]\s+|[ivx]{1,4}[.)]\s+)`)

// Labels of forms.
var (
	labelName = regexp.MustCompile(
		`(?m)^[^\S\n]*(?:\d+[.)]\s*)?(?:(?:full\s+)?names?(?:\s+(?:and\s+surname|` +
			`of\s+(?:the\s+)?(?:nominee|participant|official|candidate)s?))?|nominee(?:\s+\d)?|` +
			`participant(?:\s+\d)?|noms?(?:\s*(?:,|et|&)\s*prenoms?)?(?:\s+(?:du|de\s+la)\s+\w+)?|` +
			`prenoms?\s+et\s+noms?|nomes?(?:\s+completos?)?(?:\s+d[oa]\s+\w+)?|(?:ال)?اسم(?:\s+الكامل|\s+واللقب|` +
			`\s+المرشح\S*)?)(?:\s+\d)?[^\S\n]*(?::|\t|\.{3,})[^\S\n]*(?:\n[^\S\n]*)?([^\n\t]{4,80})`)
	labelPosition = regexp.MustCompile(
		`(?m)(?:^|[\t ;,])(?:position|title|function|designation|post|job\s+title|fonctions?|titre|qualite|` +
			`poste|cargo|funcao|الوظيفه|المنصب|الصفه)[^\S\n]*(?::|\t)[^\S\n]*([^\n\t;]{3,100})`)
)

// positions are the words with which an office's titles begin: a name that ran on ends before one.
var positions = regexp.MustCompile(
	`^(?:(?:the|la|le|l'|o|a|as|is|currently|principal|senior|deputy|assistant|chief|national|general|` +
		`acting|first|second|third|vice|sub|joint|associate|lead|executive|permanent|secretary|director|` +
		`directeur|directrice|diretor|diretora|director|officer|head|chef|cheffe|chefe|minister|ministre|` +
		`ministro|ministra|inspector|inspecteur|inspectrice|inspetor|inspetora|judge|juge|juiz|juiza|` +
		`magistrate?|magistrat|magistrada|magistrado|prosecutor|procureur|procureure|procurador|procuradora|` +
		`attorney|counsel|advisor|adviser|conseiller|conseillere|conselheiro|conselheira|assessor|assessora|` +
		`commissioner|commissaire|comissario|comissaria|coordinator|coordinateur|coordinatrice|coordenador|` +
		`coordenadora|manager|gestionnaire|gestor|gestora|analyst|expert|experte|perito|perita|specialist|` +
		`specialiste|legal|law|labour|senior|sous|charge|chargee|responsable|responsavel|secretaire|` +
		`secretario|secretaria|administrateur|administratrice|administrator|attache|attachee|colonel|captain|` +
		`capitaine|superintendent|police|greffier|greffiere|tecnico|tecnica|fonctionnaire|funcionario|` +
		`funcionaria|state|country|programme|program|project|policy|from|of|at|in|with|who|will|has|and|et|e|` +
		`or|qui|que|pour|to|for|dated|tel|email|phone)$)|` +
		`^(?:مدير|مديره|رييس|رييسه|مستشار|مستشاره|وزير|وزيره|موظف|موظفه|خبير|خبيره|مفتش|مفتشه|قاض|قاضيه|وكيل|` +
		`وكيله|نايب|نايبه|منسق|منسقه|باحث|باحثه|ضابط|مسوول|مسووله|كاتب|امين|من|في|و|الي|عن|بصفه|بوظيفه|` +
		`للمشاركه|وقد|وسيشارك|وستشارك|وسيتراس|وستتراس|الذي|التي|لدي|علي|بدلا|عوضا|كما|هاتف|بريد)$`)
