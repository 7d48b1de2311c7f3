package message

import (
	"slices"
	"strings"
)

// automatic tells whether a machine sent a mail by itself: an automatic reply (RFC 3834, 5), or a report on another mail, such
// as that it did not arrive (RFC 6522, RFC 3464). header gives the value of a field, sender is the bare address in lower
// case. Older servers say it in fields of their own, or by who sends.
func automatic(header func(string) string, sender string) bool {
	first := func(field string) string {
		word, _, _ := strings.Cut(strings.TrimSpace(header(field)), ";")
		return strings.ToLower(strings.TrimSpace(word))
	}
	if v := first("Auto-Submitted"); v != "" && v != "no" {
		return true
	}
	own := func(field string) bool { return header(field) != "" }
	if slices.ContainsFunc([]string{"X-Autoreply", "X-Autorespond", "X-Failed-Recipients"}, own) {
		return true
	}
	local, _, _ := strings.Cut(sender, "@")
	return first("Content-Type") == "multipart/report" || first("Precedence") == "auto_reply" ||
		slices.Contains([]string{"mailer-daemon", "postmaster"}, local)
}
