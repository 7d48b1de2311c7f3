package system

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// There is somebody of each kind to sign in as. Each sees what the role allows, and a kept cookie is worth nothing after signing out,
// here and at the provider.
func TestPeopleOfEachKind(t *testing.T) {
	t.Parallel()
	s, _ := start(t, t.TempDir())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	csv := "id,name,email,gender,sector,agency,country,language,roles\nb1,Aïcha Traoré,a@people.example,f,private,X,Mali,fr,presenter:s1\n"
	for id, staff := range map[string]string{"one": "staff:\n  - {email: edith@secretariat.example, role: editor}\n  - {subject: local-guest, role: viewer}\n", "two": ""} {
		yaml := "meeting: {id: " + id + ", title: Meeting " + id + ", starts: 2041-06-23, ends: 2041-06-24, time_zone: Africa/Nairobi, secretariat: [a@b.example]}\n" +
			"sessions: [{id: s1, title: S, starts: 2041-06-23T09:00, ends: 2041-06-23T10:00, format: presentations}]\n" + staff
		if _, err := s.LoadRoster(t.Context(), id, []byte(yaml), []byte(csv)); err != nil {
			t.Fatal(err)
		}
	}
	for who, want := range map[string]struct {
		one, two int
		decides  bool
	}{
		"administrator": {200, 200, true}, "viewer": {200, 200, false}, "editor": {200, 403, true}, "guest": {200, 403, false}, "stranger": {403, 403, false},
	} {
		client := signIn(t, s, who)
		pages := map[string]string{}
		for id, status := range map[string]int{"one": want.one, "two": want.two} {
			r, err := client.Get(s.url + "/meetings/" + id + "/links")
			if err != nil {
				t.Fatal(err)
			}
			page, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil || r.StatusCode != status {
				t.Errorf("%s, %s: %s", who, id, r.Status)
			}
			pages[id] = string(page)
		}
		if decides := strings.Contains(pages["one"], "<form method=\"post\" action=\"/meetings/one/links\">"); decides != want.decides {
			t.Errorf("%s decides: %v", who, decides)
		}
		signOut(t, s, client, who)
	}
}

// signOut signs somebody out, follows to the provider and back, and tries the kept cookie.
func signOut(t *testing.T, s *System, client *http.Client, who string) {
	t.Helper()
	home, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	kept := client.Jar.Cookies(home)
	r, err := client.PostForm(s.url+"/signout", nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(r.Body)
	r.Body.Close()
	next := regexp.MustCompile(`content="0;url=([^"]+)"`).FindSubmatch(page)
	if err != nil || next == nil {
		t.Fatalf("%s: no way to the provider: %s", who, page)
	}
	at := html.UnescapeString(string(next[1]))
	if r, err = client.Get(at); err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK || r.Request.URL.String() != s.url+"/signed-out" {
		t.Errorf("%s: after the provider at %s: %s", who, r.Request.URL, r.Status)
	}
	thief := newClient(t)
	thief.Jar.SetCookies(home, kept)
	if r, err = thief.Get(s.url + "/meetings/one"); err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if strings.HasPrefix(r.Request.URL.String(), s.url) {
		t.Errorf("%s: the kept cookie of %d leads to %s", who, len(kept), r.Request.URL)
	}
	// The provider sends nobody elsewhere.
	for _, bad := range []string{strings.Replace(at, url.QueryEscape(s.url), url.QueryEscape("http://evil.example"), 1), strings.Replace(at, "id_token_hint=", "id_token_hint=x", 1)} {
		if r, err = client.Get(bad); err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", bad, r.Status)
		}
	}
}
