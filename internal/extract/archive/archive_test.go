package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"dossier/internal/extract/archive"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

type entry struct {
	name    string
	data    string
	flags   uint16
	notUTF8 bool
}

func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate, Flags: e.flags, NonUTF8: e.notUTF8})
		if err == nil && !strings.HasSuffix(e.name, "/") {
			_, err = w.Write([]byte(e.data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nested takes each file of an archive for text.
func nested(_ context.Context, _, _ string, data []byte) (content.Attachment, error) {
	return content.Attachment{Content: &content.Content{Format: content.Text, Pages: []content.Page{{Number: 1, Text: string(data)}}}}, nil
}

func read(t testing.TB, data []byte, limits content.Limits) (string, error) {
	t.Helper()
	c, err := archive.Read(t.Context(), bytes.NewReader(data), int64(len(data)), limits.WithDefaults(), nested)
	if c == nil {
		return "", err
	}
	var all []string
	for _, a := range c.Attachments {
		line := a.Name + "=" + string(a.Data)
		if a.Reason != "" {
			line = a.Name + " " + string(a.Reason)
		}
		all = append(all, line)
	}
	return strings.Join(all, "; "), err
}

func TestRead(t *testing.T) {
	cut := pack(t, entry{name: "a.txt", data: strings.Repeat("some words ", 50)}, entry{name: "b.txt", data: "fine"})
	cut[45] ^= 0xff
	for name, test := range map[string]struct {
		data   []byte
		limits content.Limits
		want   string
		reason meeting.Reason
	}{
		"files in folders":           {pack(t, entry{name: "Session 1/"}, entry{name: "Session 1/a.txt", data: "a"}, entry{name: `x\b.txt`, data: "b"}), content.Limits{}, "a.txt=a; b.txt=b", ""},
		"two of one name":            {pack(t, entry{name: "1/a.txt", data: "a"}, entry{name: "2/A.TXT", data: "b"}), content.Limits{}, "a.txt=a; A.TXT=b", ""},
		"out of the archive":         {pack(t, entry{name: "../../etc/passwd", data: "a"}), content.Limits{}, "passwd=a", ""},
		"what macOS adds":            {pack(t, entry{name: "a.txt", data: "a"}, entry{name: "__MACOSX/._a.txt", data: "x"}), content.Limits{}, "a.txt=a", ""},
		"a name as Windows packs":    {pack(t, entry{name: "Pr\x82sentation.txt", data: "a", notUTF8: true}), content.Limits{}, "Présentation.txt=a", ""},
		"one is encrypted":           {pack(t, entry{name: "a.txt", data: "a", flags: 1}, entry{name: "b.txt", data: "b"}), content.Limits{}, "a.txt locked; b.txt=b", ""},
		"one is broken":              {cut, content.Limits{}, "a.txt corrupt; b.txt=fine", ""},
		"one is too large":           {pack(t, entry{name: "a.txt", data: "aaaa"}), content.Limits{Whole: 3}, "", meeting.ReasonTooLarge},
		"together they are":          {pack(t, entry{name: "a.txt", data: "aaa"}, entry{name: "b.txt", data: "bbb"}), content.Limits{Expanded: 5}, "a.txt=aaa", meeting.ReasonTooLarge},
		"too many":                   {pack(t, entry{name: "a.txt"}, entry{name: "b.txt"}), content.Limits{Entries: 1}, "", meeting.ReasonTooLarge},
		"nothing of the sort at all": {[]byte("PK\x03\x04 and no more"), content.Limits{}, "", meeting.ReasonCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, test.data, test.limits)
			if got != test.want || (test.reason == "") != (err == nil) || test.reason != "" && !fault.Because(err, test.reason) {
				t.Errorf("%q, %v, want %q, %s", got, err, test.want, test.reason)
			}
		})
	}
}

// A bomb is told by what it says that it holds, and by what comes out of it.
func TestBomb(t *testing.T) {
	data := pack(t, entry{name: "a.txt", data: strings.Repeat("\x00", 80<<20)})
	if _, err := read(t, data, content.Limits{}); !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%d bytes of a bomb: %v", len(data), err)
	}
}

func TestStops(t *testing.T) {
	data := pack(t, entry{name: "a.txt", data: "a"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := archive.Read(ctx, bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), nested); err == nil ||
		fault.Is(err, fault.Rejected) {
		t.Errorf("a context that has ended: %v", err)
	}
}

func TestIsOne(t *testing.T) {
	for name, want := range map[string]bool{"letter.pdf": true, "Session 1/slides.pptx": true, "[Content_Types].xml": false,
		"mimetype": false, "META-INF/MANIFEST.MF": false, "Index/Document.iwa": false, "Index.zip": false, "index/notes.txt": true} {
		data := pack(t, entry{name: name, data: "x"})
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil || archive.IsOne(z) != want {
			t.Errorf("%s: %v, want %v", name, !want, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pack(f, entry{name: "Session 1/a.txt", data: "some words"}, entry{name: "b.txt", data: "b", flags: 1}))
	limits := content.Limits{Expanded: 1 << 20, Whole: 1 << 20}.WithDefaults()
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := archive.Read(t.Context(), bytes.NewReader(data), int64(len(data)), limits.Fresh(), nested)
		if err != nil && !fault.Is(err, fault.Rejected) {
			t.Error(err)
		}
		if c != nil {
			_ = fmt.Sprint(c.Parts())
		}
	})
}
