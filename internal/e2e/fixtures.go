package e2e

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"maps"
	"slices"
	"strings"
	"time"

	"dossier/internal/extract/ooxml/ooxmltest"
)

// QuotaYAML is a meeting whose agencies send two officials, and whose nominations are due before noon.
func QuotaYAML(sessions ...string) string {
	return strings.Replace(MeetingYAML(sessions...), "meeting: {", "meeting: {nominees_per_agency: 2, nominations_due: 2031-06-01T10:00, ", 1)
}

const (
	Joseph = "p6,Joseph Kamau,joseph@justice.example,m,public,Ministry of Justice,Kenya,fr,expert:s1\n"
	Faith  = "p7,Faith Wanjiku,faith@justice.example,f,public,Ministry of Justice,Kenya,en,expert:s1\n"
)

// NominationLetter is a ministry's letter of nomination for the meeting of MeetingYAML, with a line for each name.
func NominationLetter(names ...string) []byte {
	return []byte("MINISTRY OF JUSTICE\nRepublic of Kenya\n\nRef: MOJ/4/21\n15 May 2031\n\nThe Secretariat of the expert meeting\n\n" +
		"NOMINATION OF OFFICIALS, NAIROBI, 23 - 24 JUNE 2031\n\n" +
		"The Ministry of Justice presents its compliments to the Secretariat and, with reference to its letter of invitation, has the honour " +
		"to nominate the following officials to attend the expert meeting in Nairobi from 23 to 24 June 2031:\n\n" +
		strings.Join(names, "\n") + "\n\nPlease accept the assurances of my highest consideration.\n\nPeter Otieno\nPrincipal Secretary\n")
}

// MailFrom is a mail with slides that are not signed.
func MailFrom(from, id, answers, checked string) []byte {
	head := fmt.Sprintf("From: %s\r\nTo: desk@d.example\r\nMessage-ID: %s\r\nSubject: slides\r\n", from, id)
	if answers != "" {
		head += "In-Reply-To: " + answers + "\r\nReferences: " + answers + "\r\n"
	}
	if checked != "" {
		head = "Authentication-Results: " + checked + "\r\n" + head
	}
	data := string(MailWith("slides.pptx", Deck("Chains of supply", "Draft for the panel")))
	return []byte(head + data[strings.Index(data, "MIME-Version"):])
}

const (
	CSVHead = "id,name,email,gender,sector,agency,country,language,roles\n"
	Amina   = "p1,Amina Diallo,amina@people.example,f,private,Sahel SA,Guinea,fr,presenter:s1\n"
	Kofi    = "p2,Kofi Mensah,kofi@people.example,m,private,Coast Ltd,Ghana,en,presenter:s1\n"
	Grace   = "p3,Grace Odhiambo,grace@people.example,f,public,Ministry of Justice,Kenya,en,panellist:s1;expert:s2\n"
	Zainab  = "p4,Zainab Bello,zainab@people.example,f,private,Telecom,Nigeria,en,presenter:s1;presenter:s2\n"
)

func MeetingYAML(sessions ...string) string {
	s := "meeting: {id: m, title: A meeting, starts: 2031-06-23, ends: 2031-06-24, time_zone: Africa/Nairobi, languages: [en, fr], secretariat: [one@secretariat.example, two@secretariat.example]}\nsessions:\n"
	for _, id := range sessions {
		s += fmt.Sprintf("  - {id: %s, title: \"Title of %s\", starts: 2031-06-23T09:00, ends: 2031-06-23T10:30, format: presentations}\n", id, id)
	}
	return s
}

func Deck(title, by string) []byte {
	return ooxmltest.Deck{Title: title, Slides: []ooxmltest.Slide{{Title: title, Body: by}, {Title: "More", Body: "Text that is nobody else's business", Notes: "Whisper this"}}}.Bytes()
}

var Noon = time.Date(2031, 6, 1, 12, 0, 0, 0, time.UTC)

// Word is a DOCX with a paragraph a line.
func Word(text string) []byte {
	body := ""
	for line := range strings.SplitSeq(text, "\n") {
		body += "<w:p><w:r><w:t>" + line + "</w:t></w:r></w:p>"
	}
	return ooxmltest.Document(body, nil)
}

// MailWith is a mail that carries a file.
func MailWith(name string, data []byte) []byte {
	return []byte("From: a@b.example\r\nTo: c@d.example\r\nSubject: see attached\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nPlease see the attached file.\r\n" +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" +
		base64.StdEncoding.EncodeToString(data) + "\r\n--b--\r\n")
}

// File is something that a mail carries. Media may be empty.
type File struct {
	Name, Media string
	Data        []byte
}

// MailOf is a mail with words and files.
func MailOf(words string, files ...File) []byte {
	var b strings.Builder
	b.WriteString("From: Office <office@justice.example>\r\nTo: desk@secretariat.example\r\nSubject: Papers\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + words + "\r\n")
	for _, f := range files {
		fmt.Fprintf(&b, "--b\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"%s\"\r\n\r\n%s\r\n",
			cmp.Or(f.Media, "application/octet-stream"), f.Name, base64.StdEncoding.EncodeToString(f.Data))
	}
	return []byte(b.String() + "--b--\r\n")
}

// Archive is a zip of files.
func Archive(files map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if w, err := z.Create(name); err == nil { // a bytes.Buffer takes everything
			_, _ = w.Write(files[name])
		}
	}
	_ = z.Close()
	return b.Bytes()
}

// BlankPicture is a picture of an empty page.
func BlankPicture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 400, 400))) // a bytes.Buffer takes everything
	return b.Bytes()
}

func LargeRoster(participants int) string {
	var b bytes.Buffer
	b.WriteString(CSVHead)
	for i := range participants {
		fmt.Fprintf(&b, "q%05d,Firstname%d Lastname%d,q%d@people.example,f,private,Agency %d,B,en,presenter:s1\n", i, i, i, i, i/10)
	}
	return b.String()
}

// Secrets are the names, addresses and words of the tests' people and documents, which no log may hold.
func Secrets() []string {
	return []string{"Amina", "Diallo", "DIALLO", "Kofi", "Mensah", "Odhiambo", "ODHIAMBO", "KAMAU", "Kamau", "WANJIKU", "Zainab", "KIPTOO", "Kiptoo", "people.example", "justice.example",
		"secretariat.example", "nobody else's business", "Whisper", "Ministry of Justice", "Principal Secretary", "Sahel SA", "MOJ/4/21"}
}
