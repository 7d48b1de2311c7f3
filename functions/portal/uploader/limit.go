package uploader

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits slow down the addresses from which links are tried that are not good. They hold for one instance of the
// function; what keeps a link from being guessed is its signature of 256 bits.
type limits struct {
	mu  sync.Mutex
	who map[string]*rate.Limiter
}

const (
	// badLinks is how many links that are not good an address may try at once, and one more every badLinkEvery.
	badLinks     = 10
	badLinkEvery = 6 * time.Second
	// maxLimited bounds how many addresses are remembered.
	maxLimited = 10_000
)

func newLimits() *limits { return &limits{who: map[string]*rate.Limiter{}} }

// of gives the limit of the address that a request comes from.
func (l *limits) of(r *http.Request) *rate.Limiter {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil { // on Lambda it has no port
		host = r.RemoteAddr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.who[host] == nil {
		if len(l.who) >= maxLimited {
			clear(l.who)
		}
		l.who[host] = rate.NewLimiter(rate.Every(badLinkEvery), badLinks)
	}
	return l.who[host]
}
