// Package message reads mails: EML (RFC 5322 and MIME, RFC 2045 to 2049) and Outlook's MSG (MS-OXMSG).
package message

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"dossier/internal/extract/content"
	"dossier/internal/extract/plain"
)

// field is a header field's beginning (RFC 5322, 2.2).
var field = regexp.MustCompile(
	`^(?i)(from|to|cc|bcc|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type|reply-to|sender|x-[\w-]+|dkim-signature|arc-[\w-]+|in-reply-to|references|thread-[\w-]+):`,
)

// Sniff tells whether a file begins as a mail does: with header fields, at least two known from mails, before the first
// empty line.
func Sniff(head []byte) bool {
	text := decode(head)
	known := 0
	for i, line := range strings.SplitN(text, "\n", 200) {
		line = strings.TrimRight(line, "\r")
		switch {
		case i == 0 && strings.HasPrefix(line, "From "): // an mbox file's mark
		case line == "":
			return known >= 2
		case line[0] == ' ' || line[0] == '\t':
			if known == 0 {
				return false
			}
		case field.MatchString(line):
			known++
		case !strings.Contains(line, ":"):
			return false
		}
	}
	return known >= 2
}

// decode gives a mail that some programs save in UTF-16 in bytes of its own.
func decode(data []byte) string {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) ||
		len(data) > 3 && (data[0] == 0) != (data[1] == 0) && (data[2] == 0) != (data[3] == 0) {
		return plain.Decode(data)
	}
	return strings.TrimPrefix(string(data), "\ufeff")
}

// ReadEML reads a mail. Errors are as extract.Reader.Read's.
func ReadEML(
	ctx context.Context,
	src io.ReaderAt,
	size int64,
	limits content.Limits,
	nested content.Nested,
) (*content.Content, error) {
	data, err := content.Whole(src, size, limits)
	if err != nil {
		return nil, err
	}
	// The text, the decoded parts, and what the library keeps of them.
	if err := limits.Hold(3 * size); err != nil {
		return nil, err
	}
	text := decode(data)
	if strings.HasPrefix(text, "From ") {
		_, text, _ = strings.Cut(text, "\n")
	}
	// Each boundary may be a level of nesting, and the library goes down into each.
	if n := strings.Count(strings.ToLower(text), "boundary="); n > limits.Depth {
		return nil, content.Over("nested parts", limits.Depth)
	}
	if overlong(text) {
		return nil, content.Over("bytes of a MIME header field", longestField)
	}
	strange := misfits(text)
	if err := limits.Hold(strange); err != nil {
		return nil, err
	}
	defer limits.Release(strange)
	envelope, err := enmime.NewParser(enmime.DisableTextConversion(true), enmime.SkipMalformedParts(true), enmime.MaxStoredPartErrors(100)).
		ReadEnvelope(content.Stoppable(ctx, strings.NewReader(text)))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, content.Broken("mail: %w", err)
	}
	c := &content.Content{Envelope: &content.Envelope{
		From: content.Tidy(
			envelope.GetHeader("From"),
		), To: addresses(envelope.GetHeader("To")), Cc: addresses(envelope.GetHeader("Cc")),
		Subject: content.Tidy(envelope.GetHeader("Subject")), ID: content.Tidy(envelope.GetHeader("Message-ID"))}}
	if at, err := mail.ParseDate(strings.TrimSpace(envelope.GetHeader("Date"))); err == nil {
		c.Envelope.Date = at.UTC()
	}
	c.Envelope.References = messageIDs(envelope.GetHeader("References") + " " + envelope.GetHeader("In-Reply-To"))
	c.Envelope.Checker = checker(envelope.GetHeader("Authentication-Results"), c.Envelope.Address())
	c.Envelope.Automatic = automatic(envelope.GetHeader, c.Envelope.Address())
	c.Metadata = metadata(c.Envelope)
	flow := content.NewFlow(c, limits)
	body := content.Tidy(envelope.Text)
	if body == "" && envelope.HTML == "" {
		body = untyped(envelope)
	}
	if body != "" {
		flow.Write(body)
	} else if err := plain.HTML(ctx, envelope.HTML, c, flow, limits); err != nil {
		return c, err
	}
	if err := flow.Close(); err != nil {
		return c, err
	}
	c.Metadata.Title = c.Envelope.Subject
	parts := inOrder(envelope)
	if len(parts) > limits.Entries {
		return c, content.Over("parts", limits.Entries)
	}
	for _, p := range parts {
		if strings.HasPrefix(p.ContentType, "multipart/") {
			continue
		}
		if err := c.Attach(ctx, nested, p.FileName, p.ContentType, p.Content); err != nil {
			return c, err
		}
	}
	return c, nil
}

