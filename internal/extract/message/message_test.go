package message_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/extract/content"
	"dossier/internal/extract/message"
	"dossier/internal/extract/ole/oletest"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// reader takes attachments for texts.
func reader(_ context.Context, _, _ string, data []byte) (content.Attachment, error) {
	return content.Attachment{Content: &content.Content{Format: content.Text, Pages: []content.Page{{Number: 1, Text: string(data)}}}}, nil
}

func eml(t *testing.T, text string) (*content.Content, error) {
	t.Helper()
	text = strings.ReplaceAll(text, "\n", "\r\n")
	return message.ReadEML(t.Context(), strings.NewReader(text), int64(len(text)), content.Limits{}.WithDefaults(), reader)
}

const mixed = `From: =?utf-8?q?Minist=C3=A8re?= <mj@justice.example>
To: "REGM, secretariat" <regm@meetings.example>, second@meetings.example
Cc: third@meetings.example
Subject: =?utf-8?q?D=C3=A9signation?=
Date: Tue, 4 May 2021 10:00:00 +0200
Message-ID: <1@justice.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary="a"

--a
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Veuillez trouver ci-joint la lettre sign=E9e.
--a
Content-Type: text/html; charset=utf-8

<p>Veuillez trouver <b>ci-joint</b></p>
--a--
--b
Content-Type: text/plain; name="note.txt"
Content-Disposition: attachment; filename="../../etc/note.txt"

the note
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="run.exe"
Content-Transfer-Encoding: base64

TVqQAAMAAAA=
--b--
`

func TestEML(t *testing.T) {
	c, err := eml(t, mixed)
	if err != nil {
		t.Fatal(err)
	}
	want := &content.Envelope{From: "Ministère <mj@justice.example>", To: []string{"REGM, secretariat <regm@meetings.example>", "second@meetings.example"},
		Cc: []string{"third@meetings.example"}, Subject: "Désignation", Date: time.Date(2021, 5, 4, 8, 0, 0, 0, time.UTC), ID: "<1@justice.example>"}
	if d := cmp.Diff(want, c.Envelope); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if c.Pages[0].Text != "Veuillez trouver ci-joint la lettre signée." || c.Metadata.Author != "Ministère" || c.Metadata.Title != "Désignation" {
		t.Errorf("%+v %+v", c.Pages, c.Metadata)
	}
	if len(c.Attachments) != 2 || c.Attachments[0].Name != "note.txt" || c.Attachments[0].Content.Pages[0].Text != "the note" || c.Attachments[1].Size != 8 {
		t.Errorf("%+v", c.Attachments)
	}
	if !c.Has(meeting.FindingExecutable) {
		t.Error("the program was not noticed")
	}
}

