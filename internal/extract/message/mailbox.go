package message

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"dossier/internal/extract/content"
)

// Several tells whether a file that begins as a mailbox does holds more than one mail. It looks at no more than a mailbox
// may have.
func Several(src io.ReaderAt, size int64, limits content.Limits) bool {
	lines := bufio.NewReader(io.NewSectionReader(src, 0, min(size, limits.Whole)))
	mails, blank := 0, true
	for {
		line, err := lines.ReadSlice('\n')
		if blank && bytes.HasPrefix(line, []byte("From ")) {
			mails++
		}
		switch {
		case mails > 1:
			return true
		case errors.Is(err, bufio.ErrBufferFull):
			blank = false
		case err != nil:
			return false
		default:
			blank = len(bytes.TrimSpace(line)) == 0
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

// mails cuts a mailbox where a line begins with "From " after an empty line. A line of a mail that begins so has a ">"
// before it, and so has one that begins with that.
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
	for line := range strings.Lines(text) {
		if blank && strings.HasPrefix(line, "From ") {
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
