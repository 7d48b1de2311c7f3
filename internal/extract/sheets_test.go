package extract_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/image/bmp"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/odf/odftest"
	"dossier/internal/extract/ooxml/ooxmltest"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// scanned is what the engine called seen reads in a picture.
const scanned = "Ministry of Labour\nhereby nominates"

// sheet is a document in which a picture may stand for a page: how many pictures are read in it, and what its pages then say.
type sheet struct {
	data  []byte
	scans int
	want  []string
}

// asPNG is the file of a picture of a size in pixels.
func asPNG(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise is the file of a picture that is far longer than its header.
func noise(t testing.TB) []byte {
	t.Helper()
	g := image.NewGray(image.Rect(0, 0, 600, 600))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range g.Pix {
		g.Pix[i] = byte(random.Uint32())
	}
	var b bytes.Buffer
	if err := png.Encode(&b, g); err != nil || b.Len() < 300<<10 {
		t.Fatal(b.Len(), err)
	}
	return b.Bytes()
}

// asJPEG is the file of a picture of a size in pixels.
func asJPEG(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// testSheets reads documents with an engine and without one. Without, each picture that would have been read is counted in
// a finding, and no document is said to be empty.
func testSheets(t *testing.T, tests map[string]sheet) {
	t.Helper()
	e := pdf.New(pdf.UserCache(), content.Limits{}.WithDefaults().Memory)
	t.Cleanup(func() { e.Close() })
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			engine := &counting{}
			c, err := read(t, extract.New(e, engine, content.Limits{}), test.data)
			if err != nil {
				t.Fatal(err)
			}
			if n := int(engine.pages.Load()); n != test.scans || c.Has(meeting.FindingScanUnread) {
				t.Errorf("%d pictures were read, want %d; findings %v", n, test.scans, c.Findings)
			}
			var got []string
			for _, p := range c.Pages {
				got = append(got, p.Full())
				if strings.Contains(p.Text, scanned) != (p.Confidence > 0) {
					t.Errorf("page %d has a confidence of %v", p.Number, p.Confidence)
				}
			}
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
			c, err = read(t, extract.New(e, nil, content.Limits{}), test.data)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if test.scans > 0 {
				want = fmt.Sprint(test.scans)
			}
			if n := detail(c, meeting.FindingScanUnread); n != want {
				t.Errorf("without an engine %q pages are unread, want %q", n, want)
			}
		})
	}
}

func detail(c *content.Content, code meeting.FindingCode) string {
	for _, f := range c.Findings {
		if f.Code == code {
			return f.Detail
		}
	}
	return ""
}

// counting is an engine that reads the same in every picture, several at once.
type counting struct{ pages atomic.Int64 }

func (c *counting) Recognise(context.Context, *image.Gray) (ocr.Text, error) {
	c.pages.Add(1)
	return ocr.Text{Lines: strings.Split(scanned, "\n"), Confidence: 0.8}, nil
}

func readerWith(t testing.TB, engine ocr.Engine, limits content.Limits) *extract.Reader {
	t.Helper()
	e := pdf.New(pdf.UserCache(), limits.WithDefaults().Memory)
	t.Cleanup(func() { e.Close() })
	return extract.New(e, engine, limits)
}

// written is the file of a picture as an encoder writes it.
func written(t *testing.T, encode func(*bytes.Buffer, image.Image) error) string {
	return string(encoded(t, encode))
}

func slidePicture(placeholder, id string, w, h int) string {
	return fmt.Sprintf(`<p:pic><p:nvPicPr><p:cNvPr id="2" name="x" descr="x"/><p:cNvPicPr/><p:nvPr>%s</p:nvPr></p:nvPicPr><p:blipFill><a:blip r:embed=%q/></p:blipFill>`+
		`<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm></p:spPr></p:pic>`, placeholder, id, w, h)
}