func TestEMLVariants(t *testing.T) {
	for name, test := range map[string]struct{ mail, want string }{
		"HTML alone":          {"From: a@b.example\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"},
		"mbox":                {"From someone Tue May  4 10:00:00 2021\nFrom: a@b.example\nSubject: x\n\nBody", "Body"},
		"no type":             {"From: a@b.example\nTo: b@c.example\n\nplain", "plain"},
		"a part without type": {"From: a@b.example\nTo: b@c.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nplain\n--b--\n", "plain"},
		"no such type":        {"From: a@b.example\nTo: b@c.example\nContent-Type: text/plain; charset=nonsense\n\nplain", "plain"},
	} {
		c, err := eml(t, test.mail)
		if err != nil || len(c.Pages) != 1 || c.Pages[0].Text != test.want {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
	wide := "\xff\xfe" + string(oletest.UTF16("From: a@b.example\r\nTo: b@c.example\r\n\r\nplain"))
	if !message.Sniff([]byte(wide)) {
		t.Error("UTF-16 is not taken for a mail")
	}
	c, err := message.ReadEML(t.Context(), strings.NewReader(wide), int64(len(wide)), content.Limits{}.WithDefaults(), reader)
	if err != nil || c.Pages[0].Text != "plain" {
		t.Errorf("UTF-16: %+v %v", c, err)
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]bool{
		"From: a\nTo: b\n\nx":                             true,
		"Received: by x\n\twith SMTP\nSubject: y\n\nbody": true,
		"From: a\n\nTo: b":                                false,
		"Subject: to be discussed\nWe met: at noon\n\nx":  false,
		"Dear colleague,\nFrom: here\nTo: there":          false,
		"":                                                false,
	} {
		if got := message.Sniff([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// A mail of boundaries within boundaries is refused before it is followed.
func TestNestedBoundaries(t *testing.T) {
	_, err := eml(t, "From: a@b.example\nTo: b\nContent-Type: multipart/mixed; boundary=x\n\n"+strings.Repeat("--x\nContent-Type: multipart/mixed; boundary=x\n\n", 1000))
	if !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%v", err)
	}
}

// properties writes a __properties_version1.0 stream: a header, then the values by tag.
func properties(header int, values map[uint32]uint64) []byte {
	b := bytes.NewBuffer(make([]byte, header))
	for tag, v := range values {
		_ = binary.Write(b, binary.LittleEndian, [2]uint32{tag, 6})
		_ = binary.Write(b, binary.LittleEndian, v)
	}
	return b.Bytes()
}

// msg is a message with a recipient, a file and a message within it.
func msg() map[string][]byte {
	filetime := uint64(time.Date(2021, 5, 4, 8, 0, 0, 0, time.UTC).Unix()+11644473600) * 1e7
	s := map[string][]byte{
		"__properties_version1.0": properties(32, map[uint32]uint64{0x00390040: filetime, 0x3ffd0003: 1252}),
		"__substg1.0_0037001F":    oletest.UTF16("Désignation"),
		"__substg1.0_1000001E":    []byte("Ci-joint la lettre sign\xe9e."),
		"__substg1.0_0C1A001F":    oletest.UTF16("Awa Traoré"),
		"__substg1.0_5D01001F":    oletest.UTF16("awa@justice.example"),
		"__substg1.0_0E04001F":    oletest.UTF16("Secretariat"),
		"__substg1.0_1035001F":    oletest.UTF16("<2@justice.example>"),
		"__nameid_version1.0/x":   []byte("x"),
		"__substg1.0_007D001F":    oletest.UTF16("Date: Tue, 4 May 2021 10:00:00 +0200\r\n"),
	}
	recip := "__recip_version1.0_#00000000/"
	s[recip+"__properties_version1.0"] = properties(8, map[uint32]uint64{0x0c150003: 1})
	s[recip+"__substg1.0_3001001F"] = oletest.UTF16("REGM secretariat")
	s[recip+"__substg1.0_39FE001F"] = oletest.UTF16("regm@meetings.example")
	file := "__attach_version1.0_#00000000/"
	s[file+"__properties_version1.0"] = properties(8, nil)
	s[file+"__substg1.0_3707001F"] = oletest.UTF16("lettre.txt")
	s[file+"__substg1.0_37010102"] = []byte("the letter")
	inner := "__attach_version1.0_#00000001/"
	s[inner+"__properties_version1.0"] = properties(8, nil)
	s[inner+"__substg1.0_3001001F"] = oletest.UTF16("forwarded")
	within := inner + "__substg1.0_3701000D/"
	s[within+"__properties_version1.0"] = properties(24, map[uint32]uint64{})
	s[within+"__substg1.0_0037001F"] = oletest.UTF16("The invitation")
	s[within+"__substg1.0_1000001F"] = oletest.UTF16("You are invited.")
	return s
}

func readMSG(t *testing.T, streams map[string][]byte) (*content.Content, error) {
	t.Helper()
	data := oletest.File(streams)
	return message.ReadMSG(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), reader)
}

func TestMSG(t *testing.T) {
	c, err := readMSG(t, msg())
	if err != nil {
		t.Fatal(err)
	}
	want := &content.Envelope{From: "Awa Traoré <awa@justice.example>", To: []string{"REGM secretariat <regm@meetings.example>"}, Subject: "Désignation",
		Date: time.Date(2021, 5, 4, 8, 0, 0, 0, time.UTC), ID: "<2@justice.example>"}
	if d := cmp.Diff(want, c.Envelope); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if c.Pages[0].Text != "Ci-joint la lettre signée." {
		t.Errorf("%+v", c.Pages)
	}
	if len(c.Attachments) != 2 || c.Attachments[0].Name != "lettre.txt" || c.Attachments[0].Content.Pages[0].Text != "the letter" {
		t.Fatalf("%+v", c.Attachments)
	}
	inner := c.Attachments[1].Content
	if inner.Envelope.Subject != "The invitation" || inner.Pages[0].Text != "You are invited." || c.Attachments[1].Name != "forwarded" {
		t.Errorf("%+v", inner)
	}
}

// The example of compressed RTF in the specification (MS-OXRTFCP, 3.1.1.1).
var compressed = []byte{0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0}

func TestMSGBodies(t *testing.T) {
	for name, test := range map[string]struct {
		stream string
		data   []byte
		want   string
	}{
		"HTML":           {"__substg1.0_10130102", []byte("<html><body><p>One</p><p>Two</p></body></html>"), "One\nTwo"},
		"compressed RTF": {"__substg1.0_10090102", compressed, "hello world"},
	} {
		s := msg()
		delete(s, "__substg1.0_1000001E")
		s[test.stream] = test.data
		c, err := readMSG(t, s)
		if err != nil || c.Pages[0].Text != test.want {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

// What says how the one-byte strings are written: the message's code page, that of its Internet form, its language.
func TestMSGCodePages(t *testing.T) {
	const russian = "\xcf\xf0\xe8\xe2\xe5\xf2"
	for name, test := range map[string]struct {
		page map[uint32]uint64
		body map[string][]byte
	}{
		"the message's":           {map[uint32]uint64{0x3ffd0003: 1251}, map[string][]byte{"1000001E": []byte(russian)}},
		"that of the Internet":    {map[uint32]uint64{0x3fde0003: 1251}, map[string][]byte{"1000001E": []byte(russian)}},
		"the language's":          {map[uint32]uint64{0x3ff10003: 0x419}, map[string][]byte{"1000001E": []byte(russian)}},
		"ASCII, and the language": {map[uint32]uint64{0x3ffd0003: 20127, 0x3ff10003: 0x419}, map[string][]byte{"1000001E": []byte(russian)}},
		"HTML":                    {map[uint32]uint64{0x3fde0003: 1251}, map[string][]byte{"10130102": []byte("<p>" + russian + "</p>")}},
		"HTML in UTF-8":           {map[uint32]uint64{0x3fde0003: 1251}, map[string][]byte{"10130102": []byte("<p>Привет</p>")}},
	} {
		s := map[string][]byte{"__properties_version1.0": properties(32, test.page), "__substg1.0_0037001E": []byte(russian)}
		for id, data := range test.body {
			s["__substg1.0_"+id] = data
		}
		recip := "__recip_version1.0_#00000000/"
		s[recip+"__properties_version1.0"] = properties(8, map[uint32]uint64{0x0c150003: 1})
		s[recip+"__substg1.0_3001001E"] = []byte(russian)
		c, err := readMSG(t, s)
		if err != nil || c.Pages[0].Text != "Привет" || c.Envelope.Subject != "Привет" || !slices.Equal(c.Envelope.To, []string{"Привет"}) {
			t.Errorf("%s: %v %+v %+v", name, err, c.Pages, c.Envelope)
		}
	}
}

func TestMSGNesting(t *testing.T) {
	s := msg()
	path := "__attach_version1.0_#00000001/__substg1.0_3701000D/"
	for range 8 {
		path += "__attach_version1.0_#00000000/__substg1.0_3701000D/"
		s[path+"__properties_version1.0"] = properties(24, nil)
	}
	c, err := readMSG(t, s)
	if err != nil {
		t.Fatal(err)
	}
	deep := c.Attachments[1].Content
	for len(deep.Attachments) > 0 && deep.Attachments[0].Reason == "" {
		deep = deep.Attachments[0].Content
	}
	if len(deep.Attachments) != 1 || deep.Attachments[0].Reason != meeting.ReasonTooLarge {
		t.Errorf("%+v", deep)
	}
}

func small() content.Limits { return content.Limits{Text: 1 << 20}.WithDefaults() }

func FuzzEML(f *testing.F) {
	f.Add([]byte(mixed))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := message.ReadEML(t.Context(), bytes.NewReader(data), int64(len(data)), small(), reader)
		if err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}

func FuzzMSG(f *testing.F) {
	f.Add(oletest.File(msg()))
	s := msg()
	delete(s, "__substg1.0_1000001E")
	s["__substg1.0_10090102"] = compressed
	f.Add(oletest.File(s))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := message.ReadMSG(t.Context(), bytes.NewReader(data), int64(len(data)), small(), reader)
		if err != nil && !fault.Is(err, fault.Rejected) {
			t.Errorf("neither read nor refused: %v", err)
		}
	})
}

// A mail whose MIME header has thousands of parameters is refused before they are read; long fields of other kinds, and
// long lines of text, are no reason.
func TestLongHeaders(t *testing.T) {
	parameters := strings.Repeat(";\n a=b", 2000)
	const body = "\n\nhello\n"
	for name, test := range map[string]struct {
		mail    string
		refused bool
	}{
		"parameters":           {"From: a@b.example\nTo: b\nContent-Type: text/plain" + parameters + body, true},
		"parameters of a part": {"From: a@b.example\nTo: b\nContent-Type: multipart/mixed; boundary=x\n\n--x\nCONTENT-DISPOSITION: attachment" + parameters + body + "--x--\n", true},
		"one line":             {"From: a@b.example\nTo: b\nContent-Type: text/plain; a=" + strings.Repeat("b", 5000) + body, true},
		"references":           {"From: a@b.example\nTo: b\nReferences: " + strings.Repeat("<1@a>\n ", 2000) + "<2@a>" + body, false},
		"a long text":          {"From: a@b.example\nTo: b" + body + strings.Repeat("words ", 2000), false},
		"a long name":          {"From: a@b.example\nTo: b\nContent-Type: text/plain; name=\"" + strings.Repeat("x", 900) + "\"" + body, false},
	} {
		if _, err := eml(t, test.mail); fault.Because(err, meeting.ReasonTooLarge) != test.refused || !test.refused && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The library makes an error of each character that is none of base64: they count as memory.
func TestNoBase64(t *testing.T) {
	mail := func(body string) string {
		return "From: a@b.example\r\nTo: b@c.example\r\nSubject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
	}
	for name, test := range map[string]struct {
		text    string
		refused bool
	}{
		"none of base64":      {mail(strings.Repeat("!", 100_000)), true},
		"with the eighth bit": {mail(strings.Repeat("\xa1", 100_000)), true},
		"base64":              {mail(strings.Repeat("aGVsbG8g\r\n", 10_000)), false},
		"no part in base64":   {strings.Replace(mail(strings.Repeat("!", 100_000)), "base64", "7bit", 1), false},
	} {
		limits := content.Limits{Working: 4 << 20}.WithDefaults()
		_, err := message.ReadEML(t.Context(), strings.NewReader(test.text), int64(len(test.text)), limits, reader)
		if fault.Because(err, meeting.ReasonTooLarge) != test.refused || err != nil && !test.refused {
			t.Errorf("%s: %v", name, err)
		}
		if held := limits.Held(); err == nil && held > int64(5*len(test.text)) {
			t.Errorf("%s: %d bytes held for %d", name, held, len(test.text))
		}
	}
}

// A message whose streams are made of the same bytes is refused, and not read without what could not be read.
func TestMSGOfTheSameBytes(t *testing.T) {
	s := msg()
	s["__substg1.0_1000001F"] = oletest.UTF16(strings.Repeat("body ", 20_000))
	data := oletest.File(s)
	_, err := message.ReadMSG(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), reader)
	if err != nil {
		t.Fatalf("a body that is nearly all: %v", err)
	}
	le := binary.LittleEndian
	at := 512 + 512*int(le.Uint32(data[48:]))
	var body []byte
	for pass := range 2 {
		for e := at; e+128 <= len(data) && data[e+66] != 0; e += 128 {
			switch name := string(data[e : e+64]); {
			case pass == 0 && strings.HasPrefix(name, string(oletest.UTF16("__substg1.0_1000001F"))):
				body = bytes.Clone(data[e+116 : e+124])
			case pass == 1 && strings.HasPrefix(name, string(oletest.UTF16("__substg1.0_"))):
				copy(data[e+116:], body)
			}
		}
	}
	_, err = message.ReadMSG(t.Context(), bytes.NewReader(data), int64(len(data)), content.Limits{}.WithDefaults(), reader)
	if !fault.Because(err, meeting.ReasonTooLarge) {
		t.Errorf("%v", err)
	}
}
