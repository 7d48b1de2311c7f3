package access

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"dossier/functions/portal/page"
	"dossier/functions/portal/signin"
	"dossier/internal/fault"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

//go:embed *.html
var files embed.FS

// Pages are the templates of this package's pages.
func Pages() fs.FS { return files }

// SignIn tells who makes a request, and signs people in and out; *signin.SignIn does.
type SignIn interface {
	Who(r *http.Request, also ...store.AnyKey) (signin.Person, *store.Snapshot, error)
	Begin(w http.ResponseWriter, r *http.Request, to string) error
	Done(w http.ResponseWriter, r *http.Request) (to string, err error)
	End(w http.ResponseWriter, r *http.Request) (next string, err error)
}

// Gate stands before all pages. It is safe for concurrent use once all routes are added.
type Gate struct {
	Table
	signIn SignIn
	pages  *page.Renderer
	// contact is the address of those who give people roles.
	contact string
	log     *slog.Logger
}

// New makes a gate with the pages for signing in and out.
func New(signIn SignIn, pages *page.Renderer, contact string, log *slog.Logger) (*Gate, error) {
	g := &Gate{Table: Table{routes: map[string]Route{}, mux: http.NewServeMux()}, signIn: signIn, pages: pages, contact: contact, log: log}
	return g, g.Add(
		Route{"GET /signin", Anybody, g.begin},
		Route{"GET /signin/done", Anybody, g.done},
		Route{"GET /signin/back", Anybody, g.back},
		Route{"POST /signout", Anybody, g.end},
		Route{"GET /signed-out", Anybody, pages.SignedOut},
	)
}

// Add adds pages. It fails if a route is not one that can be guarded.
func (g *Gate) Add(routes ...Route) error {
	for _, r := range routes {
		if err := g.add(r, g.guard(r)); err != nil {
			return err
		}
	}
	return nil
}

// Routes are all pages, by their patterns.
func (g *Gate) Routes() []Route {
	return slices.SortedFunc(maps.Values(g.routes), func(a, b Route) int { return cmp.Compare(a.Pattern, b.Pattern) })
}

func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Visit is a person at a page. At an address of a meeting it has the meeting, and the role that the person has in it.
type Visit struct {
	signin.Person
	Meeting *meeting.Meeting
	Role    meeting.StaffRole
}

// In gives the role that the person has in a meeting: the higher one of the organisation's and the meeting's own.
func (v Visit) In(m *meeting.Meeting) meeting.StaffRole {
	return meeting.Highest(v.Person.Role, m.RoleOf(v.Subject, v.Email))
}

// may reports whether the person may open a page.
func (v Visit) may(needed Right) bool {
	return needed == SignedIn || v.Meeting != nil && v.Role.Allows(meeting.StaffRole(needed))
}

// visitKey is the key of a request's Visit in its context.
type visitKey struct{}

// Of gives who is at a page that needs somebody to be signed in.
func Of(r *http.Request) Visit {
	v, _ := r.Context().Value(visitKey{}).(Visit)
	return v
}

// ErrNoRole is what a page fails with if the person has no role in anything that it would show.
var ErrNoRole = errors.New("no role in any meeting")

// guard gives the page of a route to those who have the right to it.
func (g *Gate) guard(route Route) http.Handler {
	return g.pages.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if !route.Right.ofStaff() {
			return route.Page(w, r)
		}
		v, err := g.visit(r)
		switch {
		case err != nil:
			return err
		case !v.SignedIn():
			return g.signInFirst(w, r)
		case v.may(route.Right):
			err := route.Page(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
			if errors.Is(err, ErrNoRole) {
				return g.noRole(w, r, v)
			}
			return err
		case v.Meeting == nil && v.Person.Role.Allows(meeting.Viewer):
			return fault.New(fault.NotFound, "no such meeting")
		case v.Role.Allows(meeting.Viewer):
			return fault.Reject(meeting.RefusalNotAllowed, "%s needs more than %s", route.Pattern, v.Role)
		}
		return g.noRole(w, r, v) // the same for a meeting that is not there: nobody learns which ones there are
	})
}

// visit tells who makes a request. The sign-in and the meeting, with its list of staff, are read anew each time, in one request to
// the table: a right that is taken away ends at once.
func (g *Gate) visit(r *http.Request) (Visit, error) {
	id := r.PathValue("meeting")
	var also []store.AnyKey
	if id != "" {
		also = append(also, store.MeetingKey(id))
	}
	who, snap, err := g.signIn.Who(r, also...)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Person: who}
	if id != "" && who.SignedIn() {
		v.Meeting = store.Get(snap, store.MeetingKey(id))
	}
	if v.Meeting != nil {
		v.Role = v.In(v.Meeting)
	}
	return v, nil
}

// signInFirst sends a visitor who is not signed in to sign in. What was typed into a form is given back, to be sent again.
func (g *Gate) signInFirst(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return g.keepForm(w, r)
	}
	http.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	return nil
}

// noRolePage is for somebody who is signed in and has no role: it has the address of those who give one.
type noRolePage struct {
	Person  signin.Person
	Contact string
	// Other is set if it is about one meeting, and the person may have a role in another one.
	Other bool
}

func (g *Gate) noRole(w http.ResponseWriter, r *http.Request, v Visit) error {
	p := noRolePage{Person: v.Person, Contact: g.contact, Other: r.PathValue("meeting") != ""}
	return g.pages.ShowIn(w, r, g.pages.Locale(r, ""), "no-role.html", http.StatusForbidden, p)
}
