package access

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"dossier/internal/meeting"
)

const (
	// maxForm bounds the bytes of the fields of a form that is given back, maxBody those of the whole of it.
	maxForm = 64 << 10
	maxBody = 8 << 20
)

// againPage gives back a form that came without a sign-in that counts. It is for the browser alone: nothing of it is kept here.
type againPage struct {
	// Action is where the form is sent again, SignIn where to sign in beside it.
	Action, SignIn string
	// Shown are the fields that people type, Hidden the others.
	Shown, Hidden []field
	// Files are the fields of files, which have to be chosen again.
	Files []field
	// Doing is a key of words for the button that was pressed; "" if it is not known.
	Doing string
	// Lost is set if the form could not be read to its end.
	Lost bool
}

// field is a field of a form. Label is a key of words for those that are shown.
type field struct{ Name, Value, Label string }

// labels are the fields that people type, with the keys of their words.
func labels() map[string]string {
	return map[string]string{"reason": "column-reason", "name": "name", "email": "email", "agency": "column-agency",
		"country": "column-country"}
}

// doing gives the key of words of the button that sent a form; "" if no button of ours did.
func doing(r *http.Request, form url.Values) string {
	switch form.Get("what") {
	case meeting.MailLinks:
		return "menu-links"
	case meeting.MailReminder:
		return "remind-button"
	}
	switch path.Base(r.URL.Path) {
	case "addresses":
		return "mail-again"
	case "behalf":
		return "upload-on-behalf"
	}
	return map[meeting.Action]string{
		meeting.Withdraw: "withdraw", meeting.Reject: "reject", meeting.FileHere: "file-here", meeting.Split: "file-parts",
		meeting.Join: "join", meeting.Accept: "accept", meeting.Decline: "decline", meeting.Waive: "waive",
		meeting.Require: "ask-again", meeting.Undo: "take-back", meeting.Dismiss: "forget", meeting.Revoke: "revoke-links",
	}[meeting.Action(form.Get("action"))]
}

// keepForm answers a form from somebody who is not signed in any more with a page that has all that was typed. The person signs in
// beside it, looks at it, and sends it again: nothing is done in a person's name that the person did not confirm.
func (g *Gate) keepForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	values, files, err := readForm(r)
	p := againPage{Action: r.URL.RequestURI(), SignIn: "/signin?to=" + url.QueryEscape(signedInPath), Doing: doing(r, values), Lost: err != nil}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			if label, typed := labels()[name]; typed {
				p.Shown = append(p.Shown, field{name, v, label})
			} else {
				p.Hidden = append(p.Hidden, field{Name: name, Value: v})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p.Files = append(p.Files, field{Name: name, Value: files[name]})
	}
	return g.pages.ShowIn(w, r, g.pages.Locale(r, ""), "again.html", http.StatusForbidden, p)
}

// errLargeForm: the fields of a form are too large to be given back.
var errLargeForm = errors.New("form is too large")

// readForm reads the fields of a form, and the names of its files. What was read before an error is given too.
func readForm(r *http.Request) (values url.Values, files map[string]string, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
		err = r.ParseForm()
		return r.PostForm, nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	return readParts(parts)
}

func readParts(parts *multipart.Reader) (url.Values, map[string]string, error) {
	values, files, left := url.Values{}, map[string]string{}, int64(maxForm)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, nil
		}
		if err != nil {
			return values, files, err
		}
		if part.FileName() != "" {
			files[part.FormName()] = part.FileName()
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return values, files, err
		}
		if left -= int64(len(data)); left < 0 {
			return values, files, errLargeForm
		}
		values.Add(part.FormName(), strings.ToValidUTF8(string(data), ""))
	}
}
