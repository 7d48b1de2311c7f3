package message

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dossier/internal/extract/content"
	"dossier/internal/extract/ole"
	"dossier/internal/extract/plain"
	"dossier/internal/extract/rtf"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

// Property ids (MS-OXPROPS).
const (
	pidMessageClass    = 0x001a
	pidSubject         = 0x0037
	pidSubmitTime      = 0x0039
	pidHeaders         = 0x007d
	pidSenderName      = 0x0c1a
	pidSenderAddress   = 0x0c1f
	pidSenderSMTP      = 0x5d01
	pidDisplayCc       = 0x0e03
	pidDisplayTo       = 0x0e04
	pidDeliveryTime    = 0x0e06
	pidBody            = 0x1000
	pidRTF             = 0x1009
	pidMessageID       = 0x1035
	pidHTML            = 0x1013
	pidAttachData      = 0x3701
	pidAttachShortName = 0x3704
	pidAttachLongName  = 0x3707
	pidAttachMIME      = 0x370e
	pidDisplayName     = 0x3001
	pidEmail           = 0x3003
	pidSMTP            = 0x39fe
	pidCodePage        = 0x3ffd
	pidInternetPage    = 0x3fde
	pidLocale          = 0x3ff1
)

// ReadMSG reads an Outlook message (MS-OXMSG, 2.2). Errors are as extract.Reader.Read's.
func ReadMSG(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	nested content.Nested,
) (*content.Content, error) {
	file, err := ole.Open(src, size, limits)
	if err != nil {
		return nil, err
	}
	m := &msg{file: file, limits: limits, nested: nested}
	c, err := m.read(ctx, "", limits.Nesting)
	if err == nil {
		err = file.Err()
	}
	return c, err
}

type msg struct {
	file   *ole.Compound
	limits content.Limits
	nested content.Nested
	page   int // the code page of the message that is read
}

// read reads the message whose storage is at the path prefix; "" is the file itself.
func (m *msg) read(ctx context.Context, prefix string, depth int) (*content.Content, error) {
	if depth == 0 {
		return nil, content.Over("mails within mails", m.limits.Nesting)
	}
	header := 32
	if prefix != "" {
		header = 24 // an embedded message's properties have a shorter one (2.4.1.2)
	}
	p, err := m.properties(prefix, header)
	if err != nil {
		return nil, err
	}
	outer := m.page
	m.page = p.page // recipients and attachments have none of their own
	defer func() { m.page = outer }()
	e := &content.Envelope{Subject: content.Tidy(p.text(pidSubject)), ID: content.Tidy(p.text(pidMessageID))}
	address := p.text(pidSenderSMTP)
	if address == "" && strings.Contains(p.text(pidSenderAddress), "@") {
		address = p.text(pidSenderAddress)
	}
	e.From = person(p.text(pidSenderName), address)
	e.Date = p.time(pidSubmitTime)
	if e.Date.IsZero() {
		e.Date = p.time(pidDeliveryTime)
	}
	to, cc := map[string]bool{}, map[string]bool{}
	for _, storage := range m.storages(prefix, "__recip_version1.0_#") {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := m.properties(storage, 8)
		if err != nil {
			return nil, err
		}
		address := r.text(pidSMTP)
		if address == "" && strings.Contains(r.text(pidEmail), "@") {
			address = r.text(pidEmail)
		}
		who := person(r.text(pidDisplayName), address)
		switch kind := r.number(0x0c15); { // 1 is to, 2 is cc, 3 is bcc
		case who == "":
		case kind == 2 && !cc[who]:
			cc[who] = true
			e.Cc = append(e.Cc, who)
		case kind <= 1 && !to[who]:
			to[who] = true
			e.To = append(e.To, who)
		}
	}
	if len(e.To) == 0 {
		e.To = split(p.text(pidDisplayTo))
	}
	if len(e.Cc) == 0 {
		e.Cc = split(p.text(pidDisplayCc))
	}
	e.Automatic = strings.HasPrefix(strings.ToUpper(p.text(pidMessageClass)), "REPORT.") // [MS-OXCMAIL] 2.2.3.6
	if headers, err := mail.ReadMessage(strings.NewReader(p.text(pidHeaders) + "\r\n\r\n")); err == nil {
		e.Automatic = e.Automatic || automatic(headers.Header.Get, e.Address())
		if at, err := headers.Header.Date(); err == nil && e.Date.IsZero() {
			e.Date = at.UTC()
		}
	}
	c := &content.Content{Envelope: e, Metadata: metadata(e), Format: content.MSG}
	if err := m.body(ctx, p, c); err != nil {
		return c, err
	}
	c.Metadata.Title = e.Subject
	for _, storage := range m.storages(prefix, "__attach_version1.0_#") {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		if err := m.attachment(ctx, storage, c, depth); err != nil {
			return c, err
		}
	}
	return c, nil
}

