package content_test

import (
	"strings"
	"testing"

	"dossier/internal/extract/content"
	"dossier/internal/meeting"
)

func said(f content.Format, text string) *content.Content {
	return &content.Content{Format: f, Pages: []content.Page{{Number: 1, Text: text}}}
}

func mail(subject, text string, parts ...content.Attachment) *content.Content {
	c := said(content.EML, text)
	c.Envelope, c.Attachments = &content.Envelope{From: "a@b.example", Subject: subject}, parts
	return c
}

// Parts are the papers in a carrier, in their order, each with the mails around it and with nothing that lies beside it.
func TestParts(t *testing.T) {
	words := strings.Repeat("word ", 30)
	deck := content.Attachment{Name: "deck.pptx", Data: []byte("deck"), Size: 4, Content: said(content.PPTX, "slides")}
	letter := content.Attachment{Name: "letter.pdf", Data: []byte("letter"), Size: 6, Content: said(content.PDF, "we nominate")}
	locked := content.Attachment{Name: "locked.pdf", Data: []byte("x"), Size: 1, Content: said(content.PDF, ""), Reason: meeting.ReasonLocked}
	picture := func(name string, size int64, text string) content.Attachment {
		return content.Attachment{Name: name, Media: "image/png", Size: size, Data: []byte(name), Content: said(content.PNG, text)}
	}
	other := func(name, media string) content.Attachment {
		return content.Attachment{Name: name, Media: media, Size: 10, Data: []byte(name), Content: said(content.Text, words)}
	}
	nested := func(c *content.Content, name string) content.Attachment {
		return content.Attachment{Name: name, Size: 9, Data: []byte("the mail"), Content: c}
	}
	fax := content.Attachment{Name: "fax.tif", Media: "image/tiff", Size: 9000, Data: []byte("fax"), Content: said(content.TIFF, "")}
	encrypted := content.Attachment{Name: "encrypted.asc", Data: []byte("\n-----BEGIN PGP MESSAGE-----"), Size: 28, Content: said(content.Text, "")}
	pack := func(parts ...content.Attachment) *content.Content {
		return &content.Content{Format: content.Zip, Attachments: parts}
	}
	within := nested(mail("inner", "the inner words"), "")
	within.Data, within.Content.Format = nil, content.MSG
	for name, test := range map[string]struct {
		c    *content.Content
		want string // the parts: place, name, bytes, and the words around and of each
	}{
		"no carrier":              {said(content.PDF, "x"), ""},
		"a mail alone":            {mail("s", "words"), ""},
		"a deck and a letter":     {mail("s", "words", deck, letter), "1 deck.pptx deck words>slides; 2 letter.pdf letter words>we nominate"},
		"one that is locked":      {mail("s", "words", locked), "1 locked.pdf x words> (locked)"},
		"a logo":                  {mail("s", "words", picture("logo.png", 5000, "Ministry of Labour"), letter), "2 letter.pdf letter words>we nominate"},
		"a letter without a name": {mail("s", "words", content.Attachment{Name: "ATT00001.pdf", Data: []byte("l"), Size: 1, Content: said(content.PDF, "we nominate")}), "1 ATT00001.pdf l words>we nominate"},
		"a fax":                   {mail("s", "words", fax), "1 fax.tif fax words>"},
		"an encrypted message":    {mail("s", "", encrypted, other("key.asc", "application/pgp-keys")), "1 encrypted.asc \n-----BEGIN PGP MESSAGE----- > (not-readable-yet)"},
		"a photographed letter":   {mail("s", "words", picture("photo.png", 5000, words)), "1 photo.png photo.png words>" + words},
		"a picture nobody read":   {mail("s", "words", picture("photo.png", 300<<10, "")), "1 photo.png photo.png words>"},
		"a calendar's reply":      {mail("s", "words", other("reply.ics", "text/calendar")), ""},
		"a key and a signature":   {mail("s", "words", other("key.asc", "application/pgp-keys"), other("smime.p7s", "application/pkcs7-signature")), ""},
		"a list's foot":           {mail("s", "words", other("ATT00001.txt", "text/plain")), ""},
		"a lock file":             {mail("s", "words", other("~$deck.pptx", "")), ""},
		"words once more":         {mail("s", "words", other("", "text/html")), ""},
		"a text that has a name, and one that has none in a mail without words": {mail("s", "words", other("note.txt", "text/plain")), "1 note.txt note.txt words>" + words},
		"a mail in a mail":      {mail("s", "words", nested(mail("Fwd: it", "inner", deck), "fwd.eml")), "1-1 deck.pptx deck words>inner>slides"},
		"a mail that is one":    {mail("s", "words", nested(mail("It", "we nominate"), "")), "1 It.eml the mail words>we nominate"},
		"one of Outlook's":      {mail("s", "words", within), "1 inner.txt From: a@b.example\nSubject: inner\n\nthe inner words\n words>the inner words"},
		"an archive in a mail":  {mail("s", "words", nested(pack(deck, letter), "all.zip")), "1-1 deck.pptx deck words>slides; 1-2 letter.pdf letter words>we nominate"},
		"an archive":            {pack(letter, nested(mail("s", "words", deck), "m.eml")), "1 letter.pdf letter we nominate; 2-1 deck.pptx deck words>slides"},
		"an empty archive":      {mail("s", "words", nested(pack(), "none.zip")), ""},
		"an archive that broke": {mail("s", "words", content.Attachment{Name: "a.zip", Size: 3, Data: []byte("zip"), Content: pack(), Reason: meeting.ReasonTooLarge}), "1 a.zip zip words> (too-large)"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range test.c.Parts() {
				var around []string
				c := p.Content
				for {
					around = append(around, text(c))
					if !c.Opened {
						break
					}
					c = c.Attachments[0].Content
				}
				line := p.Place + " " + p.Name + " " + string(p.Data) + " " + strings.Join(around, ">")
				if p.Reason != "" {
					line += " (" + string(p.Reason) + ")"
				}
				got = append(got, line)
				if p.Content.Paper() != c {
					t.Errorf("%s: the paper is %+v", p.Name, p.Content.Paper())
				}
			}
			if g := strings.Join(got, "; "); g != test.want {
				t.Errorf("%s\nwant %s", g, test.want)
			}
		})
	}
}

func text(c *content.Content) string {
	if len(c.Pages) == 0 {
		return ""
	}
	return c.Pages[0].Text
}
