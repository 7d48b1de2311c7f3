package page

import (
	"net/http"
	"strings"
)

// Policy is what the headers of every page depend on.
type Policy struct {
	// HTTPS is set everywhere but on a developer's machine. Cookies are then for HTTPS alone.
	HTTPS bool
	// Storage is the origin of the bucket's forms and files.
	Storage string
}

// contentSecurity gives the Content-Security-Policy of every page (CSP Level 3).
func (c Policy) contentSecurity() string {
	return strings.Join([]string{
		"default-src 'none'",
		"style-src 'self'",
		"script-src 'self'",
		"connect-src 'self' " + c.Storage,
		"img-src 'self' data: " + c.Storage,
		"frame-src " + c.Storage,
		"form-action 'self' " + c.Storage,
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// Secure sets the headers that keep a page from being stored, framed, or made to run foreign scripts.
func (p *Renderer) Secure(next http.Handler) http.Handler {
	policy := p.policy.contentSecurity()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		if p.policy.HTTPS {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}
