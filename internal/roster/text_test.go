package roster_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"dossier/internal/roster"
)

const twoRows = header +
	"p1,Amina Diallo,amina@example.org,f,public,Ministère de la Justice,Sénégal,fr,presenter:s1\n" +
	"p2,\"Diaye, Moussa\",moussa@example.org,,private,Teranga SA,Senegal,fr,panellist:s1;expert:s2\n"

// utf16 writes a text as UTF-16.
func utf16(t *testing.T, text string, order unicode.Endianness, mark unicode.BOMPolicy) string {
	t.Helper()
	s, err := unicode.UTF16(order, mark).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The forms in which Excel writes one and the same table.
func forms(t *testing.T) map[string]string {
	t.Helper()
	cells := strings.NewReplacer("\"Diaye, Moussa\"", "Diaye Moussa", "panellist:s1;expert:s2", "panellist:s1;expert:s2", ",", "\t").Replace(twoRows)
	semicolons := strings.NewReplacer("\"Diaye, Moussa\"", "Diaye Moussa", ",", ";", "panellist:s1;expert:s2", "\"panellist:s1;expert:s2\"").Replace(twoRows)
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	return map[string]string{
		"semicolons":                    crlf(semicolons),
		"sep=;":                         "sep=;\r\n" + crlf(semicolons),
		"SEP=; in quotes":               "\"SEP=;\"\r\n" + crlf(semicolons),
		"sep=; over all columns":        "sep=;;;;;;;;;\n" + semicolons,
		"sep=; after a mark":            "\xef\xbb\xbfsep=;\r\n" + crlf(semicolons),
		"sep=|":                         "sep=|\n" + strings.ReplaceAll(cells, "\t", "|"),
		"sep=,":                         "sep=,\n" + strings.Replace(twoRows, "\"Diaye, Moussa\"", "Diaye Moussa", 1),
		"sep= a tab":                    "sep=\t\n" + cells,
		"quotes everywhere":             strings.ReplaceAll("\""+strings.ReplaceAll(strings.TrimSuffix(cells, "\n"), "\n", "\"\n\"")+"\"\n", "\t", "\",\""),
		"tabs":                          cells,
		"Unicode Text":                  utf16(t, crlf(cells), unicode.LittleEndian, unicode.UseBOM),
		"the other way round":           utf16(t, crlf(cells), unicode.BigEndian, unicode.UseBOM),
		"UTF-16 without a mark":         utf16(t, crlf(cells), unicode.LittleEndian, unicode.IgnoreBOM),
		"big-endian without a mark":     utf16(t, crlf(cells), unicode.BigEndian, unicode.IgnoreBOM),
		"lines of CR alone":             strings.ReplaceAll(semicolons, "\n", "\r"),
		"empty lines before the header": "\r\n\r\n" + crlf(semicolons),
	}
}

func TestExcelForms(t *testing.T) {
	want, problems := roster.Parse("regm", []byte(goodYAML), []byte(strings.Replace(twoRows, "\"Diaye, Moussa\"", "Diaye Moussa", 1)))
	if len(problems) > 0 || len(want.Participants) != 2 {
		t.Fatal(found(problems))
	}
	for name, csv := range forms(t) {
		r, problems := roster.Parse("regm", []byte(goodYAML), []byte(csv))
		if len(problems) > 0 {
			t.Errorf("%s: %v", name, found(problems))
			continue
		}
		if d := cmp.Diff(want.Participants, r.Participants); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if _, problems := roster.Parse("regm", []byte(utf16(t, goodYAML, unicode.LittleEndian, unicode.UseBOM)), []byte(twoRows)); len(problems) > 0 {
		t.Errorf("meeting.yaml in UTF-16: %v", found(problems))
	}
}

// What cannot be read is named in one problem, and lines are counted in the file as it is.
func TestOtherForms(t *testing.T) {
	windows, err := charmap.Windows1252.NewEncoder().String(twoRows)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		csv  string
		want []string
	}{
		"Windows-1252":         {windows + windows, []string{"participants:2 not-utf8 p1,Amina Diallo,amina@example.org,f,public,Minist�re de la Justice,S�n�gal,fr,pr…"}},
		"a workbook":           {"PK\x03\x04\x14\x00\xff\n\xff", []string{"participants:0 workbook"}},
		"an old workbook":      {"\xd0\xcf\x11\xe0\xa1\xb1\n\xff", []string{"participants:0 workbook"}},
		"UTF-16 that is cut":   {utf16(t, twoRows, unicode.LittleEndian, unicode.UseBOM) + "x", []string{"participants:1 not-utf8 �id,name,email,gender,sector,agency,country,language,roles"}},
		"no header":            {"p1,Amina Diallo\np2,B C\n", []string{"participants:1 no-header p1,Amina Diallo"}},
		"a header in French":   {"\nidentifiant;nom\n1;2\n", []string{"participants:2 no-header identifiant;nom"}},
		"a line behind sep=":   {"sep=;\r\n" + strings.ReplaceAll(header, ",", ";") + "p1;A B;x;f;private;X;Mali;fr;\r\n", []string{"participants:3 bad-email x"}},
		"a column behind sep=": {"sep=;\n" + strings.ReplaceAll(strings.Replace(header, "sector,", "", 1), ",", ";"), []string{"participants:2 missing-column sector"}},
		"a quote behind sep=":  {"sep=,\n" + header + "p1,\"A", []string{"participants:3 syntax extraneous or missing \" in quoted-field"}},
		"sep= and no more":     {"sep=;\n", []string{"participants:2 no-participants"}},
	} {
		_, problems := roster.Parse("regm", []byte(goodYAML), []byte(test.csv))
		if d := cmp.Diff(test.want, found(problems)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// A row goes out of each form, and the rest is written as it was.
func TestWithoutInEachForm(t *testing.T) {
	for name, csv := range forms(t) {
		text, write := roster.Text([]byte(csv))
		if got := write(text); !bytes.Equal(got, []byte(csv)) {
			t.Errorf("%s is written as %q", name, got)
		}
		at, end := bytes.Index(text, []byte("p2")), len(text)
		if text[at-1] == '"' {
			at--
		}
		want := write(append(bytes.Clone(text[:at]), bytes.Repeat([]byte("\n"), bytes.Count(text[at:end], []byte("\n")))...))
		if got := roster.Without([]byte(csv), "p2"); !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if got := roster.Without([]byte(csv), "p3"); !bytes.Equal(got, []byte(csv)) {
			t.Errorf("%s changes for nobody: %q", name, got)
		}
	}
}
