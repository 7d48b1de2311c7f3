package uploader

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits slow down the addresses from which links are tried that are not good. They hold for one instance of the
// function; what keeps a link from being guessed is its signature of 256 bits.
type limits struct {
	mu  sync.Mutex
	who map[netip.Prefix]*rate.Limiter
}

const (
	// badLinks is how many links that are not good an address may try at once, and one more every badLinkEvery.
	badLinks     = 10
	badLinkEvery = 6 * time.Second
	// maxLimited bounds how many addresses are remembered.
	maxLimited = 10_000
	// homeBits is how much of an IPv6 address one household or office has for itself (RFC 6177).
	homeBits = 64
)

func newLimits() *limits { return &limits{who: map[netip.Prefix]*rate.Limiter{}} }

// allow counts a request, and reports whether the address that it comes from may make it.
func (l *limits) allow(r *http.Request) bool {
	from := visitor(r.RemoteAddr)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.who[from] == nil {
		if len(l.who) >= maxLimited {
			clear(l.who)
		}
		l.who[from] = rate.NewLimiter(rate.Every(badLinkEvery), badLinks)
	}
	return l.who[from].Allow()
}

// visitor gives the network of an address, with a port or, as on Lambda, without. All that are no addresses are one.
func visitor(address string) netip.Prefix {
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = homeBits
	}
	network, _ := ip.Prefix(bits) // the bits fit
	return network
}
