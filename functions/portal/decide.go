package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dossier/functions/portal/signin"
	"dossier/internal/bucket"
	"dossier/internal/fault"
	"dossier/internal/filing"
	"dossier/internal/meeting"
	"dossier/internal/observe"
)

// refused is a decision that was not carried out, with what is known of the one that was faster.
type refused struct {
	err    error
	faster *meeting.Audit
}

func (e *refused) Error() string { return e.err.Error() }
func (e *refused) Unwrap() error { return e.err }

// refusal says in words why nothing was changed.
func (g *language) refusal(err error) (string, error) {
	key := "refusal.not-understood"
	if reason := meeting.Refusal(fault.Reason(err)); slices.Contains(meeting.DecisionRefusals(), reason) {
		key = "refusal." + string(reason)
	}
	text, wordsErr := g.Text(key)
	if r, ok := errors.AsType[*refused](err); ok && r.faster != nil && wordsErr == nil {
		d := r.faster.Decision
		var what, more string
		if what, wordsErr = g.Text("history.did-" + string(d.Action)); wordsErr == nil {
			more, wordsErr = g.Text("refusal.faster", "By", d.By, "What", what, "At", d.At.UTC().Format("2006-01-02 15:04 UTC"), "Reason", d.Reason)
			text += " " + more
		}
	}
	return text, wordsErr
}

