// Package awserror is the one place that takes out of AWS's errors what a log must not hold. An address holds an
// object's key, and so a file name; an answer's words can repeat all that was asked.
package awserror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"syscall"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// Error is a failed call. Its text holds names, codes and ids alone. The cause can be asked for its type with errors.As
// and errors.Is; its own text is not to be shown.
type Error struct {
	Service, Operation string
	// Code is AWS's name of the failure, or the state of the connection.
	Code string
	// Status is the HTTP status, RequestID the name that AWS gave the call; 0 and "" if no answer came.
	Status    int
	RequestID string
	cause     error
}

// Error says how the call failed; the SDK puts the names of service and operation before it.
func (e *Error) Error() string {
	text := e.Code
	if e.Status != 0 {
		text += fmt.Sprintf(", status %d", e.Status)
	}
	if e.RequestID != "" {
		text += ", request " + e.RequestID
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Quiet makes all errors of a client's calls of the type Error: append it to the client's APIOptions.
func Quiet(stack *middleware.Stack) error {
	if _, ok := stack.Initialize.Get(name); ok {
		return nil
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(name, func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleInitialize(ctx, in)
		if err != nil {
			err = of(middleware.GetServiceID(ctx), middleware.GetOperationName(ctx), err)
		}
		return out, meta, err
	}), middleware.Before)
}

const name = "quiet"

// of makes an Error of a call's failure.
func of(service, operation string, err error) *Error {
	e := &Error{Service: service, Operation: operation, Code: Kind(err), cause: err}
	if answer, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
		ServiceRequestID() string
	}](err); ok {
		e.Status = answer.HTTPStatusCode()
		if id := answer.ServiceRequestID(); requestID.MatchString(id) {
			e.RequestID = id
		}
	}
	return e
}

// A code and a request's id stand in the answer, which may be anybody's: only what looks like one is taken for one.
var (
	code      = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{2,63}$`)
	requestID = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{8,128}$`)
)

// Kind names an error without its text: by AWS's code, by the state of the connection, or by its type.
func Kind(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "out of time"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if code.MatchString(api.ErrorCode()) {
			return api.ErrorCode()
		}
		return "unknown code"
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "no such host"
	}
	if line, ok := errors.AsType[net.Error](err); ok && line.Timeout() {
		return "out of time"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection ended"
	}
	return fmt.Sprintf("%T", innermost(err))
}

// innermost is the end of an error's chain.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
