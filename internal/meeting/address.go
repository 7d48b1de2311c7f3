package meeting

import (
	"log/slog"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// longestMailbox is how many bytes an address has at most to which a mail can be sent (RFC 5321, 4.5.3.1.3).
const longestMailbox = 254

// MailAddress gives a mail address as mail goes to it: a domain in other letters than ASCII is given in ASCII (RFC 5891). It
// reports false if the text is not one address and nothing else, or if SES takes no mail for it: the part before the @ is
// in ASCII there.
func MailAddress(s string) (string, bool) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], s[at+1:]
	if !isASCII(local) {
		return "", false
	}
	if !isASCII(domain) {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", false
		}
	}
	address := local + "@" + domain
	return address, len(address) <= longestMailbox && strings.Contains(domain, ".")
}

// ReadableAddress gives a mail address as people write it: with its domain in its own letters.
func ReadableAddress(address string) string {
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToUnicode(address[at+1:])
	if at < 0 || err != nil {
		return address
	}
	return address[:at+1] + domain
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// Address is a mail address with something known that matters before the next mail goes there.
type Address struct {
	Address string `json:"address"` // in lower case
	// Suppressed is why no mail goes there any more: Bounced or Complained; "" when mail may go.
	Suppressed string    `json:"suppressed,omitempty"`
	Since      time.Time `json:"since,omitzero"`
	Rev        int       `json:"rev"`
}

// The reasons for which no mail goes to an address.
const (
	// Bounced: the address's server says that it will never take mail for it.
	Bounced = "bounced"
	// Complained: the reader has called a mail of ours unwanted.
	Complained = "complained"
)

// LogValue keeps the address out of logs.
func (a Address) LogValue() slog.Value { return slog.StringValue("suppressed: " + a.Suppressed) }

// Sends counts the mails to one address on one day, in UTC.
type Sends struct {
	Address string `json:"address"` // in lower case
	Day     string `json:"day"`     // 2006-01-02
	// About is set where mails about something are counted apart from all others.
	About string `json:"about,omitempty"`
	N     int    `json:"n"`
	// Expires is when the count is of no use any more, in Unix seconds.
	Expires int64 `json:"ttl"`
	Rev     int   `json:"rev"`
}

// NewSends is a count of nothing yet.
func NewSends(address string, at time.Time) *Sends {
	return &Sends{Address: address, Day: Day(at), Expires: at.AddDate(0, 0, 3).Unix()}
}

// AboutCompleteness are the mails that say that a session is complete, or not any more. No other mail takes their place.
const AboutCompleteness = "completeness"

// Name tells the counts of an address apart.
func (n Sends) Name() string {
	if n.About == "" {
		return n.Day
	}
	return n.Day + "#" + n.About
}

// Day is the day of a moment by which mails are counted.
func Day(at time.Time) string { return at.UTC().Format(time.DateOnly) }