// decide keeps a decision in the bucket, so that it can never be lost, and then carries it out.
func (p *Portal) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	id := r.PathValue("meeting")
	if err := r.ParseForm(); err != nil {
		p.fail(w, r, fault.Reject(meeting.RefusalNotUnderstood, "no form"))
		return
	}
	m, err := p.store.Meeting(r.Context(), id)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	by := ""
	if who := p.signIn.Who(r); who.Role >= signin.Editor {
		by = who.Name
	}
	d, err := decision(r.PostForm, id, by)
	done := ""
	if err == nil {
		done, err = p.carryOut(r.Context(), d, *m)
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	back := "/meetings/" + id
	switch from := path.Clean(r.PostFormValue("back")); {
	case r.PostFormValue("from-history") != "":
		back += "/history"
	case strings.HasPrefix(from, "review"): // the next one, and a way back
		back += "/" + from + "?undo=" + url.QueryEscape(done)
		if d.Action == meeting.Undo {
			back = "/meetings/" + id + "/review"
		}
	case strings.HasPrefix(from, "sessions/"), strings.HasPrefix(from, "documents/"):
		back += "/" + from
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// decision reads a form. It fails with Rejected, and a reason that refusal explains.
func decision(f url.Values, meetingID, by string) (meeting.Decision, error) {
	d := meeting.Decision{Action: meeting.Action(f.Get("action")), Meeting: meetingID, Document: f.Get("document"),
		By: by, Reason: strings.TrimSpace(f.Get("reason")), At: time.Now().UTC()}
	if d.By == "" {
		return d, fault.Reject(meeting.RefusalNotAllowed, "nobody who may decide")
	}
	if code := f.Get("code"); d.Action == meeting.Reject && code != "" {
		d.Code, d.Reason = meeting.Reason(code), cmp.Or(d.Reason, code)
	}
	if d.Reason == "" || len(d.Reason) > 2000 {
		return d, fault.Reject(meeting.RefusalNoReason, "no reason given")
	}
	keys, ok := parsePlace(cmp.Or(f.Get("requirement"), f.Get("other")))
	needsDocument := true
	switch d.Action {
	case meeting.Withdraw, meeting.Reject:
	case meeting.FileHere:
		if !ok {
			return d, fault.Reject(meeting.RefusalNoPlace, "no place given")
		}
		d.Requirements = keys
	case meeting.Split:
		var err error
		if d.Parts, err = parts(f); err != nil {
			return d, err
		}
	case meeting.Join:
		if d.Into = f.Get("into"); d.Into == "" {
			return d, fault.Reject(meeting.RefusalNoPlace, "no document to join")
		}
	case meeting.Accept:
		d.Nominee = f.Get("nominee")
		p, err := accepted(f)
		if err != nil {
			return d, err
		}
		d.Participant = p
	case meeting.Decline:
		d.Nominee = f.Get("nominee")
	case meeting.Waive, meeting.Require:
		needsDocument = false
		if !ok {
			return d, fault.Reject(meeting.RefusalNotUnderstood, "no requirement")
		}
		d.Requirement = keys[0]
	case meeting.Undo, meeting.Forget, meeting.Revoke:
		needsDocument = false
		d.Of = f.Get("of")
	default:
		return d, fault.Reject(meeting.RefusalNotUnderstood, "action %q", d.Action)
	}
	if needsDocument && d.Document == "" {
		return d, fault.Reject(meeting.RefusalNotUnderstood, "no document")
	}
	return d, nil
}

// parts reads the rows of a form in which a document is split; empty ones are left out.
func parts(f url.Values) ([]meeting.Part, error) {
	from, to, where := f["from"], f["to"], f["place"]
	if len(from) != len(to) || len(from) != len(where) {
		return nil, fault.Reject(meeting.RefusalBadParts, "rows of parts differ")
	}
	var all []meeting.Part
	for i := range from {
		if from[i] == "" && to[i] == "" && where[i] == "" {
			continue
		}
		a, errA := strconv.Atoi(from[i])
		b, errB := strconv.Atoi(cmp.Or(to[i], from[i]))
		keys, ok := parsePlace(where[i])
		if errA != nil || errB != nil || !ok {
			return nil, fault.Reject(meeting.RefusalBadParts, "row %d", i+1)
		}
		all = append(all, meeting.Part{From: a, To: b, Requirements: keys})
	}
	return all, nil
}

// accepted reads the participant whom a nominee becomes.
func accepted(f url.Values) (*meeting.Participant, error) {
	p := &meeting.Participant{ID: filing.ParticipantID(f.Get("document"), f.Get("nominee")), Name: strings.TrimSpace(f.Get("name")), Email: strings.TrimSpace(f.Get("email")),
		Gender: f.Get("gender"), Sector: meeting.Public, Agency: strings.TrimSpace(f.Get("agency")), Country: strings.TrimSpace(f.Get("country")), Language: f.Get("language")}
	if !goodAddress(p.Email) {
		return nil, fault.Reject(meeting.RefusalBadEmail, "no address")
	}
	for _, role := range f["role"] {
		name, session, ok := strings.Cut(role, ":")
		if ok && session != "" && slices.Contains(meeting.RoleNames(), meeting.RoleName(name)) {
			p.Roles = append(p.Roles, meeting.Role{Name: meeting.RoleName(name), Session: session})
		}
	}
	if len(p.Roles) == 0 {
		return nil, fault.Reject(meeting.RefusalNoRole, "no role")
	}
	if p.Name == "" || !slices.Contains([]string{"", "f", "m", "x"}, p.Gender) {
		return nil, fault.Reject(meeting.RefusalNotUnderstood, "no name, or no such gender")
	}
	return p, nil
}

// parsePlace reads the requirements of a place; false when there are none or one is no requirement.
func parsePlace(s string) ([]meeting.RequirementKey, bool) {
	var keys []meeting.RequirementKey
	for _, f := range strings.Fields(s) {
		k, ok := meeting.ParseRequirementKey(f)
		if !ok || len(keys) == maxPlaces {
			return nil, false
		}
		keys = append(keys, k)
	}
	return keys, len(keys) > 0
}

// maxPlaces bounds how many sessions one letter is filed for by hand: a transaction holds so many and their sessions.
const maxPlaces = 40

func (p *Portal) carryOut(ctx context.Context, d meeting.Decision, m meeting.Meeting) (id string, err error) {
	key := bucket.Decisions + m.ID + "/" + d.At.Format("20060102T150405.000000000Z") + "-" + rand.Text()[:8] + ".json"
	o, err := p.bucket.PutDecision(ctx, key, d)
	if err != nil {
		return "", err
	}
	err = p.registry.Decide(ctx, o.ID(), d, m)
	if fault.Is(err, fault.Exists) {
		// Our own write took effect and its answer was lost, or the sweep was faster: it is carried out, or refused.
		a, readErr := p.store.Audit(ctx, o.ID())
		if err = readErr; err == nil && a.Refused != "" {
			err = fault.Reject(a.Refused, "refused when it was carried out")
		}
	}
	if err == nil {
		p.log.InfoContext(ctx, "decision", "action", d.Action, "correlation", o.ID(), "document", d.Document)
		p.meter.Put(ctx, observe.Count(observe.Decisions, 1))
	}
	if d.Document != "" && fault.Because(err, meeting.RefusalAlreadyDecided) {
		// Whoever comes second is told what happened.
		if doc, readErr := p.store.Document(ctx, d.Document); readErr == nil && doc.Decision != "" {
			if a, readErr := p.store.Audit(ctx, doc.Decision); readErr == nil {
				err = &refused{err, a}
			}
		}
	}
	return o.ID(), err
}

// goodAddress takes a bare mail address, or none.
func goodAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return s == "" || err == nil && a.Address == s && len(s) <= 254
}
