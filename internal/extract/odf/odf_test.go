package odf_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/odf"
	"dossier/internal/extract/odf/odftest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

func read(t *testing.T, data []byte, limits content.Limits) (*content.Content, error) {
	t.Helper()
	return odf.Read(t.Context(), bytes.NewReader(data), int64(len(data)), limits.WithDefaults())
}

const lists = `<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="." text:start-value="2"/>` +
	`<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/></text:list-style>`

func TestText(t *testing.T) {
	for name, test := range map[string]struct {
		body  string
		parts map[string]string
		want  []content.Page
	}{
		"mixed text":             {`<text:p>Mme <text:span>Awa</text:span>  <text:span>Traoré</text:span><text:tab/>x<text:s text:c="3"/>y<text:line-break/>z</text:p>`, nil, []content.Page{{Text: "Mme Awa Traoré\tx   y\nz"}}},
		"headings":               {`<text:h>Head</text:h><text:section><text:p>in a section</text:p></text:section>`, nil, []content.Page{{Text: "Head\nin a section"}}},
		"pages":                  {`<text:p>one</text:p><text:soft-page-break/><text:p>two <text:soft-page-break/>three</text:p>`, nil, []content.Page{{Text: "one"}, {Text: "two"}, {Text: "three"}}},
		"lists":                  {`<text:list text:style-name="L"><text:list-item><text:p>a</text:p><text:p>more</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>c</text:p></text:list-item></text:list>`, nil, []content.Page{{Text: "2. a\nmore\n(a) b\n3. c"}}},
		"notes apart":            {`<text:p>x<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>see</text:p></text:note-body></text:note></text:p>`, nil, []content.Page{{Text: "x", Notes: "see"}}},
		"comments apart":         {`<text:p>x<office:annotation><dc:creator>R</dc:creator><text:p>check</text:p></office:annotation></text:p>`, nil, []content.Page{{Text: "x", Comments: "check"}}},
		"what was deleted":       {`<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>new</text:p>`, nil, []content.Page{{Text: "new"}}},
		"tables":                 {`<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell><table:table-cell><text:p>Post</text:p></table:table-cell></table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>Awa</text:p><text:p>Traoré</text:p></table:table-cell><table:covered-table-cell/><table:table-cell><text:p>judge</text:p></table:table-cell></table:table-row></table:table>`, nil, []content.Page{{Text: "Name\tPost\nAwa Traoré\tjudge"}}},
		"frames":                 {`<text:p>a<draw:frame><svg:title>seal</svg:title><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>`, nil, []content.Page{{Text: "aboxed", Alt: "seal"}}},
		"a chart":                {`<text:p><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>`, map[string]string{"Object 1/content.xml": `<office:document-content><office:body><office:chart><chart:chart><chart:title><text:p>Calls</text:p></chart:title><table:table><table:table-row><table:table-cell><text:p>2020</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:chart></office:body></office:document-content>`}, []content.Page{{Text: "Calls\n2020"}}},
		"a billion repeated":     {`<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p/></table:table-cell></table:table-row></table:table><text:p>x<text:s text:c="1000000000"/>y</text:p>`, nil, []content.Page{{Text: "x                                y"}}},
		"margins, size and meta": {`<text:p>x</text:p>`, map[string]string{"styles.xml": `<office:document-styles><style:page-layout style:name="P"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/></style:page-layout><style:master-page style:page-layout-name="P"><style:header><text:p>Ministry</text:p></style:header></style:master-page></office:document-styles>`}, []content.Page{{Text: "x", Footer: "Ministry", Width: 595, Height: 842}}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := read(t, odftest.File(odftest.Text, lists, test.body, test.parts), content.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.Pages {
				c.Pages[i].Width, c.Pages[i].Height = float64(int(c.Pages[i].Width+.5)), float64(int(c.Pages[i].Height+.5))
			}
			for i := range test.want {
				test.want[i].Number = i + 1
			}
			if d := cmp.Diff(test.want, c.Pages); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestPresentation(t *testing.T) {
	box := func(class, x, y, text string) string {
		return `<draw:frame presentation:class="` + class + `" svg:x="` + x + `" svg:y="` + y + `" svg:width="5cm" svg:height="2cm"><draw:text-box><text:p>` + text + `</text:p></draw:text-box></draw:frame>`
	}
	body := `<draw:page draw:style-name="d1">` + box("title", "1cm", "1cm", "Title") + box("", "10cm", "5cm", "right") + box("", "1cm", "5cm", "left") + box("footer", "1cm", "19cm", "2021") +
		`<draw:frame presentation:class="outline" presentation:placeholder="true"><draw:text-box><text:p>Click to add text</text:p></draw:text-box></draw:frame>` +
		`<draw:frame><draw:image xlink:href="Pictures/a.png"/></draw:frame><draw:frame><draw:image xlink:href="https://elsewhere.example/a.png"/><svg:desc>a map</svg:desc></draw:frame>` +
		`<office:annotation><text:p>shorten</text:p></office:annotation>` +
		`<presentation:notes><draw:page-thumbnail/>` + box("notes", "1cm", "1cm", "Say it slowly") + box("page-number", "1cm", "1cm", "1") + `</presentation:notes></draw:page>` +
		`<draw:page draw:style-name="d2"/>`
	styles := `<style:style style:name="d2"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>`
	c, err := read(t, odftest.File(odftest.Presentation, styles, body, nil), content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []content.Page{{Number: 1, Title: "Title", Text: "left\nright", Notes: "Say it slowly", Footer: "2021", Alt: "a map", Comments: "shorten"}, {Number: 2, Hidden: true}}
	if d := cmp.Diff(want, c.Pages); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if d := cmp.Diff([]meeting.Finding{{Code: meeting.FindingExternal, Detail: "image"}}, c.Findings); d != "" || c.Metadata.Pictures != 2 || c.Metadata.PicturesWithoutAlt != 1 {
		t.Errorf("%+v (-want +got)\n%s", c.Metadata, d)
	}
}

func TestRisks(t *testing.T) {
	for name, test := range map[string]struct {
		parts  map[string]string
		code   meeting.FindingCode
		reason meeting.Reason
	}{
		"macros":  {map[string]string{"Basic/Standard/Module1.xml": "<x/>"}, meeting.FindingMacros, ""},
		"scripts": {map[string]string{"Scripts/python/x.py": "x"}, meeting.FindingMacros, ""},
		"object":  {map[string]string{"Object 1": "data"}, meeting.FindingEmbedded, ""},
		"program": {map[string]string{"Object 1": "MZ\x90\x00"}, meeting.FindingExecutable, ""},
		"locked":  {map[string]string{"META-INF/manifest.xml": `<m><f><encryption-data/></f></m>`}, "", meeting.ReasonLocked},
	} {
		c, err := read(t, odftest.File(odftest.Text, "", "<text:p>x</text:p>", test.parts), content.Limits{})
		if !fault.Because(err, test.reason) || test.code != "" && !c.Has(test.code) {
			t.Errorf("%s: %+v %v", name, c.Findings, err)
		}
	}
}

// Objects in a file are found under any name, and so are links to other files and programs.
func TestObjects(t *testing.T) {
	inner := func(body string) string {
		return `<office:document-content><office:body>` + body + `</office:body></office:document-content>`
	}
	frame := func(inside string) string { return `<text:p><draw:frame>` + inside + `</draw:frame></text:p>` }
	const ole = `<draw:object-ole xlink:href="./%s"/>`
	for name, test := range map[string]struct {
		body  string
		parts map[string]string
		want  string
	}{
		"a chart":                       {frame(`<draw:object xlink:href="./Object 1"/>`), map[string]string{"Object 1/content.xml": inner(`<office:chart><chart:chart/></office:chart>`)}, ""},
		"a formula":                     {frame(`<draw:object xlink:href="./Object 1"/>`), map[string]string{"Object 1/content.xml": `<math:math/>`}, ""},
		"a sheet":                       {frame(`<draw:object xlink:href="./Object 1"/>`), map[string]string{"Object 1/content.xml": inner(`<office:spreadsheet/>`)}, "embedded-object"},
		"a text that nothing shows":     {"", map[string]string{"Objet/content.xml": inner(`<office:text/>`)}, "embedded-object"},
		"one within another":            {"", map[string]string{"a/b/content.xml": inner(`<office:text/>`)}, "embedded-object"},
		"an object under another name":  {frame(strings.ReplaceAll(ole, "%s", "a.bin")), map[string]string{"a.bin": "x"}, "embedded-object"},
		"a program under another name":  {frame(strings.ReplaceAll(ole, "%s", "a.bin")), map[string]string{"a.bin": "MZ"}, "executable"},
		"an object from elsewhere":      {frame(`<draw:object-ole xlink:href="https://x.example/a"/>`), nil, "external-content object"},
		"a frame from elsewhere":        {frame(`<draw:floating-frame xlink:href="https://x.example/a"/>`), nil, "external-content floating-frame"},
		"a section from elsewhere":      {`<text:section><text:section-source xlink:href="../a.odt"/><text:p>x</text:p></text:section>`, nil, "external-content section-source"},
		"a section of another in here":  {`<text:section><text:section-source text:section-name="b"/><text:p>x</text:p></text:section>`, nil, ""},
		"a value from another program":  {`<text:dde-connection-decls><text:dde-connection-decl office:dde-application="soffice"/></text:dde-connection-decls>`, nil, "external-content dde-connection-decl"},
		"a section of another program":  {`<text:section><office:dde-source office:dde-application="soffice"/><text:p>x</text:p></text:section>`, nil, "external-content dde-source"},
		"a link that a person follows":  {`<text:p><text:a xlink:href="https://x.example">x</text:a></text:p>`, nil, ""},
		"a picture, and its small copy": {frame(`<draw:image xlink:href="Pictures/a.png"/>`), map[string]string{"Pictures/a.png": "x", "Thumbnails/thumbnail.png": "x"}, ""},
	} {
		c, err := read(t, odftest.File(odftest.Text, "", "<text:p>x</text:p>"+test.body, test.parts), content.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, f := range c.Findings {
			all = append(all, strings.TrimSpace(string(f.Code)+" "+f.Detail))
		}
		if got := strings.Join(all, ", "); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestSniff(t *testing.T) {
	for media, want := range map[string]content.Format{odftest.Text: content.ODT, odftest.Presentation: content.ODP, odftest.Presentation + "-template": content.ODP,
		"application/vnd.oasis.opendocument.spreadsheet": "", "": ""} {
		data := odftest.File(media, "", "", nil)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if got := odf.Sniff(z); got != want {
			t.Errorf("%s: %s", media, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(`<text:p>x<text:s text:c="3"/></text:p><text:list text:style-name="L"><text:list-item text:start-value="9"><text:p>a</text:p></text:list-item></text:list>`)
	f.Fuzz(func(t *testing.T, body string) {
		c, err := read(t, odftest.File(odftest.Text, lists, body, nil), content.Limits{Tokens: 100_000, Text: 1 << 20})
		if err != nil && !fault.Is(err, fault.Rejected) || err == nil && len(c.Pages) == 0 {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}

func FuzzPresentation(f *testing.F) {
	f.Add(odftest.File(odftest.Presentation, "", `<draw:page><draw:g><draw:frame svg:x="1cm"><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></draw:g></draw:page>`, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := read(t, data, content.Limits{Expanded: 8 << 20, Tokens: 100_000, Text: 1 << 20}); err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}