func TestSlidesThatArePictures(t *testing.T) {
	parts := map[string]ooxmltest.Part{
		"rId9": {Kind: "image", Name: "media/image1.png", XML: string(asPNG(t, 400, 600))},
		"rId8": {Kind: "image", Name: "media/image2.png", XML: string(asPNG(t, 90, 90))},
		"rId7": {Kind: "image", Name: "media/image3.emf", XML: "\x01\x00\x00\x00 a drawing"},
		"rId5": {Kind: "image", Name: "media/image5.gif", XML: written(t, func(b *bytes.Buffer, p image.Image) error { return gif.Encode(b, p, nil) })},
		"rId4": {Kind: "image", Name: "media/image6.bmp", XML: written(t, func(b *bytes.Buffer, p image.Image) error { return bmp.Encode(b, p) })},
		"rId6": {Kind: "image", Name: "media/image4.png", XML: string(asPNG(t, 400, 600)[:60])},
	}
	const w, h = 9144000, 6858000 // the slide's
	whole := slidePicture("", "rId9", w, h)
	group := `<p:grpSp><p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9144000" cy="6858000"/><a:chOff x="0" y="0"/><a:chExt cx="4" cy="3"/></a:xfrm></p:grpSpPr>` + slidePicture("", "rId9", 4, 3) + `</p:grpSp>`
	deck := func(slides ...ooxmltest.Slide) []byte {
		for i := range slides {
			slides[i].Parts = parts
		}
		return ooxmltest.Deck{Slides: slides}.Bytes()
	}
	testSheets(t, map[string]sheet{
		"a scan":                        {deck(ooxmltest.Slide{XML: whole}), 1, []string{scanned}},
		"a GIF":                         {deck(ooxmltest.Slide{XML: slidePicture("", "rId5", w, h)}), 1, []string{scanned}},
		"a BMP":                         {deck(ooxmltest.Slide{XML: slidePicture("", "rId4", w, h)}), 1, []string{scanned}},
		"a scan and a number":           {deck(ooxmltest.Slide{XML: whole + ooxmltest.Shape("", "12", 0, 0, 9, 9)}), 1, []string{"12\n" + scanned}},
		"a slide with text":             {deck(ooxmltest.Slide{Title: "Our national referral system", XML: whole}), 0, []string{"Our national referral system"}},
		"a logo":                        {deck(ooxmltest.Slide{XML: slidePicture("", "rId9", w/3, h/3)}, ooxmltest.Slide{Title: "Our national referral system"}), 0, []string{"", "Our national referral system"}},
		"nothing but a small picture":   {deck(ooxmltest.Slide{XML: slidePicture("", "rId9", w/3, h/3)}), 1, []string{scanned}},
		"few dots":                      {deck(ooxmltest.Slide{XML: slidePicture("", "rId8", w, h)}), 0, []string{""}},
		"A4 as high as the slide":       {deck(ooxmltest.Slide{XML: slidePicture("", "rId9", 4848000, h)}), 1, []string{scanned}},
		"two side by side":              {deck(ooxmltest.Slide{XML: slidePicture("", "rId9", w/2, h) + slidePicture("", "rId9", w/2, h)}), 2, []string{scanned + "\n" + scanned}},
		"in a group":                    {deck(ooxmltest.Slide{XML: group}), 1, []string{scanned}},
		"a shape filled with a picture": {deck(ooxmltest.Slide{XML: `<p:sp><p:nvSpPr/><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9144000" cy="6858000"/></a:xfrm><a:blipFill><a:blip r:embed="rId9"/></a:blipFill></p:spPr></p:sp>`}), 1, []string{scanned}},
		"the background":                {deck(ooxmltest.Slide{Background: `<p:bg><p:bgPr><a:blipFill><a:blip r:embed="rId9"/></a:blipFill></p:bgPr></p:bg>`}), 1, []string{scanned}},
		"one branch of an alternative":  {deck(ooxmltest.Slide{XML: `<mc:AlternateContent><mc:Choice>` + whole + `</mc:Choice><mc:Fallback>` + whole + `</mc:Fallback></mc:AlternateContent>`}), 1, []string{scanned}},
		"several slides":                {deck(ooxmltest.Slide{XML: whole}, ooxmltest.Slide{Title: "Thank you"}, ooxmltest.Slide{XML: whole}), 2, []string{scanned, "Thank you", scanned}},
	})
	// A drawing, and a picture that is broken, are counted with an engine too.
	for _, id := range []string{"rId7", "rId6"} {
		pages := 0
		c, err := read(t, readerWith(t, seen{&pages}, content.Limits{}), deck(ooxmltest.Slide{XML: slidePicture("", id, w, h)}))
		if err != nil || pages != 0 || detail(c, meeting.FindingScanUnread) != "1" {
			t.Errorf("%s: %d pictures were read, %v %v", id, pages, c.Findings, err)
		}
	}
}

