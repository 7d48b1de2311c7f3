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
