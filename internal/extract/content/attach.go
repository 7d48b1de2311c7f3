package content

import (
	"context"
	"path"
	"strings"

	"dossier/internal/meeting"
)

// Nested reads what a carrier holds; the reader of all formats is one. Its error is of the machine or the context alone:
// the attachment's own problem stands in it.
type Nested func(ctx context.Context, name, media string, data []byte) (Attachment, error)

// Attach reads a part of a carrier, adds it and notes its risks on the carrier itself.
func (c *Content) Attach(ctx context.Context, nested Nested, name, media string, data []byte) error {
	name = BaseName(name)
	a, err := nested(ctx, name, media, data)
	if err != nil {
		return err
	}
	a.Name, a.Media, a.Size, a.Data = name, media, int64(len(data)), data
	if IsExecutable(name, data[:min(len(data), 4096)]) {
		c.Find(meeting.FindingExecutable, "")
	}
	c.Enclose(a)
	if a.Content != nil {
		for _, f := range a.Content.Findings {
			if f.Code == meeting.FindingMacros || f.Code == meeting.FindingExecutable {
				c.Find(f.Code, f.Detail)
			}
		}
	}
	return nil
}

// Enclose adds a part, and notes if it could not be read.
func (c *Content) Enclose(a Attachment) {
	if a.Reason != "" {
		c.Find(meeting.FindingAttachmentUnread, string(a.Reason))
	}
	c.Attachments = append(c.Attachments, a)
}

// BaseName gives the last part of a name that may be a path of any system; "" when there is none.
func BaseName(name string) string {
	name = path.Base(strings.ReplaceAll(Tidy(name), `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return name
}
