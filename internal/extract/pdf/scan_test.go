package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScan(t *testing.T) {
	deflate := func(s string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return b.String()
	}
	packed := deflate("1 0 << /S /JavaScript /JS (x) >>")
	for name, test := range map[string]struct {
		pdf  string
		want findings
	}{
		"nothing":                     {"1 0 obj << /Type /Catalog /OpenAction [3 0 R /Fit] >> endobj", findings{}},
		"a script":                    {"1 0 obj << /S /JavaScript >> endobj", findings{script: true}},
		"a script by its key":         {"1 0 obj << /JS 3 0 R >> endobj", findings{script: true}},
		"an escaped name":             {"1 0 obj << /S /J#61vaScript >> endobj", findings{script: true}},
		"a script in an object strm":  {fmt.Sprintf("1 0 obj << /Type /ObjStm /N 1 /First 4 /Length %d >> stream\n%s\nendstream endobj", len(packed), packed), findings{script: true}},
		"launch":                      {"1 0 obj << /Type /Action /S /Launch /F (cmd.exe) >> endobj", findings{launch: true}},
		"only in a stream's bytes":    {"1 0 obj << /Length 22 >> stream\n<< /S /JavaScript >> x\nendstream endobj", findings{}},
		"behind a stream that lies":   {"1 0 obj << /Length 9999 >> stream\nabc\nendstream endobj 2 0 obj << /S /Launch >> endobj", findings{launch: true}},
		"a stream of unknown length":  {"1 0 obj << /Length 5 0 R >> stream\n/S /Launch\nendstream endobj 2 0 obj << /S /Launch >> endobj", findings{launch: true}},
		"in a string":                 {`1 0 obj << /Title (<< /S /Launch >> \) \( ) >> endobj`, findings{}},
		"a link is followed by hand":  {"1 0 obj << /Type /Annot /A << /S /URI /URI (https://x.example) >> >> endobj", findings{}},
		"fetched at opening":          {"1 0 obj << /OpenAction << /S /URI /URI (https://x.example) >> >> endobj", findings{external: true}},
		"fonts":                       {"1 0 obj << /Type /FontDescriptor /FontName /Arial /Flags 32 >> endobj 2 0 obj << /Type /FontDescriptor /FontName /Calibri /FontFile2 9 0 R >> endobj 3 0 obj << /Type /FontDescriptor /FontName /Arial >> endobj", findings{fontsMissing: []string{"Arial"}}},
		"a file in the document":      {"1 0 obj << /Type /Filespec /F (a.xlsx) /EF << /F 9 0 R >> >> endobj", findings{files: 1}},
		"a file beside the document":  {"1 0 obj << /Type /Filespec /F (a.xlsx) >> endobj", findings{}},
		"a comment":                   {"%PDF-1.7\n% << /S /Launch >>\n1 0 obj << >> endobj", findings{}},
		"cut short":                   {"1 0 obj << /S /Launch", findings{launch: true}},
		"brackets without end":        {strings.Repeat("<<", 1000), findings{}},
		"a length over all":           {"1 0 obj << /Type /ObjStm /Length 99999999999 >> stream\nx", findings{}},
		"an inline number and a name": {"1 0 obj << /Count 1 /S /Launch >> endobj", findings{launch: true}},
	} {
		got, err := scan(context.Background(), strings.NewReader(test.pdf), int64(len(test.pdf)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(findings{})); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("1 0 obj << /Type /ObjStm /Length 9 >> stream\nx\nendstream (a\\)) <41> /N#61me % c\n[ 1 2 R ]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := scan(t.Context(), bytes.NewReader(data), int64(len(data))); err != nil {
			t.Error(err)
		}
	})
}
