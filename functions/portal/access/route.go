// Package access is the one place that decides who may open which page. Every page is a line in a table of routes, with the
// right that it needs; there is no other way to a page.
package access

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"dossier/functions/portal/page"
	"dossier/internal/meeting"
)

// Right is what somebody needs to open a page.
type Right string

// The rights.
const (
	// Anybody may open the page; it shows nothing of a meeting.
	Anybody Right = "anybody"
	// ByLink needs an upload link, which the page checks: it is for those who cannot sign in.
	ByLink Right = "link"
	// SignedIn needs a role in any meeting. The page shows only what the person has a role for.
	SignedIn Right = "signed in"
	// Look, Decide and Manage need a role in the meeting of the page's address.
	Look   Right = Right(meeting.Viewer)
	Decide Right = Right(meeting.Editor)
	Manage Right = Right(meeting.Administrator)
)

// ofMeeting reports whether the right is one in a meeting.
func (r Right) ofMeeting() bool { return slices.Contains(meeting.StaffRoles(), meeting.StaffRole(r)) }

// ofStaff reports whether the right needs a person who is signed in.
func (r Right) ofStaff() bool { return r == SignedIn || r.ofMeeting() }

// Route is a page: its address as http.ServeMux writes it, the right that it needs, and what answers.
type Route struct {
	Pattern string
	Right   Right
	Page    page.Handler
}

// check finds mistakes in a line of the table: a right that does not exist, or one in a meeting at an address without one, or an
// address of a meeting without one.
func (r Route) check() error {
	inMeeting := strings.Contains(r.Pattern, "/meetings/{meeting}")
	switch {
	case !r.Right.ofStaff() && r.Right != Anybody && r.Right != ByLink:
		return fmt.Errorf("route %s needs no right that exists: %q", r.Pattern, r.Right)
	case r.Right.ofMeeting() != inMeeting:
		return fmt.Errorf("route %s and its right %q are not both of a meeting", r.Pattern, r.Right)
	case r.Page == nil:
		return fmt.Errorf("route %s has no page", r.Pattern)
	case !strings.HasPrefix(r.Pattern, http.MethodGet+" /") && !strings.HasPrefix(r.Pattern, http.MethodPost+" /"):
		return fmt.Errorf("route %s has no method", r.Pattern)
	}
	return nil
}

// Table is all routes, which a mux serves.
type Table struct {
	routes map[string]Route // by pattern
	mux    *http.ServeMux
}

// add adds a route. Its guard stands before its page.
func (t *Table) add(r Route, guard http.Handler) error {
	if err := r.check(); err != nil {
		return err
	}
	if _, twice := t.routes[r.Pattern]; twice {
		return fmt.Errorf("route %s stands there twice", r.Pattern)
	}
	t.routes[r.Pattern] = r
	t.mux.Handle(r.Pattern, guard)
	return nil
}

// maxPath bounds the bytes of an address that one comes back to.
const maxPath = 2000

// Landing gives the address of ours to which a text leads: a page of staff that exists. It gives "/" for any other text: after
// signing in nobody is led to another site, or to an upload link.
func (t *Table) Landing(to string) string {
	u, ok := local(to)
	if !ok {
		return "/"
	}
	_, pattern := t.mux.Handler(&http.Request{Method: http.MethodGet, URL: u})
	if r, known := t.routes[pattern]; !known || !r.Right.ofStaff() {
		return "/"
	}
	return u.String()
}

// local reads an address on this site that begins with a slash, and writes it anew. It reports false if browsers could take the
// text for anything else (WHATWG URL Standard: they drop TAB and newline, and take a backslash for a slash).
func local(to string) (*url.URL, bool) {
	odd := func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' || r == unicode.ReplacementChar
	}
	if len(to) > maxPath || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, odd) {
		return nil, false
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		strings.ContainsFunc(u.Path, odd) || path.Clean(u.Path) != u.Path {
		return nil, false
	}
	return &url.URL{Path: u.Path, RawQuery: u.Query().Encode()}, true
}
