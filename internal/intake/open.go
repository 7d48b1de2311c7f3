package intake

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"dossier/internal/bucket"
	"dossier/internal/extract/content"
	"dossier/internal/fault"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

const (
	// mostParts is how many papers one upload may hold.
	mostParts = 60
	// leastWords is how many words a mail has at least that may be a letter itself.
	leastWords = 15
)

// open files each paper of an envelope as a document of its own, and then notes that the upload was opened. A call that
// ends before that is made again by the next: what was kept and filed stays as it is.
func (in *Intake) open(ctx context.Context, upload meeting.Document, c *content.Content, parts []content.Part) (*meeting.Document, error) {
	if len(parts) > mostParts {
		upload.Status, upload.Reason = meeting.Rejected, meeting.ReasonTooLarge
		return in.keep(ctx, upload, c.Alone())
	}
	parts, err := in.withLetter(ctx, upload, c, parts)
	if err != nil {
		return nil, err
	}
	for i, p := range parts {
		doc, err := in.part(ctx, upload, p, i+1)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			upload.Enclosed = append(upload.Enclosed, meeting.Enclosed{Document: doc.ID, FileName: doc.FileName})
		}
	}
	upload.Status, upload.MessageID, upload.References = meeting.Opened, "", nil
	return in.keep(ctx, upload, c.Alone())
}

// keep stores what was read of a document and files it. Every text is stored, an empty one too: a new match, when the
// roster changes, starts from it.
func (in *Intake) keep(ctx context.Context, doc meeting.Document, c *content.Content) (*meeting.Document, error) {
	doc.Text = bucket.TextKey(doc.ID)
	if err := in.Bucket.PutJSON(ctx, doc.Text, c); err != nil {
		return nil, err
	}
	return in.file(ctx, doc, c)
}

// part keeps one paper of an upload, the n-th, and files it; nil for one that was erased.
func (in *Intake) part(ctx context.Context, upload meeting.Document, p content.Part, n int) (*meeting.Document, error) {
	o, err := in.Bucket.PutPart(ctx, meeting.PartKey(upload.Meeting, upload.ID, p.Place), p.Data)
	if fault.Is(err, fault.Exists) {
		return nil, nil //nolint:nilnil // erased, and nobody's mistake
	}
	if err != nil {
		return nil, err
	}
	o = o.Within(upload.Object, n)
	doc := meeting.Document{
		ID: o.ID(), Object: o, Meeting: upload.Meeting, FileName: cmp.Or(meeting.ShownName(p.Name), "document"),
		Envelope:      &meeting.Envelope{Document: upload.ID, Key: upload.Key, FileName: upload.FileName},
		DocumentState: meeting.DocumentState{Status: meeting.Review},
	}
	if n > 1 { // the first of them is what the upload itself was counted for
		switch first, over, err := in.overLimit(ctx, doc); {
		case err != nil:
			return nil, err
		case over:
			return in.file(ctx, tooMany(doc, first), &content.Content{})
		}
	}
	in.note(ctx, &doc, p.Content, p.Reason)
	return in.keep(ctx, doc, p.Content)
}

// withLetter adds a mail itself to its parts, if it is a letter and none of the parts is. If it is filed, what it says is not
// what lies around the parts; else it waits for a person, as it would without them.
func (in *Intake) withLetter(
	ctx context.Context, upload meeting.Document, c *content.Content, parts []content.Part,
) ([]content.Part, error) {
	if c.Envelope == nil || len(parts) == 0 || c.Words() < leastWords {
		return parts, nil
	}
	r, err := in.roster(ctx, upload.Meeting)
	if err != nil || r.index == nil {
		return parts, err
	}
	l, err := in.resolveLink(ctx, upload)
	if err != nil || l.claim != nil || l.problem != "" {
		return parts, err // a link tells whose it is
	}
	said, err := in.says(ctx, upload, c.Alone(), r)
	if err != nil || !mayBeLetter(said) {
		return parts, err
	}
	isOne, alone := mayBeLetter, slices.Clone(parts)
	if filed := len(said.File) > 0 && said.Kind == meeting.Nomination; filed {
		isOne = isLetter
		for i, p := range parts {
			alone[i].Content = p.Content.Paper()
		}
	}
	for _, p := range parts {
		if its, err := in.says(ctx, upload, p.Content.Paper(), r); err != nil || isOne(its) {
			return parts, err
		}
	}
	name := strings.TrimSuffix(upload.FileName, path.Ext(upload.FileName)) + ".txt"
	letter := content.Part{Place: "0", Name: name, Data: []byte(c.Said()), Content: c.Alone()}
	return append([]content.Part{letter}, alone...), nil
}

// says matches a paper as if it had come by itself.
func (in *Intake) says(ctx context.Context, doc meeting.Document, c *content.Content, r roster) (match.Result, error) {
	facts, err := in.facts(ctx, doc, c, link{})
	if err != nil {
		return match.Result{}, err
	}
	return in.match(ctx, r, facts)
}

// isLetter tells whether a paper is a nomination, and mayBeLetter whether a person has to see that it is none.
func isLetter(m match.Result) bool {
	return m.Kind == meeting.Nomination && (len(m.File) > 0 || m.Act.Nominates())
}

func mayBeLetter(m match.Result) bool {
	const likely = 0.5
	return isLetter(m) || m.Kind == meeting.Nomination && m.Nominates >= likely
}