// inOrder gives the parts of a mail beside its words, each once, in the order in which they stand in it: of two versions of a
// paper the last one counts, and programs show some of them within the words and others below. The library lists some twice.
func inOrder(e *enmime.Envelope) []*enmime.Part {
	parts := slices.Concat(e.Attachments, e.Inlines, e.OtherParts)
	at := map[*enmime.Part]int{}
	e.Root.DepthMatchAll(func(p *enmime.Part) bool {
		at[p] = len(at)
		return false
	})
	slices.SortStableFunc(parts, func(a, b *enmime.Part) int { return cmp.Compare(at[a], at[b]) })
	return slices.Compact(parts)
}

// longestField bounds a header field of MIME, whose parameters cost the library the square of their number. The longest
// name of a file, each byte of it escaped, takes less than one kilobyte.
const longestField = 4 << 10

// overlong reports whether a mail has a header field of MIME that is too long, with the lines that go on with it.
func overlong(text string) bool {
	size := -1 // of the field; -1 is outside of one
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		switch {
		case size >= 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")):
			size += len(line)
		case len(line) > len("content-") && strings.EqualFold(line[:len("content-")], "content-"):
			size = len(line)
		default:
			size = -1
		}
		if size > longestField {
			return true
		}
		text = rest
	}
	return false
}

// misfits gives the bytes of memory that the library takes for characters that are not base64: it makes an error of each.
// Everything after the first part in base64 is counted.
func misfits(text string) int64 {
	const each = 160
	at := strings.Index(strings.ToLower(text), "base64")
	if at < 0 {
		return 0
	}
	n := int64(0)
	for i := at; i < len(text); i++ {
		switch c := text[i] & 0x7f; { // as the library looks at it
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '+', c == '/', c == '=', c == ' ', c == '\t', c == '\n', c == '\r':
		default:
			n++
		}
	}
	return each * n
}

// messageIDs takes the Message-IDs out of a header field, the last hundred at most, each once.
func messageIDs(field string) []string {
	const most = 100
	var ids []string
	seen := map[string]bool{}
	for f := range strings.FieldsSeq(field) {
		if strings.HasPrefix(f, "<") && strings.HasSuffix(f, ">") && !seen[f] {
			seen[f] = true
			ids = append(ids, f)
		}
	}
	return slices.Clone(ids[max(0, len(ids)-most):])
}

// results is one method's result in an Authentication-Results field (RFC 8601, 2.2).
var results = regexp.MustCompile(`(?i)\b(dmarc|dkim|spf)\s*=\s*(\w+)([^;]*)`)

// aligned is the domain that a method's result is for: of the From field, the signature or the envelope.
var aligned = regexp.MustCompile(
	`(?i)\b(?:header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*(?:[^\s;@]*@)?([\w.-]+)`,
)

// checker gives the server that wrote the topmost Authentication-Results field, if the field says that the mail comes
// from its From address: by DMARC, or by a DKIM signature of the address's own domain. SPF alone is of the envelope.
func checker(field, address string) string {
	_, domain, _ := strings.Cut(address, "@")
	server, _, _ := strings.Cut(field, ";")
	// A version number may follow the server's name.
	name := strings.Fields(server)
	if domain == "" || len(name) == 0 {
		return ""
	}
	for _, m := range results.FindAllStringSubmatch(field, 20) {
		method, result := strings.ToLower(m[1]), strings.ToLower(m[2])
		if result != "pass" || method == "spf" {
			continue
		}
		for _, d := range aligned.FindAllStringSubmatch(m[3], 5) {
			if strings.EqualFold(d[1], domain) {
				return strings.ToLower(name[0])
			}
		}
	}
	return ""
}

// untyped takes the text of a part that gives no type, which is plain text (RFC 2045, 5.2) and which the library puts
// among the other parts.
func untyped(e *enmime.Envelope) string {
	i := slices.IndexFunc(e.OtherParts, func(p *enmime.Part) bool { return p.ContentType == "" && p.FileName == "" })
	if i < 0 {
		return ""
	}
	body := content.Tidy(plain.Decode(e.OtherParts[i].Content))
	e.OtherParts = slices.Delete(e.OtherParts, i, i+1)
	return body
}

func metadata(e *content.Envelope) content.Metadata {
	m := content.Metadata{Title: e.Subject, Author: e.From, Created: e.Date}
	if a, err := mail.ParseAddress(e.From); err == nil && a.Name != "" {
		m.Author = a.Name
	}
	return m
}

// addresses cuts a header's list of addresses; one that cannot be read is given whole.
func addresses(header string) []string {
	header = content.Tidy(header)
	if header == "" {
		return nil
	}
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{}}
	list, err := parser.ParseList(header)
	if err != nil {
		return []string{header}
	}
	var out []string
	for _, a := range list {
		if a.Name == "" {
			out = append(out, a.Address)
		} else {
			out = append(out, a.Name+" <"+a.Address+">")
		}
	}
	return out
}