// The pictures of a document, and of all that lies in it, are read in one budget.
func TestSheetsAreLimited(t *testing.T) {
	parts := map[string]ooxmltest.Part{"rId9": {Kind: "image", Name: "media/image1.png", XML: string(asPNG(t, 400, 600))}}
	slides := make([]ooxmltest.Slide, 5)
	for i := range slides {
		slides[i] = ooxmltest.Slide{XML: slidePicture("", "rId9", 9144000, 6858000), Parts: parts}
	}
	data := ooxmltest.Deck{Slides: slides}.Bytes()
	for name, test := range map[string]struct {
		limits content.Limits
		scans  int64
		unread string
	}{
		"pages":            {content.Limits{Scans: 3}, 3, "2"},
		"pixels":           {content.Limits{Pixels: 400*600 - 1}, 0, "5"},
		"decoded":          {content.Limits{Decoded: 4*400*600*2 + 1}, 2, "3"},
		"bytes of a part":  {content.Limits{Part: 3 << 10}, 5, ""},
		"bytes unpacked":   {content.Limits{Expanded: 10 << 10}, 0, "5"},
		"time for a page":  {content.Limits{Time: time.Minute, ScanTime: 2 * time.Minute}, 0, "5"},
		"nothing is short": {content.Limits{}, 5, ""},
	} {
		engine := &counting{}
		c, err := read(t, readerWith(t, engine, test.limits), data)
		if err != nil || engine.pages.Load() != test.scans || detail(c, meeting.FindingScanUnread) != test.unread {
			t.Errorf("%s: %d pictures were read, %v %v", name, engine.pages.Load(), c.Findings, err)
		}
	}
	if _, err := read(t, readerWith(t, &counting{}, content.Limits{Text: 100}), data); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("too much text: %v", err)
	}
	if _, err := read(t, readerWith(t, down{}, content.Limits{}), data); !errors.Is(err, errEngine) || fault.Is(err, fault.Rejected) {
		t.Errorf("an engine that fails: %v", err)
	}
}

// A public deck of slides that are pictures. One of them has a text.
func TestPublicDeckOfPictures(t *testing.T) {
	data, err := os.ReadFile("../../../shared/corpus/faults/poi-tika-2605.pptx")
	if err != nil {
		t.Skip("the corpus is not here")
	}
	engine := &counting{}
	if _, err := read(t, readerWith(t, engine, content.Limits{}), data); err != nil || engine.pages.Load() < 10 {
		t.Errorf("%d pictures were read, %v", engine.pages.Load(), err)
	}
	c, err := read(t, readerWith(t, nil, content.Limits{}), data)
	if err != nil || !c.Has(meeting.FindingScanUnread) {
		t.Errorf("%v %v", c.Findings, err)
	}
}

