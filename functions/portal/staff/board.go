package staff

import (
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"dossier/internal/meeting"
)

// boardPage is a meeting at a glance.
type boardPage struct {
	header
	Days              []day
	Sessions          []*meeting.Session
	Complete, In, All int
	// Review is how many documents wait for a decision.
	Review      int
	Rejected    []*meeting.Document
	Quarantined []*meeting.Document
	FailedMails []*meeting.Mail
}

// day is the sessions of one day.
type day struct {
	Date     time.Time
	Sessions []*meeting.Session
}

// Board shows how complete each session of a meeting is, and what was not filed.
func (s *Staff) Board(w http.ResponseWriter, r *http.Request) error {
	head, err := s.header(r, "board")
	if err != nil {
		return err
	}
	b := boardPage{header: head}
	if err := s.readBoard(r, &b); err != nil {
		return err
	}
	b.count()
	return s.pages.Show(w, r, "board.html", b)
}

// readBoard reads all that the board shows at the same time.
func (s *Staff) readBoard(r *http.Request, b *boardPage) error {
	group, ctx := errgroup.WithContext(r.Context())
	id := b.Meeting.ID
	documents := func(status meeting.Status, into *[]*meeting.Document) {
		group.Go(func() (err error) {
			*into, err = s.store.Documents(ctx, id, status, maxListed)
			return err
		})
	}
	var waiting []*meeting.Document
	group.Go(func() (err error) { waiting, err = s.store.Waiting(ctx, id, maxListed); return err })
	documents(meeting.Rejected, &b.Rejected)
	documents(meeting.Quarantined, &b.Quarantined)
	group.Go(func() (err error) { b.Sessions, err = s.store.Sessions(ctx, id); return err })
	group.Go(func() (err error) { b.FailedMails, err = s.store.FailedMails(ctx, id, maxListed); return err })
	if err := group.Wait(); err != nil {
		return err
	}
	b.Review = len(waiting)
	return nil
}

// count adds the sessions up, and puts them under their days in the meeting's time zone.
func (b *boardPage) count() {
	for _, s := range b.Sessions {
		b.In += s.Required - s.Outstanding
		b.All += s.Required
		if s.Complete {
			b.Complete++
		}
		at := s.Starts.In(b.Meeting.Location())
		if n := len(b.Days); n == 0 || b.Days[n-1].Date.Format(time.DateOnly) != at.Format(time.DateOnly) {
			b.Days = append(b.Days, day{Date: at})
		}
		last := &b.Days[len(b.Days)-1]
		last.Sessions = append(last.Sessions, s)
	}
}
