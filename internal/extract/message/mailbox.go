package message

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"dossier/internal/extract/content"
)

// postmark is the line before each mail of a mailbox, with who sent it and when (RFC 4155, appendix A): with a time of the day,
// as no sentence that begins so. A field of a header follows it.
var (
	postmark  = regexp.MustCompile(`^From .*\d:\d\d`)
	fieldName = regexp.MustCompile(`^[!-9;-~]+:`)
)

// longestName bounds the name of a header's field.
const longestName = 80

// Several tells whether a file that begins as a mailbox does holds more than one mail. It looks at no more than a mailbox
// may have.
func Several(src io.ReaderAt, size int64, limits content.Limits) bool {
	lines := bufio.NewReader(io.NewSectionReader(src, 0, min(size, limits.Whole)))
	mails, blank := 0, true
	for {
		line, err := lines.ReadSlice('\n')
		begins := blank && postmark.Match(line)
		blank = err == nil && len(bytes.TrimSpace(line)) == 0
		if next, _ := lines.Peek(longestName); begins && fieldName.Match(next) { // line is not to be used any more
			mails++
		}
		switch {
		case mails > 1:
			return true
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return false
		}
	}
}

// ReadMailbox reads the mails of a mailbox (RFC 4155). Errors are as extract.Reader.Read's.
func ReadMailbox(ctx context.Context, src io.ReaderAt, size int64, limits content.Limits, nested content.Nested) (*content.Content, error) {
	data, err := content.Whole(src, size, limits)
	if err != nil {
		return nil, err
	}
	if err := limits.Hold(2 * size); err != nil { // the lines, and the mails put together again
		return nil, err
	}
	c := &content.Content{}
	for i, mail := range mails(string(data)) {
		if i >= limits.Entries {
			return c, content.Over("mails", limits.Entries)
		}
		if err := c.Attach(ctx, nested, "", "message/rfc822", []byte(mail)); err != nil {
			return c, err
		}
	}
	return c, nil
}

// mails cuts a mailbox at its postmarks, each of them after an empty line. A line of a mail that begins so has a ">" before
// it, and so has one that begins with that.
func mails(text string) []string {
	var found []string
	var mail strings.Builder
	end := func() {
		if strings.TrimSpace(mail.String()) != "" {
			found = append(found, mail.String())
		}
		mail.Reset()
	}
	blank := true
	for len(text) > 0 {
		line := text[:strings.IndexByte(text, '\n')+1]
		if line == "" {
			line = text
		}
		text = text[len(line):]
		if blank && postmark.MatchString(line) && fieldName.MatchString(text[:min(len(text), longestName)]) {
			end()
			blank = false
			continue
		}
		blank = strings.TrimSpace(line) == ""
		if quoted := strings.TrimLeft(line, ">"); len(quoted) < len(line) && strings.HasPrefix(quoted, "From ") {
			line = line[1:]
		}
		mail.WriteString(line)
	}
	end()
	return found
}
