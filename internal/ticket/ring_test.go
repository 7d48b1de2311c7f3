package ticket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

// changing is a Source that may hold a text of yesterday until it is asked again.
type changing struct {
	held, now string
	again     int
	err       error
}

func (c *changing) Text(context.Context) (string, error) { return c.held, c.err }
func (c *changing) Again(context.Context) (string, error) {
	c.again++
	c.held = c.now
	return c.held, c.err
}

// A link by a new key opens at once, one by a key that was taken away opens nothing, and each has the id that it always had.
func TestRingFollowsItsKeys(t *testing.T) {
	ctx, now := t.Context(), time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC)
	want := ticket.Ticket{Meeting: "m", Participant: "p", Kind: meeting.Presentation, Expires: now.Add(time.Hour).Unix()}
	a, both, b := "a:"+key('a'), "b:"+key('b')+",a:"+key('a'), "b:"+key('b')
	source := &changing{held: a, now: a}
	ring := ticket.NewRing(source)
	old, err := ring.Sign(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	_, id, err := ring.Open(ctx, old, now)
	if err != nil || source.again != 0 {
		t.Fatalf("%v, read again %d times", err, source.again)
	}
	source.now = both // another function has signed by the new key already
	fresh, err := parse(t, both).Sign(want)
	if err != nil {
		t.Fatal(err)
	}
	freshID, err := parse(t, both).ID(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring.Named(ctx, freshID, "m", now); err != nil || got != want || source.again != 1 {
		t.Errorf("uploads by the new link: %+v %v, read again %d times", got, err, source.again)
	}
	for _, token := range []string{old, fresh} {
		if got, _, err := ring.Open(ctx, token, now); err != nil || got != want {
			t.Errorf("with both keys: %+v %v", got, err)
		}
	}
	if token, err := ring.Sign(ctx, want); err != nil || token != fresh {
		t.Errorf("the new key does not sign: %v", err)
	}
	source.held, source.now = b, b
	if got, gotID, err := ring.Open(ctx, old, now); !errors.Is(err, ticket.ErrInvalid) || got != (ticket.Ticket{}) || gotID != "" {
		t.Errorf("a link of a key that is gone: %+v %v", got, err)
	}
	if _, err := ring.Named(ctx, id, "m", now); !errors.Is(err, ticket.ErrInvalid) {
		t.Errorf("uploads by it: %v", err)
	}
	if got, _, err := ring.Open(ctx, fresh, now.Add(time.Hour)); !errors.Is(err, ticket.ErrExpired) || got != want {
		t.Errorf("expired: %+v %v", got, err)
	}
	if _, err := ring.Named(ctx, "drop", "m", now); !errors.Is(err, ticket.ErrNone) {
		t.Errorf("no ticket: %v", err)
	}
}

// A text that is no token does not have the keys read again. Without keys nothing is said about a link.
func TestRingWithoutKeys(t *testing.T) {
	source := &changing{held: "a:" + key('a'), now: "a:" + key('a')}
	ring := ticket.NewRing(source)
	for _, no := range []string{"", "drop", "t1", "t1.b", "x.b.c.d", "t1.a.c.d"} {
		if _, _, err := ring.Open(t.Context(), no, time.Now()); !errors.Is(err, ticket.ErrInvalid) {
			t.Errorf("%q: %v", no, err)
		}
	}
	if source.again > 0 {
		t.Errorf("the keys were read again %d times", source.again)
	}
	source.err = errors.New("no secret")
	_, _, opened := ring.Open(t.Context(), "t1.a.c.d", time.Now())
	_, named := ring.Named(t.Context(), "l1.a.c", "m", time.Now())
	_, signed := ring.Sign(t.Context(), ticket.Ticket{})
	for _, err := range []error{opened, named, signed} {
		if !errors.Is(err, source.err) {
			t.Errorf("without keys: %v", err)
		}
	}
	if _, err := ring.Named(t.Context(), "drop", "m", time.Now()); !errors.Is(err, ticket.ErrNone) {
		t.Errorf("what came by no link: %v", err)
	}
	for _, bad := range []string{"", "k1", "k1:!"} {
		if _, err := ticket.NewRing(ticket.Text(bad)).Keys(t.Context()); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
