// Package fault names the four kinds of failure that a caller decides on.
// Everything else is unknown: it is retried and then ends in a dead-letter queue.
package fault

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Kind is what a caller may do about a failure.
type Kind string

const (
	// Rejected: the input is at fault; tell its sender, do not try again.
	Rejected Kind = "rejected"
	// Exists: the work was already done; acknowledge.
	Exists Kind = "exists"
	// NotFound: the thing named is not there.
	NotFound Kind = "not found"
	// Transient: nothing is wrong but the moment; try again.
	Transient Kind = "transient"
)

// Error is a failure of a known kind.
type Error struct {
	Kind Kind
	// Reason is a stable word for programs and templates, such as "corrupt"; it may be empty.
	Reason string
	Err    error
}

// Error gives the kind and what was being done; it never holds document text.
func (e *Error) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%s (%s): %v", e.Kind, e.Reason, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Kind, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind, formatted as fmt.Errorf does, so %w wraps a cause.
func New(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Reject makes a Rejected error with a stable reason.
func Reject[R ~string](reason R, format string, args ...any) error {
	return &Error{Kind: Rejected, Reason: string(reason), Err: fmt.Errorf(format, args...)}
}

// Panic is the error of a panic that was recovered. It names the type of the value, and the place: the value itself may
// hold what was being read. A failure of the language, such as an index out of range, says no more than numbers.
func Panic(value any) error {
	place := "an unknown place"
	for skip := 2; ; skip++ {
		pc, file, line, ok := runtime.Caller(skip)
		if !ok {
			break
		}
		if f := runtime.FuncForPC(pc); f != nil && !strings.HasPrefix(f.Name(), "runtime.") {
			place = fmt.Sprintf("%s:%d", path.Base(file), line)
			break
		}
	}
	if err, ok := value.(runtime.Error); ok {
		return fmt.Errorf("panic at %s: %w", place, err)
	}
	return fmt.Errorf("panic at %s: a value of type %T", place, value)
}

// Is tells whether err, or what it wraps, is of the kind.
func Is(err error, kind Kind) bool {
	f, ok := errors.AsType[*Error](err)
	return ok && f.Kind == kind
}

// Reason gives the stable reason of the first fault in err's chain, or "".
func Reason(err error) string {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Reason
	}
	return ""
}

// Because reports whether the first fault in err's chain has the reason; "" is the reason of every other error, and of
// nil.
func Because[R ~string](err error, reason R) bool { return Reason(err) == string(reason) }
