//go:build !unix

package pdf

import "context"

// arena leaves instances on Go's heap.
type arena struct{}

func (*arena) context(ctx context.Context) context.Context { return ctx }
func (*arena) kill(f func())                               { f() }
