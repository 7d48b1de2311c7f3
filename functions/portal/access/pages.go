package access

import (
	"errors"
	"net/http"

	"dossier/functions/portal/signin"
)

// begin sends somebody to the provider to sign in.
func (g *Gate) begin(w http.ResponseWriter, r *http.Request) error {
	to := r.URL.Query().Get("to")
	if to != signedInPath {
		to = g.Landing(to)
	}
	if err := g.signIn.Begin(w, r, to); err != nil {
		return g.notSignedIn(w, r, err)
	}
	return nil
}

// done takes the provider's answer.
func (g *Gate) done(w http.ResponseWriter, r *http.Request) error {
	to, err := g.signIn.Done(w, r)
	if err != nil {
		return g.notSignedIn(w, r, err)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// notSignedInPage says that signing in failed, by a key of words.
type notSignedInPage struct{ Text string }

func (g *Gate) notSignedIn(w http.ResponseWriter, r *http.Request, err error) error {
	p, status := notSignedInPage{"sign-in-unavailable"}, http.StatusServiceUnavailable
	if errors.Is(err, signin.ErrNotFinished) || errors.Is(err, signin.ErrRefused) {
		p, status = notSignedInPage{"sign-in-not-finished"}, http.StatusForbidden
	}
	g.log.WarnContext(r.Context(), "sign-in failed", "error", err)
	return g.pages.ShowIn(w, r, g.pages.Locale(r, ""), "not-signed-in.html", status, p)
}

// signedInPath is where somebody lands who signed in beside a form.
const signedInPath = "/signin/back"

func (g *Gate) back(w http.ResponseWriter, r *http.Request) error {
	return g.pages.Show(w, r, "signed-in.html", nil)
}

// signedOutPage says that somebody is signed out here, and goes on to the provider.
type signedOutPage struct{ Next string }

// end signs somebody out here, and then at the provider. It answers with a page that goes on by itself: a form that is sent on to
// another site would be stopped by the pages' policy.
func (g *Gate) end(w http.ResponseWriter, r *http.Request) error {
	next, err := g.signIn.End(w, r)
	if err != nil {
		return err
	}
	if next == "" {
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return nil
	}
	return g.pages.Show(w, r, "signing-out.html", signedOutPage{next})
}
