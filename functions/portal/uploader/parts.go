package uploader

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"dossier/functions/portal/page"
	"dossier/internal/fault"
	"dossier/internal/meeting"
)

const (
	// partSize is how many bytes a part has, partsFrom from how many on a file goes in parts.
	partSize  = 8 << 20
	partsFrom = 20 << 20
	// partLife is for how long the address of a part can be used.
	partLife = time.Hour
)

// partForm is what the script of the page asks about.
type partForm struct {
	key, upload string
	// size is that of the file or of the part, in bytes; number is the part's, from 1.
	size, number int64
}

// isPart reports whether a part of that size and number can belong to a file of at most so many bytes.
func (f partForm) isPart(maxBytes int64) bool {
	return f.size > 0 && f.size <= partSize && f.number >= 1 && (f.number-1)*partSize < maxBytes
}

// Why a step is not done.
var (
	errTooLarge = errors.New("larger than a file or a part may be")
	errTooMany  = errors.New("the link has brought in all that it may today")
	errNoStep   = errors.New("no such step")
)

// Parts answers the script of the page, which sends a large file in parts: the path has what it asks for, the form
// what it asks about. Every request proves the link anew, and no key is taken from the browser.
func (u *Uploader) Parts(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	k, err := u.resolveLink(r)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	f := partForm{key: k.prefix() + page.FileName(r.PostFormValue("name")), upload: r.PostFormValue("upload")}
	f.size, _ = strconv.ParseInt(r.PostFormValue("size"), 10, 64)
	f.number, _ = strconv.ParseInt(r.PostFormValue("number"), 10, 32)
	answer := map[string]any{"partSize": partSize}
	if err := u.step(r, k, f, answer); err != nil {
		status := stepStatus(err)
		if status >= http.StatusInternalServerError {
			u.log.ErrorContext(r.Context(), "part failed", "step", r.PathValue("step"), "error", err)
		}
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the visitor may be gone
}

// step does what the path asks for, and puts the result into the answer.
func (u *Uploader) step(r *http.Request, k *link, f partForm, answer map[string]any) (err error) {
	ctx := r.Context()
	switch r.PathValue("step") {
	case "begin":
		if f.size <= 0 || f.size > u.config.MaxBytes {
			return errTooLarge
		}
		may := false
		err := u.store.UseLink(ctx, k.use(), func(use *meeting.LinkUse) { may = use.Begin(f.size, u.config.Limits, time.Now()) })
		switch {
		case err != nil:
			return err
		case !may:
			return errTooMany
		}
		answer["upload"], err = u.bucket.Begin(ctx, f.key)
		return err
	case "list":
		answer["parts"], err = u.bucket.Parts(ctx, f.key, f.upload)
	case "url":
		if !f.isPart(u.config.MaxBytes) {
			return errTooLarge
		}
		answer["url"], err = u.bucket.PartURL(ctx, f.key, f.upload, int32(f.number), f.size, partLife)
	case "finish":
		err = u.bucket.Finish(ctx, f.key, f.upload, u.config.MaxBytes)
	default:
		err = errNoStep
	}
	return err
}

// stepStatus gives the HTTP status of an error, by which the script knows whether to try again.
func stepStatus(err error) int {
	switch {
	case fault.Is(err, fault.NotFound), errors.Is(err, errNoStep):
		return http.StatusNotFound
	case errors.Is(err, errTooMany):
		return http.StatusTooManyRequests
	case fault.Is(err, fault.Rejected), errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusServiceUnavailable
}
