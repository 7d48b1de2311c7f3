package page

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"dossier/internal/fault"
	"dossier/internal/locale"
	"dossier/internal/meeting"
)

// Explainer is an error that adds words of its own to those of its refusal.
type Explainer interface {
	error
	Explain(*locale.Locale) (string, error)
}

// notice is a page of a title and a text, both keys of words. Explanation is shown instead of the text if it is not "".
type notice struct{ Title, Text, Explanation, Back string }

// SignedOut shows the page after signing out.
func (p *Renderer) SignedOut(w http.ResponseWriter, r *http.Request) error {
	return p.Show(w, r, "notice.html", notice{Title: "signed-out", Text: "signed-out-text", Back: "/"})
}

// fail answers with the page that explains an error, and logs those that are ours.
func (p *Renderer) fail(w http.ResponseWriter, r *http.Request, err error) {
	l := p.Locale(r, "")
	status := statusOf(err)
	n := notice{Title: "went-wrong", Text: "went-wrong-text", Back: "/"}
	switch {
	case status == http.StatusNotFound:
		n = notice{Title: "no-page", Text: "no-page-text", Back: "/"}
	case status < http.StatusInternalServerError:
		said, wordsErr := refusal(l.Locale, err)
		if wordsErr != nil {
			p.log.ErrorContext(r.Context(), "refusal has no words", "error", errors.Join(wordsErr, err))
		}
		n = notice{Title: "nothing-changed", Explanation: said, Back: before(r)}
	default:
		p.log.ErrorContext(r.Context(), "page failed", "method", r.Method, "pattern", r.Pattern, "error", err)
	}
	var b bytes.Buffer
	if err := l.Render(&b, "notice.html", n); err != nil {
		p.log.ErrorContext(r.Context(), "notice failed", "error", err)
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the visitor may be gone
}

// before gives the address on this site from which a request came; "/" if it came from elsewhere.
func before(r *http.Request) string {
	u, err := url.Parse(r.Header.Get("Referer"))
	if err != nil || u.Host != r.Host || !strings.HasPrefix(u.Path, "/") || path.Clean(u.Path) != u.Path || strings.Contains(u.Path, `\`) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// statusOf gives the HTTP status of an error.
func statusOf(err error) int {
	switch {
	case fault.Is(err, fault.NotFound):
		return http.StatusNotFound
	case fault.Because(err, meeting.RefusalNotAllowed), fault.Because(err, meeting.RefusalClosed):
		return http.StatusForbidden
	case fault.Is(err, fault.Rejected):
		return http.StatusConflict
	case fault.Is(err, fault.Transient):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// refusal gives why nothing was changed, in words.
func refusal(l *locale.Locale, err error) (string, error) {
	reason := meeting.Refusal(fault.Reason(err))
	if !slices.Contains(meeting.DecisionRefusals(), reason) {
		reason = meeting.RefusalNotUnderstood
	}
	text, wordsErr := l.Text("refusal." + string(reason))
	if more, ok := errors.AsType[Explainer](err); ok && wordsErr == nil {
		var explanation string
		explanation, wordsErr = more.Explain(l)
		text += " " + explanation
	}
	return text, wordsErr
}
