// Package faultinject makes AWS clients fail on purpose: each call of each client that it is added to can be made to fail before
// or after it takes effect, by operation and by count, or to take its time. So every crash of a function can be tried, and none
// has to be waited for.
package faultinject

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// ErrKilled is what every call gives once a process counts as killed: nobody is there any more to see it.
var ErrKilled = errors.New("killed")

// When tells at which side of a call a fault happens.
type When int

// The sides of a call.
const (
	// Before: the call never reaches AWS.
	Before When = iota
	// After: it took effect, and the answer is lost.
	After
)

// Fault is one failure to come.
type Fault struct {
	// Operation is the call's name, "DynamoDB TransactWriteItems"; "" is any.
	Operation string
	// Nth is which of those calls fails, from 1, counted since Arm.
	Nth  int
	When When
	// Err is what the call fails with; nil delays it alone.
	Err error
	// Delay is how long the call takes besides.
	Delay time.Duration
	// Kill fails all calls that follow with ErrKilled, until the next Arm.
	Kill bool
}

// Throttled is what AWS says when it is asked too much (Amazon DynamoDB Developer Guide, "Error handling").
func Throttled() error {
	return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded", Fault: smithy.FaultClient}
}

// TimedOut is what a client says when no answer comes.
func TimedOut() error { return &smithy.CanceledError{Err: context.DeadlineExceeded} }

// Kill is the death of a process at a call, the n-th since Arm: the call fails, before or after it took effect, and so do
// all that follow.
func Kill(nth int, when When) Fault {
	return Fault{Nth: nth, When: when, Err: ErrKilled, Kill: true}
}

// Injector counts calls and fails those that it was told to. It is safe for concurrent use.
type Injector struct {
	mu     sync.Mutex
	faults []Fault
	counts []int // of the calls that each fault's operation matches
	calls  []string
	killed bool
	met    int
}

// Arm forgets everything and takes new faults; none lets all calls through.
func (i *Injector) Arm(faults ...Fault) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults, i.counts, i.calls, i.killed, i.met = slices.Clone(faults), make([]int, len(faults)), nil, false, 0
}

// Calls are the calls since Arm, those that failed too.
func (i *Injector) Calls() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.calls)
}

// Killed tells whether a fault with Kill happened.
func (i *Injector) Killed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.killed
}

// Met counts the faults that happened.
func (i *Injector) Met() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.met
}

// next notes a call and gives the fault that it meets.
func (i *Injector) next(operation string) (Fault, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, operation)
	if i.killed {
		return Fault{Err: ErrKilled}, true
	}
	var found *Fault
	for n := range i.faults {
		f := &i.faults[n]
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if i.counts[n]++; i.counts[n] == f.Nth && found == nil {
			found = f
		}
	}
	if found == nil {
		return Fault{}, false
	}
	i.met++
	i.killed = found.Kill
	return *found, true
}

// Add puts the injector into a client's stack: append it to the client's APIOptions. A fault stands for the call as a whole,
// with all its tries.
func (i *Injector) Add(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("inject", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		f, met := i.next(middleware.GetServiceID(ctx) + " " + middleware.GetOperationName(ctx))
		if met && f.Delay > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(f.Delay):
			}
		}
		if met && f.Err != nil && f.When == Before {
			return middleware.InitializeOutput{}, middleware.Metadata{}, f.Err
		}
		out, meta, err := next.HandleInitialize(ctx, in)
		if met && f.Err != nil && err == nil {
			return middleware.InitializeOutput{}, meta, f.Err
		}
		return out, meta, err
	}), middleware.After)
}
