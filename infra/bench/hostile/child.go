package hostile

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"dossier/infra/bench/memory"
	"dossier/internal/extract"
	"dossier/internal/extract/content"
	"dossier/internal/extract/ocr"
	"dossier/internal/extract/pdf"
	"dossier/internal/fault"
	"dossier/internal/letter"
	"dossier/internal/match"
	"dossier/internal/meeting"
)

// blank is an OCR engine that finds a word on every page.
type blank struct{}

func (blank) Recognise(context.Context, *image.Gray) (ocr.Text, error) {
	return ocr.Text{Lines: []string{"hello"}, Confidence: 0.9}, nil
}

// child reads one file as intake does, in a process with the function's memory, and says what became of it.
func child(ctx context.Context, path string, out io.Writer) error {
	const data = 2 // RLIMIT_DATA (getrlimit(2))
	if err := syscall.Setrlimit(data, &syscall.Rlimit{Cur: available, Max: available}); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	o, err := takeIn(ctx, path)
	if err != nil {
		return err
	}
	if o.Peak, err = memory.Peak(os.Getpid()); err != nil {
		return fmt.Errorf("measure memory: %w", err)
	}
	if err := json.NewEncoder(out).Encode(o); err != nil {
		return fmt.Errorf("write outcome: %w", err)
	}
	return nil
}

func takeIn(ctx context.Context, path string) (outcome, error) {
	f, err := os.Open(path)
	if err != nil {
		return outcome{}, fmt.Errorf("open file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return outcome{}, fmt.Errorf("look at file: %w", err)
	}
	limits := content.Limits{Bytes: 250 << 20, Time: 90 * time.Second, Scans: 30}.WithDefaults()
	engine := pdf.New(pdf.UserCache(), limits.Memory)
	var peak int64
	limits.Peaked = func(bytes int64) { peak = bytes }
	c, err := extract.New(engine, blank{}, limits).Read(ctx, f, info.Size())
	o := outcome{Outcome: "read", Held: peak}
	switch {
	case fault.Is(err, fault.Rejected):
		o.Outcome, o.Reason = "rejected", fault.Reason(err)
	case err != nil:
		return o, fmt.Errorf("read: %w", err)
	}
	if c == nil {
		c = &content.Content{}
	}
	if _, err := json.Marshal(c); err != nil { // the text that is stored
		return o, fmt.Errorf("encode text: %w", err)
	}
	r, err := match.NewIndex(crowd(), letter.NewReader()).Match(ctx, match.Facts{FileName: filepath.Base(path), Content: c}, match.Budget{})
	if err != nil {
		return o, fmt.Errorf("match: %w", err)
	}
	if o.Outcome == "read" {
		o.Reason = string(r.Reason)
	}
	o.Pages, o.Words, o.Steps = len(c.Pages), c.Words(), r.Steps
	o.Item, err = item(filepath.Base(path), c, r)
	return o, err
}

// item is how many bytes the document has in the table.
func item(name string, c *content.Content, r match.Result) (int, error) {
	d := meeting.Document{FileName: name, Format: string(c.Format), Title: c.Metadata.Title, Author: c.Metadata.Author,
		Excerpt: c.Excerpt(1000), Findings: c.Findings, Candidates: r.Candidates}
	d.Evidence, d.Letter = r.Evidence, r.Letter
	if len(c.Pages) > 0 && c.Pages[0].Title != "" {
		d.Title = c.Pages[0].Title
	}
	if e := c.Envelope; e != nil {
		d.Sender, d.MessageID, d.References = e.Address(), e.ID, e.References
	}
	d.Bound()
	data, err := json.Marshal(d)
	if err != nil {
		return 0, fmt.Errorf("encode document: %w", err)
	}
	return len(data), nil
}

// crowd is a roster of ten thousand people in 300 sessions, a third of them of one name.
func crowd() meeting.Roster {
	r := meeting.Roster{Meeting: meeting.Meeting{ID: "m"}}
	for s := range 300 {
		r.Sessions = append(r.Sessions, meeting.Plan{ID: fmt.Sprintf("s%d", s), Title: "Topic " + word(s*7) + " " + word(s*13)})
	}
	for i, name := range names() {
		sector, role := meeting.Private, meeting.Presenter
		if i%2 == 0 {
			sector, role = meeting.Public, meeting.Panellist
		}
		r.Participants = append(r.Participants, meeting.Participant{
			ID: fmt.Sprintf("p%d", i), Name: name, Email: fmt.Sprintf("p%d@x.example", i), Sector: sector,
			Agency: "Agency " + word(i%500*17), Country: "Kenya", Language: "en",
			Roles: []meeting.Role{{Name: role, Session: fmt.Sprintf("s%d", i%300)}},
		})
	}
	return r
}

// names are those of the roster.
func names() []string {
	all := make([]string, 10_000)
	for i := range all {
		all[i] = word(i*37%8000) + " " + word(i*101%8000+3)
		if i%3 == 0 {
			all[i] = "Mohamed Ben Ali"
		}
	}
	return all
}

// word makes a name of a number.
func word(n int) string {
	heads := []string{"Ka", "Mo", "Ri", "Ta", "Se", "Lu", "Ba", "Ne", "Di", "Fo", "Gu", "Ha", "Ji", "Wo", "Ya", "Ze", "Cha", "Nko", "Mbi", "Ndo"}
	tails := []string{"ka", "mo", "ri", "ta", "se", "lu", "ba", "ne", "di", "fo", "gu", "ha", "ji", "wo", "ya", "ze", "cha", "nko", "mbi", "ndo"}
	return heads[n%20] + tails[n/20%20] + tails[n/400%20]
}