// body writes the text that the message has: plain, else HTML, else compressed RTF (MS-OXBBODY, 2.1.3.1).
func (m *msg) body(ctx context.Context, p properties, c *content.Content) error {
	flow := content.NewFlow(c, m.limits)
	switch {
	case content.Tidy(p.text(pidBody)) != "":
		flow.Write(p.text(pidBody))
	case len(p.binary(pidHTML)) > 0:
		if err := plain.HTML(ctx, p.html(), c, flow, m.limits); err != nil {
			return err
		}
	case len(p.binary(pidRTF)) > 0:
		data, err := decompress(p.binary(pidRTF), m.limits)
		if err != nil {
			return err
		}
		return rtf.Parse(ctx, data, c, m.limits)
	}
	return flow.Close()
}

func (m *msg) attachment(ctx context.Context, storage string, c *content.Content, depth int) error {
	p, err := m.properties(storage, 8)
	if err != nil {
		return err
	}
	name := p.text(pidAttachLongName)
	if name == "" {
		name = p.text(pidAttachShortName)
	}
	if name == "" {
		name = p.text(pidDisplayName)
	}
	embedded := storage + "/" + stream(pidAttachData, 0x000d)
	if m.file.Has(embedded + "/__properties_version1.0") { // a message within this one
		inner, err := m.read(ctx, embedded, depth-1)
		if inner != nil {
			inner.Format = content.MSG
		}
		a := content.Attachment{Name: name, Media: "application/vnd.ms-outlook", Content: inner}
		if err != nil {
			if !fault.Is(err, fault.Rejected) {
				return err
			}
			a.Reason = meeting.Reason(fault.Reason(err))
		}
		c.Enclose(a)
		return nil
	}
	return c.Attach(ctx, m.nested, name, p.text(pidAttachMIME), p.binary(pidAttachData))
}

// storages lists the numbered storages of a message: recipients or attachments.
func (m *msg) storages(prefix, name string) []string {
	if prefix != "" {
		prefix += "/"
	}
	prefix += name
	var found []string
	for _, p := range m.file.Paths() {
		if len(p) >= len(prefix) && strings.EqualFold(p[:len(prefix)], prefix) && !strings.Contains(p[len(prefix):], "/") {
			found = append(found, p)
		}
	}
	slices.Sort(found) // their numbers, in hex
	return found
}

// properties are those of one storage (MS-OXMSG, 2.1): long values are streams, short ones stand in one stream.
type properties struct {
	file  *ole.Compound
	at    string
	page  int
	fixed map[int][]byte
}

func (m *msg) properties(storage string, header int) (properties, error) {
	p := properties{file: m.file, at: storage, fixed: map[int][]byte{}}
	if storage != "" {
		p.at += "/"
	}
	data, err := m.file.Stream(p.at + "__properties_version1.0")
	if err != nil {
		return p, err
	}
	for i := header; i+16 <= len(data); i += 16 {
		tag := binary.LittleEndian.Uint32(data[i:])
		p.fixed[int(tag>>16)] = data[i+8 : i+16]
	}
	if p.page = p.codePage(); p.page == 0 {
		p.page = cmp.Or(m.page, ole.PageOf(0))
	}
	return p, nil
}

// ascii is the code page of US-ASCII, which says nothing of letters beyond it.
const ascii = 20127

