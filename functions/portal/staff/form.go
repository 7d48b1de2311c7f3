package staff

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dossier/functions/portal/decision"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

const (
	// maxReason bounds the bytes of a reason.
	maxReason = 2000
	// maxPlaces bounds how many sessions one letter is filed for by hand: a transaction holds so many and their
	// sessions.
	maxPlaces = 40
)

// readDecision reads a form. It fails with Rejected, and a meeting.Refusal as the reason. An empty by is somebody
// who may not decide.
func readDecision(f url.Values, meetingID, by string) (meeting.Decision, error) {
	d := meeting.Decision{Action: meeting.Action(f.Get("action")), Meeting: meetingID, Document: f.Get("document"),
		By: by, Reason: strings.TrimSpace(f.Get("reason")), At: time.Now().UTC()}
	if d.By == "" {
		return d, fault.Reject(meeting.RefusalNotAllowed, "nobody who may decide")
	}
	if code := f.Get("code"); d.Action == meeting.Reject && code != "" {
		d.Code, d.Reason = meeting.Reason(code), cmp.Or(d.Reason, code)
	}
	if d.Reason == "" || len(d.Reason) > maxReason {
		return d, fault.Reject(meeting.RefusalNoReason, "no reason given")
	}
	read, ok := actions()[d.Action]
	if !ok {
		return d, fault.Reject(meeting.RefusalNotUnderstood, "action %q", d.Action)
	}
	if err := read(&d, f); err != nil {
		return d, err
	}
	if d.Document == "" && !needsNoDocument(d.Action) {
		return d, fault.Reject(meeting.RefusalNotUnderstood, "no document")
	}
	return d, nil
}

// actions gives, for each action that staff can take, what reads its part of a form.
func actions() map[meeting.Action]func(*meeting.Decision, url.Values) error {
	return map[meeting.Action]func(*meeting.Decision, url.Values) error{
		meeting.Withdraw:  readNothing,
		meeting.Reject:    readNothing,
		meeting.ReadAgain: readNothing,
		meeting.FileHere:  readPlace,
		meeting.Split:     readParts,
		meeting.Join:      readInto,
		meeting.Accept:    readAccepted,
		meeting.Decline:   readNominee,
		meeting.Waive:     readRequirement,
		meeting.Require:   readRequirement,
		meeting.Undo:      readOf,
		meeting.Dismiss:   readOf,
		meeting.Revoke:    readOf,
	}
}

func needsNoDocument(a meeting.Action) bool {
	switch a {
	case meeting.Waive, meeting.Require, meeting.Undo, meeting.Dismiss, meeting.Revoke:
		return true
	}
	return false
}

func readNothing(*meeting.Decision, url.Values) error { return nil }

func readPlace(d *meeting.Decision, f url.Values) error {
	keys, ok := placeOfForm(f)
	if !ok {
		return fault.Reject(meeting.RefusalNoPlace, "no place given")
	}
	d.Requirements = keys
	return nil
}

func readRequirement(d *meeting.Decision, f url.Values) error {
	keys, ok := placeOfForm(f)
	if !ok {
		return fault.Reject(meeting.RefusalNotUnderstood, "no requirement")
	}
	d.Requirement = keys[0]
	return nil
}

func readInto(d *meeting.Decision, f url.Values) error {
	if d.Into = f.Get("into"); d.Into == "" {
		return fault.Reject(meeting.RefusalNoPlace, "no document to join")
	}
	return nil
}

func readNominee(d *meeting.Decision, f url.Values) error {
	d.Nominee = f.Get("nominee")
	return nil
}

func readOf(d *meeting.Decision, f url.Values) error {
	d.Of = f.Get("of")
	return nil
}

// readParts reads the rows of a form in which a document is split; empty ones are left out.
func readParts(d *meeting.Decision, f url.Values) error {
	from, to, where := f["from"], f["to"], f["place"]
	if len(from) != len(to) || len(from) != len(where) {
		return fault.Reject(meeting.RefusalBadParts, "rows of parts differ")
	}
	for i := range from {
		if from[i] == "" && to[i] == "" && where[i] == "" {
			continue
		}
		first, errFirst := strconv.Atoi(from[i])
		last, errLast := strconv.Atoi(cmp.Or(to[i], from[i]))
		keys, ok := parsePlace(where[i])
		if errFirst != nil || errLast != nil || !ok {
			return fault.Reject(meeting.RefusalBadParts, "row %d", i+1)
		}
		d.Parts = append(d.Parts, meeting.Part{From: first, To: last, Requirements: keys})
	}
	return nil
}

// readAccepted reads the nominee and the participant that the nominee becomes.
func readAccepted(d *meeting.Decision, f url.Values) error {
	d.Nominee = f.Get("nominee")
	text := func(key string) string { return strings.TrimSpace(f.Get(key)) }
	p := &meeting.Participant{
		ID:       meeting.ParticipantID(f.Get("document"), d.Nominee),
		Name:     text("name"),
		Email:    text("email"),
		Gender:   f.Get("gender"),
		Sector:   meeting.Public,
		Agency:   text("agency"),
		Country:  text("country"),
		Language: f.Get("language"),
		Roles:    roles(f["role"]),
	}
	var ok bool
	p.Email, ok = decision.Address(p.Email)
	switch {
	case !ok:
		return fault.Reject(meeting.RefusalBadEmail, "no address")
	case len(p.Roles) == 0:
		return fault.Reject(meeting.RefusalNoRole, "no role")
	case p.Name == "" || !slices.Contains([]string{"", "f", "m", "x"}, p.Gender):
		return fault.Reject(meeting.RefusalNotUnderstood, "no name, or no such gender")
	}
	d.Participant = p
	return nil
}

// roles reads roles, each written role:session; others are left out.
func roles(list []string) []meeting.Role {
	var all []meeting.Role
	for _, role := range list {
		name, session, ok := strings.Cut(role, ":")
		if ok && session != "" && slices.Contains(meeting.RoleNames(), meeting.RoleName(name)) {
			all = append(all, meeting.Role{Name: meeting.RoleName(name), Session: session})
		}
	}
	return all
}

// placeOfForm reads the place that a form names, typed or chosen: one may be chosen from the beginning, nothing is typed.
func placeOfForm(f url.Values) ([]meeting.RequirementKey, bool) {
	return parsePlace(cmp.Or(f.Get("other"), f.Get("requirement")))
}

// parsePlace reads the requirements of a place. It reports false if there are none, too many, or one that is no
// requirement.
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
