package ticket_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"dossier/internal/meeting"
	"dossier/internal/ticket"
)

func key(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

func parse(t *testing.T, s string) *ticket.Keys {
	t.Helper()
	k, err := ticket.ParseKeys(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestVerify(t *testing.T) {
	now := time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC)
	want := ticket.Ticket{Meeting: "m", Participant: "p", Kind: meeting.Presentation, Session: "s", Expires: now.Add(time.Hour).Unix()}
	old := parse(t, "a:"+key('a'))
	token, err := old.Sign(want)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(token, "/+= ") {
		t.Errorf("token %s is not safe in a key", token)
	}
	rotated := parse(t, "b:"+key('b')+", a:"+key('a'))
	for _, k := range []*ticket.Keys{old, rotated} {
		if got, err := k.Verify(token, "m", now); err != nil || got != want {
			t.Errorf("%+v %v", got, err)
		}
	}
	if got, err := old.Verify(token, "m", now.Add(time.Hour)); !errors.Is(err, ticket.ErrExpired) || got.Participant != "p" {
		t.Errorf("expired: %+v %v", got, err)
	}
	f := strings.Split(token, ".")
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"m":"m","p":"q","k":"presentation","x":99999999999}`))
	for name, bad := range map[string]string{
		"another meeting": token, "empty": "", "drop": "drop", "cut": token[:len(token)-1], "longer": token + "A",
		"other payload": strings.Join([]string{f[0], f[1], payload, f[3]}, "."), "no signature": strings.Join([]string{f[0], f[1], f[2], ""}, "."),
		"other version": "t2" + token[2:], "unknown key": strings.Replace(token, ".a.", ".z.", 1), "key confusion": strings.Replace(token, ".a.", ".b.", 1),
	} {
		m := "m"
		if name == "another meeting" {
			m = "n"
		}
		if got, err := rotated.Verify(bad, m, now); !errors.Is(err, ticket.ErrInvalid) || got != (ticket.Ticket{}) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

// The id that stands in keys says to us what the token says, to others nothing, and is no token.
func TestID(t *testing.T) {
	now := time.Date(2031, 6, 1, 0, 0, 0, 0, time.UTC)
	want := ticket.Ticket{Meeting: "m", Participant: "p-77", Agency: "Ministère de la Justice, \"Sceaux\"\n", Kind: meeting.Nomination,
		Session: "s1", Expires: now.Add(time.Hour).Unix(), Issued: now.Unix()}
	old, rotated := parse(t, "a:"+key('a')), parse(t, "b:"+key('b')+",a:"+key('a'))
	token, err := old.Sign(want)
	if err != nil {
		t.Fatal(err)
	}
	id, err := old.ID(token)
	if err != nil || strings.ContainsAny(id, "/+= ") || !strings.HasPrefix(id, "l1.a.") {
		t.Fatalf("%s: %v", id, err)
	}
	for _, k := range []*ticket.Keys{old, rotated} { // the same for ever, whichever key signs now
		if again, err := k.ID(token); err != nil || again != id {
			t.Errorf("%s and %s, %v", id, again, err)
		}
		if got, err := k.Named(id, "m", now); err != nil || got != want {
			t.Errorf("%+v %v", got, err)
		}
	}
	if got, err := old.Named(id, "m", now.Add(time.Hour)); !errors.Is(err, ticket.ErrExpired) || got != want {
		t.Errorf("expired: %+v %v", got, err)
	}
	if got, err := old.Named(token, "m", now); err != nil || got != want {
		t.Errorf("a token in a key of old: %+v %v", got, err)
	}
	other := want
	other.Participant = "p-78"
	others, err := old.Sign(other)
	if err != nil {
		t.Fatal(err)
	}
	if another, err := old.ID(others); err != nil || another == id || another[:20] == id[:20] {
		t.Errorf("%s and %s, %v", id, another, err)
	}
	f := strings.Split(id, ".")
	sealed, err := base64.RawURLEncoding.DecodeString(f[2])
	if err != nil || strings.Contains(string(sealed), "p-77") || strings.Contains(string(sealed), "Justice") {
		t.Errorf("the id can be read by anybody: %q %v", sealed, err)
	}
	for name, no := range map[string]string{
		"as it is": id, "as a token": "t1." + f[1] + "." + f[2] + ".", "signed by itself": "t1." + f[1] + "." + f[2] + "." + f[2],
		"with the version of a token": "t1" + id[2:],
	} {
		if _, err := old.Open(no, now); !errors.Is(err, ticket.ErrInvalid) {
			t.Errorf("an id %s opens a page", name)
		}
		if _, err := old.ID(no); !errors.Is(err, ticket.ErrInvalid) {
			t.Errorf("an id %s has an id", name)
		}
	}
	sealed[len(sealed)-1] ^= 1
	for name, bad := range map[string]string{
		"cut": id[:len(id)-2], "longer": id + "A", "short": "l1.a.AAAA", "no text": "l1.a.", "no key": "l1", "unknown key": "l1.z." + f[2],
		"another key": "l1.b." + f[2], "changed": "l1.a." + base64.RawURLEncoding.EncodeToString(sealed), "forged token": token[:len(token)-2],
	} {
		if got, err := rotated.Named(bad, "m", now); !errors.Is(err, ticket.ErrInvalid) || got != (ticket.Ticket{}) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if _, err := old.Named(id, "n", now); !errors.Is(err, ticket.ErrInvalid) {
		t.Errorf("of another meeting: %v", err)
	}
	for _, folder := range []string{"", "drop", "mail", "staff", "From Ms Diallo", "l1x", "t1x"} {
		if _, err := old.Named(folder, "m", now); !errors.Is(err, ticket.ErrNone) {
			t.Errorf("folder %q: %v", folder, err)
		}
	}
}

func TestParseKeys(t *testing.T) {
	for _, bad := range []string{"", "a", "a:", ":" + key('a'), "a:short", "a.b:" + key('a'), "a:" + key('a')[:40]} {
		if _, err := ticket.ParseKeys(bad); err == nil {
			t.Errorf("%q is taken for keys", bad)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k, err := ticket.ParseKeys("a:" + key('a'))
	if err != nil {
		f.Fatal(err)
	}
	token, err := k.Sign(ticket.Ticket{Meeting: "m", Kind: meeting.Nomination, Expires: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("t1...")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := k.Verify(s, "m", time.Unix(0, 0)); err == nil && s != token {
			t.Errorf("%q verifies", s)
		}
	})
}