// codePage is that of the strings in one byte a character: the message's own, that of its Internet form, or the one
// that goes with its language; 0 without any (MS-OXPROPS: PidTagMessageCodepage, PidTagInternetCodepage,
// PidTagMessageLocaleId).
func (p properties) codePage() int {
	for _, id := range []int{pidCodePage, pidInternetPage} {
		if n := p.number(id); n != 0 && n != ascii {
			return n
		}
	}
	if language := p.number(pidLocale); language != 0 {
		return ole.PageOf(language)
	}
	return 0
}

func stream(id, kind int) string { return fmt.Sprintf("__substg1.0_%04X%04X", id, kind) }

// text is a string property: PtypString or PtypString8 (MS-OXCDATA, 2.11.1). What cannot be read is not there.
func (p properties) text(id int) string {
	if data, err := p.file.Stream(p.at + stream(id, 0x001f)); err == nil && data != nil {
		return strings.TrimRight(ole.UTF16(data), "\x00")
	}
	data, err := p.file.Stream(p.at + stream(id, 0x001e))
	if err != nil {
		return ""
	}
	return strings.TrimRight(ole.Decode(data, p.page), "\x00")
}

func (p properties) binary(id int) []byte {
	data, err := p.file.Stream(p.at + stream(id, 0x0102))
	if err != nil {
		return nil
	}
	return data
}

// html is the body in HTML. Its bytes are of the character set of the Internet form, where there is one.
func (p properties) html() string {
	data := p.binary(pidHTML)
	if n := p.number(pidInternetPage); n != 0 && n != ascii && !utf8.Valid(data) {
		return ole.Decode(data, n)
	}
	return plain.Decode(data)
}

func (p properties) number(id int) int {
	if v := p.fixed[id]; v != nil {
		return int(binary.LittleEndian.Uint32(v))
	}
	return 0
}

func (p properties) time(id int) time.Time {
	if v := p.fixed[id]; v != nil {
		return ole.FileTime(binary.LittleEndian.Uint64(v))
	}
	return time.Time{}
}

func person(name, address string) string {
	name, address = content.Tidy(name), content.Tidy(address)
	switch {
	case address == "" || strings.EqualFold(name, address):
		return name
	case name == "":
		return address
	}
	return name + " <" + address + ">"
}

func split(list string) []string {
	var out []string
	for _, s := range strings.Split(list, ";") {
		if s = content.Tidy(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// prebuilt is the dictionary that compressed RTF begins with (MS-OXRTFCP, 2.1.2.1).
const prebuilt = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// decompress unpacks compressed RTF (MS-OXRTFCP, 2.2): references into a ring of 4,096 bytes.
func decompress(data []byte, limits content.Limits) ([]byte, error) {
	if len(data) < 16 {
		return nil, content.Broken("compressed RTF: cut short")
	}
	size, kind := int(binary.LittleEndian.Uint32(data[4:])), string(data[8:12])
	if kind == "MELA" { // not compressed
		return data[16:min(len(data), 16+size)], nil
	}
	if kind != "LZFu" {
		return nil, content.Broken("compressed RTF: unknown kind %s", strconv.Quote(kind))
	}
	if size > limits.Text {
		return nil, content.Over("bytes of text", limits.Text)
	}
	var ring [4096]byte
	at := copy(ring[:], prebuilt)
	var out []byte
	put := func(b byte) {
		out = append(out, b)
		ring[at] = b
		at = (at + 1) % len(ring)
	}
	for i := 16; i < len(data) && len(out) < size; {
		control := data[i]
		i++
		for bit := range 8 {
			if i >= len(data) || len(out) >= size {
				break
			}
			if control>>bit&1 == 0 {
				put(data[i])
				i++
				continue
			}
			if i+1 >= len(data) {
				return out, nil
			}
			from, n := int(data[i])<<4|int(data[i+1])>>4, int(data[i+1])&15+2
			i += 2
			if from == at {
				return out, nil // the end's mark
			}
			for range n {
				put(ring[from])
				from = (from + 1) % len(ring)
			}
		}
	}
	return out, nil
}
