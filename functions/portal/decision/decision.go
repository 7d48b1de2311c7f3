// Package decision keeps what people decide on pages, and carries it out.
package decision

import (
	"context"
	"crypto/rand"
	"log/slog"

	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/locale"
	"dossier/internal/meeting"
	"dossier/internal/observe"
	"dossier/internal/review"
	"dossier/internal/store"
)

// Recorder keeps decisions and carries them out. It is safe for concurrent use.
type Recorder struct {
	bucket *bucket.Bucket
	store  *store.Store
	desk   *review.Desk
	log    *slog.Logger
	meter  *observe.Meter
}

// NewRecorder makes a Recorder.
func NewRecorder(b *bucket.Bucket, s *store.Store, d *review.Desk, log *slog.Logger,
	meter *observe.Meter) *Recorder {
	return &Recorder{bucket: b, store: s, desk: d, log: log, meter: meter}
}

// Record keeps a decision in the bucket, so that it cannot be lost, and then carries it out. It gives the
// decision's id. It fails with Rejected, and a meeting.Refusal as the reason, if the decision cannot be carried
// out.
func (r *Recorder) Record(ctx context.Context, d meeting.Decision, m meeting.Meeting) (id string, err error) {
	o, err := r.bucket.PutDecision(ctx, bucket.DecisionKey(m.ID, d.At, rand.Text()), d)
	if err != nil {
		return "", err
	}
	if err := r.carryOut(ctx, o.ID(), d, m); err != nil {
		return "", r.explain(ctx, d, err)
	}
	r.log.InfoContext(ctx, "decision", "action", d.Action, "correlation", o.ID(), "document", d.Document)
	r.meter.Put(ctx, observe.Count(observe.Decisions, 1))
	return o.ID(), nil
}

func (r *Recorder) carryOut(ctx context.Context, id string, d meeting.Decision, m meeting.Meeting) error {
	err := r.desk.Decide(ctx, id, d, m)
	if !fault.Is(err, fault.Exists) {
		return err
	}
	// Our own write took effect and its answer was lost, or the sweep was faster: it is carried out, or refused.
	a, err := r.store.Audit(ctx, id)
	if err == nil && a.Refused != "" {
		err = fault.Reject(a.Refused, "refused when it was carried out")
	}
	return err
}

// explain adds the decision that was faster to the refusal of one that came second.
func (r *Recorder) explain(ctx context.Context, d meeting.Decision, refusal error) error {
	if d.Document == "" || !fault.Because(refusal, meeting.RefusalAlreadyDecided) {
		return refusal
	}
	doc, err := r.store.Document(ctx, d.Document)
	if err != nil || doc.Decision == "" {
		return refusal
	}
	a, err := r.store.Audit(ctx, doc.Decision)
	if err != nil {
		return refusal
	}
	return &secondError{refusal, a.Decision}
}

// secondError is the refusal of a decision about a document that was decided about already.
type secondError struct {
	err    error
	faster meeting.Decision
}

func (e *secondError) Error() string { return e.err.Error() }
func (e *secondError) Unwrap() error { return e.err }

// Explain tells who was faster, and what was decided.
func (e *secondError) Explain(l *locale.Locale) (string, error) {
	what, err := l.Text("history.did-" + string(e.faster.Action))
	if err != nil {
		return "", err
	}
	at := e.faster.At.UTC().Format("2006-01-02 15:04 UTC")
	return l.Text("refusal.faster", "By", e.faster.By, "What", what, "At", at, "Reason", e.faster.Reason)
}

// Address gives a bare mail address as mail goes to it; "" stays empty. It reports false if the text is neither.
func Address(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	return meeting.MailAddress(s)
}
