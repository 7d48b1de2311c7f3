package awserror_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"dossier/internal/awserror"
)

// answered is an error as the SDK gives it for an answer.
type answered struct {
	error
	status int
	id     string
}

func (a answered) HTTPStatusCode() int      { return a.status }
func (a answered) ServiceRequestID() string { return a.id }
func (a answered) Unwrap() error            { return a.error }

// call makes a call that fails, through a stack with Quiet, twice added.
func call(t *testing.T, err error) error {
	t.Helper()
	stack := middleware.NewStack("GetObject", func() any { return nil })
	for range 2 {
		if err := awserror.Quiet(stack); err != nil {
			t.Fatal(err)
		}
	}
	handler := middleware.DecorateHandler(middleware.HandlerFunc(func(context.Context, any) (any, middleware.Metadata, error) {
		return nil, middleware.Metadata{}, err
	}), stack)
	ctx := middleware.WithOperationName(middleware.WithServiceID(t.Context(), "S3"), "GetObject")
	_, _, got := handler.Handle(ctx, nil)
	return got
}

// The text of an error holds nothing of the request, and its type is still known.
func TestQuiet(t *testing.T) {
	address := func(err error) error {
		return &url.Error{Op: "Get", URL: "http://127.0.0.1/incoming/m/t1.k1/Amina%20Diallo.pptx", Err: err}
	}
	api := func(code string) error {
		return &smithy.GenericAPIError{Code: code, Message: "Amina Diallo is not here"}
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"refused":                {address(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), "connection refused"},
		"reset":                  {address(fmt.Errorf("read: %w", syscall.ECONNRESET)), "connection reset by peer"},
		"ended":                  {address(io.ErrUnexpectedEOF), "the connection ended"},
		"ended at once":          {address(io.EOF), "the connection ended"},
		"slow":                   {address(context.DeadlineExceeded), "out of time"},
		"stopped":                {address(context.Canceled), "stopped"},
		"timed out":              {address(&net.DNSError{Err: "x", Name: "amina.example", IsTimeout: true}), "no such host"},
		"a net's time":           {address(timeout{}), "out of time"},
		"answered":               {answered{api("AccessDenied"), 403, "F6D1RZ6IGGTOW7H3"}, "AccessDenied, status 403, request F6D1RZ6IGGTOW7H3"},
		"a code that is no code": {answered{api("Amina Diallo"), 400, "Amina Diallo"}, "unknown code, status 400"},
		"something else":         {address(errors.New("Amina")), "*errors.errorString"},
	} {
		got := call(t, test.err)
		e, ok := errors.AsType[*awserror.Error](got)
		if !ok || e.Service != "S3" || e.Operation != "GetObject" || got.Error() != test.want {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
		if !errors.Is(got, test.err) && !strings.Contains(name, "answered") && name != "a code that is no code" {
			t.Errorf("%s: its cause is lost", name)
		}
	}
	if err := call(t, nil); err != nil {
		t.Error(err)
	}
	if f, ok := errors.AsType[smithy.APIError](call(t, answered{api("NoSuchKey"), 404, ""})); !ok || f.ErrorCode() != "NoSuchKey" {
		t.Error("the type of its cause is lost")
	}
}

type timeout struct{}

func (timeout) Error() string   { return "Amina" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
