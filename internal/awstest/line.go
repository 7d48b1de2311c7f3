package awstest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Trouble is what becomes of a request on a line.
type Trouble string

// The troubles. The last three are answers that repeat the whole request, its address and its body.
const (
	Refused Trouble = "connection refused"
	Reset   Trouble = "connection reset"
	Slow    Trouble = "no answer"
	Echo400 Trouble = "echo 400"
	Echo403 Trouble = "echo 403"
	Echo500 Trouble = "echo 500"
)

// Troubles are all of them.
func Troubles() []Trouble { return []Trouble{Refused, Reset, Slow, Echo400, Echo403, Echo500} }

// Line is an HTTP client over another, on which one request, counted since Break, and all that follow meet trouble. It
// is safe for concurrent use.
type Line struct {
	Over aws.HTTPClient

	mu      sync.Mutex
	trouble Trouble
	left    int // good requests before the trouble
	broken  bool
}

// Break lets so many requests through, and the others meet trouble; "" is none.
func (l *Line) Break(trouble Trouble, after int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble, l.left, l.broken = trouble, after, false
}

// Broken reports whether a request has met trouble.
func (l *Line) Broken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

func (l *Line) next() Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble == "" {
		return ""
	}
	if l.left--; l.left >= 0 {
		return ""
	}
	l.broken = true
	return l.trouble
}

// Do sends a request.
func (l *Line) Do(r *http.Request) (*http.Response, error) {
	trouble := l.next()
	if trouble == "" {
		return l.Over.Do(r)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dial(ctx, trouble, r)
	}}}
	defer client.CloseIdleConnections()
	return client.Do(r)
}

// dial makes a connection on which the trouble happens.
func dial(ctx context.Context, trouble Trouble, r *http.Request) (net.Conn, error) {
	if trouble == Refused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		request := make([]byte, 64<<10)
		n, _ := far.Read(request)
		switch trouble {
		case Reset:
		case Slow:
			<-ctx.Done()
			<-r.Context().Done()
		default:
			go io.Copy(io.Discard, far)
			said := strings.NewReplacer("<", "(", ">", ")").Replace(r.URL.String() + " " + string(request[:n]))
			body := "<Error><Code>" + said + "</Code><Message>" + said + "</Message></Error>"
			if strings.Contains(r.Header.Get("Content-Type"), "json") {
				body = fmt.Sprintf(`{"__type":%q,"message":%q}`, "com.amazonaws#ValidationException", said)
			}
			fmt.Fprintf(far, "HTTP/1.1 %s %s\r\nContent-Length: %d\r\nX-Amz-Request-Id: %s\r\n\r\n%s", strings.TrimPrefix(string(trouble), "echo "),
				"Amina Diallo", len(body), "Amina", body)
		}
	}()
	return near, nil
}
