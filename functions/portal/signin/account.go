package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"dossier/internal/meeting"
)

// Roles are the roles that groups of the provider give, by group.
type Roles map[string]meeting.StaffRole

// UnmarshalText reads role=group;role=group. A role may stand there more than once. A group's name may hold anything but a
// semicolon: some providers name groups by their place in a directory, CN=editors,OU=staff.
func (r *Roles) UnmarshalText(text []byte) error {
	*r = Roles{}
	for entry := range strings.SplitSeq(string(text), ";") {
		if strings.TrimSpace(entry) == "" {
			continue
		}
		role, group, _ := strings.Cut(entry, "=")
		role, group = strings.TrimSpace(role), strings.TrimSpace(group)
		if group == "" || !slices.Contains(meeting.StaffRoles(), meeting.StaffRole(role)) {
			return fmt.Errorf("roles are written role=group;role=group, with viewer, editor or administrator: %q", entry)
		}
		(*r)[group] = meeting.Highest((*r)[group], meeting.StaffRole(role))
	}
	return nil
}

// tokens are the provider's. Refresh is for asking it again, ID for signing the person out there.
type tokens struct{ ID, Refresh string }

// verify checks the ID token of the provider's answer.
func (s *SignIn) verify(ctx context.Context, token *oauth2.Token) (*oidc.IDToken, tokens, error) {
	_, provider, err := s.discover(ctx)
	if err != nil {
		return nil, tokens{}, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: s.c.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, tokens{}, fmt.Errorf("%w: ID token is not good", ErrRefused)
	}
	return id, tokens{ID: raw, Refresh: token.RefreshToken}, nil
}

// person reads the ID token's claims. An address counts only if the provider says that it has verified it: with many providers
// anybody can write any other into an account.
func (s *SignIn) person(id *oidc.IDToken) (Person, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Person{}, fmt.Errorf("read claims: %w", err)
	}
	text := func(name string) string { v, _ := claims[name].(string); return v }
	p := Person{Subject: id.Subject, Name: shorten(cmp.Or(text("name"), text("email"), id.Subject)), Role: s.role(claims[s.c.GroupsClaim])}
	if v := claims["email_verified"]; v == true || v == "true" { // Cognito has written both
		p.Email = text("email")
	}
	return p, nil
}

// maxName bounds the letters of a person's name: it stands in every decision.
const maxName = 200

func shorten(name string) string {
	if letters := []rune(name); len(letters) > maxName {
		return string(letters[:maxName])
	}
	return name
}

// role gives the highest role of a claim's groups: a list of names, or one name.
func (s *SignIn) role(claim any) meeting.StaffRole {
	list, ok := claim.([]any)
	if !ok {
		list = []any{claim}
	}
	role := meeting.StaffRole("")
	for _, v := range list {
		if group, ok := v.(string); ok {
			role = meeting.Highest(role, s.c.Roles[group])
		}
	}
	return role
}

// providerError tells a refusal from a provider that cannot be reached. It leaves out the provider's words, which may name the person.
func providerError(doing string, err error) error {
	if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		if answer.Response.StatusCode < http.StatusInternalServerError && answer.Response.StatusCode != http.StatusTooManyRequests {
			return fmt.Errorf("%s: %w", doing, ErrRefused)
		}
		return fmt.Errorf("%s: provider answers %d", doing, answer.Response.StatusCode)
	}
	return fmt.Errorf("%s: provider cannot be reached", doing)
}

// logout gives the provider's address at which the browser ends the sign-in there too; "" if it has none.
func (s *SignIn) logout(ctx context.Context, idToken string) string {
	at := s.c.LogoutURL
	if at == "" {
		if _, _, err := s.discover(ctx); err != nil { // the person is signed out here in any case
			s.log.WarnContext(ctx, "provider has no address for signing out", "error", err)
			return ""
		}
		at = s.logoutURL
	}
	u, err := url.Parse(at)
	if err != nil || at == "" {
		return ""
	}
	q, back := u.Query(), s.c.URL+"signed-out"
	q.Set("client_id", s.c.ClientID)
	if issuer, err := url.Parse(s.c.Issuer); err == nil && strings.HasPrefix(issuer.Host, "cognito-idp.") {
		q.Set("logout_uri", back) // Amazon Cognito Developer Guide, "Logout endpoint"
	} else { // OpenID Connect RP-Initiated Logout 1.0, section 2
		q.Set("post_logout_redirect_uri", back)
		if idToken != "" {
			q.Set("id_token_hint", idToken)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}
