package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
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

func slidePicture(placeholder, id string, w, h int) string {
	return fmt.Sprintf(`<p:pic><p:nvPicPr><p:cNvPr id="2" name="x" descr="x"/><p:cNvPicPr/><p:nvPr>%s</p:nvPr></p:nvPicPr><p:blipFill><a:blip r:embed=%q/></p:blipFill>`+
		`<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm></p:spPr></p:pic>`, placeholder, id, w, h)
}

func TestSlidesThatArePictures(t *testing.T) {
	parts := map[string]ooxmltest.Part{
		"rId9": {Kind: "image", Name: "media/image1.png", XML: string(asPNG(t, 400, 600))},
		"rId8": {Kind: "image", Name: "media/image2.png", XML: string(asPNG(t, 90, 90))},
		"rId7": {Kind: "image", Name: "media/image3.emf", XML: "\x01\x00\x00\x00 a drawing"},
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
		"a scan and a number":           {deck(ooxmltest.Slide{XML: whole + ooxmltest.Shape("", "12", 0, 0, 9, 9)}), 1, []string{"12\n" + scanned}},
		"a slide with text":             {deck(ooxmltest.Slide{Title: "Our national referral system", XML: whole}), 0, []string{"Our national referral system"}},
		"a logo":                        {deck(ooxmltest.Slide{XML: slidePicture("", "rId9", w/3, h/3)}), 0, []string{""}},
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
	c, err := read(t, readerWith(t, engine, content.Limits{}), data)
	if err != nil || engine.pages.Load() < 10 {
		t.Errorf("%d pictures were read, %v", engine.pages.Load(), err)
	}
	c, err = read(t, readerWith(t, nil, content.Limits{}), data)
	if err != nil || !c.Has(meeting.FindingScanUnread) {
		t.Errorf("%v %v", c.Findings, err)
	}
}