// word is a picture in a run, of a size in points.
func wordPicture(id string, w, h int) string {
	return fmt.Sprintf(`<w:p><w:r><w:drawing><wp:inline><wp:extent cx="%d" cy="%d"/><wp:docPr id="1" name="x" descr=""/><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed=%q/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		w*12700, h*12700, id)
}

// illustrated is a DOCX of A4 with a picture of each of the names in its folder of media, by an id of the same name.
func illustrated(body string, pictures map[string][]byte) []byte {
	all, relations := map[string]string{}, `<Relationships>`
	for name, data := range pictures {
		all["word/media/"+name] = string(data)
		relations += `<Relationship Id="` + name + `" Type="http://x/image" Target="media/` + name + `"/>`
	}
	all["word/_rels/document.xml.rels"] = relations + `</Relationships>`
	return ooxmltest.Add(ooxmltest.Document(body+`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>`, nil), all)
}

func TestDocumentsThatArePictures(t *testing.T) {
	const lines = `<w:p><w:r><w:t>Please find the letter attached.</w:t></w:r></w:p>`
	const brk = `<w:p><w:r><w:br w:type="page"/></w:r></w:p>`
	text := func(s string) string { return `<w:p><w:r><w:t>` + s + `</w:t></w:r></w:p>` }
	pictures := map[string][]byte{"a.png": asPNG(t, 400, 600), "logo.png": asPNG(t, 90, 90)}
	doc := func(body string) []byte { return illustrated(body, pictures) }
	margins := wordPicture("a.png", 451, 638) // A4 shrunk to the usual margins
	vml := func(style string) string {
		return `<w:p><w:r><w:pict><v:shape style="` + style + `"><v:imagedata r:id="a.png"/></v:shape></w:pict></w:r></w:p>`
	}
	testSheets(t, map[string]sheet{
		"a scan":                              {doc(margins), 1, []string{scanned}},
		"a scan between the widest margins":   {doc(wordPicture("a.png", 350, 495)), 1, []string{scanned}},
		"three, one a page":                   {doc(margins + margins + margins), 3, []string{scanned, scanned, scanned}},
		"three with breaks":                   {doc(margins + brk + margins + brk + margins), 3, []string{scanned, scanned, scanned}},
		"behind a page of text":               {doc(lines + brk + margins), 1, []string{"Please find the letter attached.", scanned}},
		"text whose breaks nobody knows":      {doc(lines + margins), 1, []string{"Please find the letter attached.\n" + scanned}},
		"a figure in a text":                  {doc(lines + wordPicture("a.png", 400, 300)), 0, []string{"Please find the letter attached."}},
		"a seal":                              {doc(lines + brk + text("N. 12") + wordPicture("a.png", 80, 80)), 0, []string{"Please find the letter attached.", "N. 12"}},
		"a number and a small picture":        {doc(text("N. 12") + wordPicture("a.png", 80, 80)), 1, []string{"N. 12\n" + scanned}},
		"nothing but a small picture":         {doc(wordPicture("a.png", 80, 80)), 1, []string{scanned}},
		"few dots":                            {doc(text("N. 12") + wordPicture("logo.png", 451, 638)), 0, []string{"N. 12"}},
		"in a cell":                           {doc(`<w:tbl><w:tr><w:tc>` + margins + `</w:tc></w:tr></w:tbl>`), 1, []string{scanned}},
		"as Word 2007 writes it":              {doc(vml("width:451.3pt;height:638.2pt")), 1, []string{scanned}},
		"VML in inches, small":                {doc(lines + vml("width:1in;height:1in")), 0, []string{"Please find the letter attached."}},
		"VML behind a text":                   {doc(lines + vml("position:absolute;width:595pt;height:842pt")), 0, []string{"Please find the letter attached."}},
		"a drawing that floats beside a text": {doc(lines + strings.ReplaceAll(margins, "wp:inline", "wp:anchor")), 0, []string{"Please find the letter attached."}},
		"in a document within another": {ooxmltest.Add(chunked(map[string]string{"a.docx": string(doc(margins))}), nil), 1,
			[]string{"before\n" + scanned}},
		"in one file, and large": {ooxmltest.Flat("", `<w:p><w:r><w:pict><w:binData w:name="wordml://1.png">`+base64.StdEncoding.EncodeToString(noise(t))+
			`</w:binData><v:shape style="width:451.3pt;height:638.2pt"><v:imagedata src="wordml://1.png"/></v:shape></w:pict></w:r></w:p>`), 1, []string{scanned}},
	})
	header := ooxmltest.Add(illustrated(text("N. 12"), pictures), map[string]string{"word/header1.xml": `<w:hdr>` + margins + `</w:hdr>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Id="h" Type="http://x/header" Target="header1.xml"/><Relationship Id="a.png" Type="http://x/image" Target="media/a.png"/></Relationships>`})
	testSheets(t, map[string]sheet{"another part's picture": {header, 0, []string{"N. 12"}}})
}

func TestOpenDocumentsThatArePictures(t *testing.T) {
	image := func(size string) string {
		return `<draw:frame ` + size + `><draw:image xlink:href="Pictures/a.png"/></draw:frame>`
	}
	parts := map[string]string{"Pictures/a.png": string(asPNG(t, 400, 600)),
		"styles.xml": `<s><master-styles><style:master-page style:page-layout-name="L"/></master-styles><style:page-layout style:name="L">` +
			`<style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/></style:page-layout></s>`}
	text := func(body string) []byte { return odftest.File(odftest.Text, "", body, parts) }
	margins := `<text:p>` + image(`text:anchor-type="as-char" svg:width="17cm" svg:height="24cm"`) + `</text:p>`
	slides := func(shapes ...string) []byte {
		body := ""
		for _, s := range shapes {
			body += `<draw:page>` + s + `</draw:page>`
		}
		return odftest.File(odftest.Presentation, "", body, parts)
	}
	whole := image(`svg:x="0cm" svg:y="0cm" svg:width="21cm" svg:height="29.7cm"`)
	const words = `<text:p>Please find the letter attached.</text:p>`
	filled := odftest.File(odftest.Presentation, `<style:style style:name="dp1"><style:drawing-page-properties draw:fill="bitmap" draw:fill-image-name="Sky"/></style:style>`,
		`<draw:page draw:style-name="dp1"/>`, map[string]string{"Pictures/a.png": parts["Pictures/a.png"], "styles.xml": `<s><draw:fill-image draw:name="Sky" xlink:href="Pictures/a.png"/></s>`})
	testSheets(t, map[string]sheet{
		"a scan in a text":               {text(margins), 1, []string{scanned}},
		"two, one a page":                {text(margins + margins), 2, []string{scanned, scanned}},
		"after a break":                  {text(words + `<text:p><text:soft-page-break/></text:p>` + margins), 1, []string{"Please find the letter attached.", scanned}},
		"text whose breaks nobody knows": {text(words + margins), 1, []string{"Please find the letter attached.\n" + scanned}},
		"a figure in a text":             {text(words + `<text:p>` + image(`svg:width="14cm" svg:height="10cm"`) + `</text:p>`), 0, []string{"Please find the letter attached."}},
		"behind a text":                  {text(words + `<text:p>` + image(`text:anchor-type="page" svg:width="21cm" svg:height="29.7cm"`) + `</text:p>`), 0, []string{"Please find the letter attached."}},
		"in percent of the page":         {text(image(`style:rel-width="100%"`)), 1, []string{scanned}},
		"a scan on a slide":              {slides(whole, ""), 1, []string{scanned, ""}},
		"on a slide with text":           {slides(whole + `<draw:frame svg:x="0cm"><draw:text-box>` + words + `</draw:text-box></draw:frame>`), 0, []string{"Please find the letter attached."}},
		"a logo on a slide":              {slides(image(`svg:width="3cm" svg:height="3cm"`), `<draw:frame svg:x="0cm"><draw:text-box>`+words+`</draw:text-box></draw:frame>`), 0, []string{"", "Please find the letter attached."}},
		"in a group":                     {slides(`<draw:g>` + whole + `</draw:g>`), 1, []string{scanned}},
		"a slide filled with a picture":  {filled, 1, []string{scanned}},
		"a picture from elsewhere":       {slides(strings.ReplaceAll(whole, "Pictures/", "https://x.example/")), 0, []string{""}},
	})
}

func TestRTFThatIsPictures(t *testing.T) {
	pngHex := func(w, h int) string { return hex.EncodeToString(asPNG(t, w, h)) }
	pict := func(words, data string) string { return `{\pict` + words + "\n" + data + `}` }
	rtf := func(body string) []byte { return []byte(`{\rtf1\ansi\paperw11906\paperh16838 ` + body + `}`) }
	const size = `\picwgoal9020\pichgoal12760`
	margins := pict(`\pngblip\picw400\pich600`+size, pngHex(400, 600))
	lines := regexp.MustCompile(`.{64}`).ReplaceAllString(margins, "$0\r\n")
	both := `{\*\shppict` + margins + `}{\nonshppict` + pict(`\wmetafile8`+size, "0102") + `}`
	testSheets(t, map[string]sheet{
		"a scan":                         {rtf(margins), 1, []string{scanned}},
		"in lines":                       {rtf(lines), 1, []string{scanned}},
		"two, one a page":                {rtf(margins + margins), 2, []string{scanned, scanned}},
		"twice for old readers":          {rtf(both), 1, []string{scanned}},
		"after a page of text":           {rtf(`Please find the letter attached.\page ` + margins), 1, []string{"Please find the letter attached.", scanned}},
		"text whose breaks nobody knows": {rtf(`Please find the letter attached.\par ` + margins), 1, []string{"Please find the letter attached.\n" + scanned}},
		"scaled down":                    {rtf(`Please find the letter attached. ` + pict(`\pngblip\picscalex10\picscaley10`+size, pngHex(400, 600))), 0, []string{"Please find the letter attached."}},
		"a seal":                         {rtf(`Please find the letter attached. ` + pict(`\pngblip\picwgoal900\pichgoal900`, pngHex(400, 600))), 0, []string{"Please find the letter attached."}},
		"a JPEG":                         {rtf(pict(`\jpegblip`+size, hex.EncodeToString(asJPEG(t, 400, 600)))), 1, []string{scanned}},
		"in bytes":                       {rtf(`{\pict\pngblip` + size + `\bin` + strconv.Itoa(len(asPNG(t, 400, 600))) + ` ` + string(asPNG(t, 400, 600)) + `}`), 1, []string{scanned}},
		"with a name":                    {rtf(pict(`{\*\picprop{\sp{\sn pictureId}{\sv 1}}}\pngblip{\*\blipuid 0123456789abcdef0123456789abcdef}`+size, pngHex(400, 600))), 1, []string{scanned}},
		"in a header":                    {rtf(`{\header ` + margins + `}N. 12`), 0, []string{"N. 12"}},
		"a shape's":                      {rtf(`{\shp{\*\shpinst\shpleft0\shptop0\shpright9020\shpbottom12760{\sp{\sn pib}{\sv ` + margins + `}}}}`), 1, []string{scanned}},
		"a bullet of a list":             {rtf(`{\*\listpicture ` + margins + `}N. 12`), 0, []string{"N. 12"}},
	})
}
