package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"dossier/internal/fault"
)

var errCause = errors.New("the disk is full")

func TestKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("file letter: %w", fault.New(fault.NotFound, "get document %s: %w", "d1", errCause))
	for kind, want := range map[fault.Kind]bool{fault.NotFound: true, fault.Rejected: false, fault.Exists: false, fault.Transient: false} {
		if got := fault.Is(err, kind); got != want {
			t.Errorf("is it %s: %v", kind, got)
		}
	}
	if !errors.Is(err, errCause) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "file letter: not found: get document d1: the disk is full"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestUnknownErrorsHaveNoKindAndNoReason(t *testing.T) {
	for _, err := range []error{nil, errCause, fmt.Errorf("read: %w", errCause)} {
		for _, kind := range []fault.Kind{fault.Rejected, fault.Exists, fault.NotFound, fault.Transient} {
			if fault.Is(err, kind) {
				t.Errorf("%v is %s", err, kind)
			}
		}
		if got := fault.Reason(err); got != "" {
			t.Errorf("%v has reason %q", err, got)
		}
		if !fault.Because(err, "") || fault.Because(err, "corrupt") {
			t.Errorf("%v: because of something", err)
		}
	}
}

func TestRejectedNamesItsReason(t *testing.T) {
	type reason string
	err := fmt.Errorf("read: %w", fault.Reject(reason("corrupt"), "open zip: %w", errCause))
	if !fault.Is(err, fault.Rejected) || fault.Reason(err) != "corrupt" || !fault.Because(err, reason("corrupt")) || fault.Because(err, reason("empty")) {
		t.Errorf("%v: reason %q", err, fault.Reason(err))
	}
	if got, want := err.Error(), "read: rejected (corrupt): open zip: the disk is full"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A panic's value is never told, but for a failure of the language, which holds numbers alone.
func TestPanic(t *testing.T) {
	caught := func(f func()) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fault.Panic(p)
			}
		}()
		f()
		return nil
	}
	for want, f := range map[string]func(){
		"a value of type string":              func() { panic("Amina Diallo") },
		"a value of type *errors.errorString": func() { panic(errors.New("Amina Diallo")) },
		"index out of range [5]": func() {
			var list []int
			_ = list[len("Amina")]
		},
	} {
		err := caught(f)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Amina") || !strings.HasPrefix(err.Error(), "panic at fault_test.go:") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// What a caller decides on is the outermost fault: who wraps one by another knows better.
func TestOutermostFaultCounts(t *testing.T) {
	err := fault.New(fault.Transient, "commit: %w", fault.Reject("corrupt", "inner"))
	if !fault.Is(err, fault.Transient) || fault.Is(err, fault.Rejected) || fault.Reason(err) != "" {
		t.Errorf("%v", err)
	}
}
