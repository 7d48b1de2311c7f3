package meeting_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"dossier/internal/meeting"
)

// Each role may do all that a lesser one may, and nothing is allowed without a role, or by one that does not exist.
func TestStaffRoles(t *testing.T) {
	t.Parallel()
	none, wrong := meeting.StaffRole(""), meeting.StaffRole("owner")
	for _, test := range []struct {
		has, needed meeting.StaffRole
		want        bool
	}{
		{meeting.Viewer, meeting.Viewer, true}, {meeting.Viewer, meeting.Editor, false}, {meeting.Viewer, meeting.Administrator, false},
		{meeting.Editor, meeting.Viewer, true}, {meeting.Editor, meeting.Editor, true}, {meeting.Editor, meeting.Administrator, false},
		{meeting.Administrator, meeting.Viewer, true}, {meeting.Administrator, meeting.Administrator, true},
		{none, meeting.Viewer, false}, {none, none, false}, {meeting.Administrator, none, false}, {wrong, meeting.Viewer, false},
		{wrong, wrong, false}, {meeting.Administrator, wrong, false},
	} {
		if got := test.has.Allows(test.needed); got != test.want {
			t.Errorf("%q allows %q: %v", test.has, test.needed, got)
		}
	}
	for want, list := range map[meeting.StaffRole][]meeting.StaffRole{
		"": {}, none: {wrong, none}, meeting.Viewer: {none, meeting.Viewer, wrong},
		meeting.Editor:        {meeting.Viewer, meeting.Editor, meeting.Viewer},
		meeting.Administrator: {meeting.Administrator, meeting.Editor},
	} {
		if got := meeting.Highest(list...); got != want {
			t.Errorf("highest of %q: %q", list, got)
		}
	}
}

// The meeting's list gives a role by subject, or by an address in any case; an address that only looks the same is another.
func TestRoleOf(t *testing.T) {
	t.Parallel()
	m := meeting.Meeting{Staff: []meeting.StaffMember{
		{Email: "Ann@Desk.example", Role: meeting.Viewer}, {Subject: "sub-1", Role: meeting.Editor},
		{Email: "k@desk.example", Role: meeting.Editor}, {Email: "both@desk.example", Role: meeting.Viewer},
		{Subject: "both", Role: meeting.Administrator}, {Subject: "both", Role: meeting.Viewer}, {Role: meeting.Administrator},
	}}
	for _, test := range []struct {
		subject, email string
		want           meeting.StaffRole
	}{
		{"x", "ann@desk.example", meeting.Viewer}, {"x", "ANN@DESK.EXAMPLE", meeting.Viewer}, {"x", "ann@desk.example.org", ""},
		{"sub-1", "", meeting.Editor}, {"SUB-1", "", ""}, {"ann@desk.example", "", ""}, {"x", "sub-1", ""},
		{"x", "K@desk.example", meeting.Editor}, {"x", "\u212a@desk.example", ""}, // the sign of Kelvin
		{"both", "both@desk.example", meeting.Administrator}, {"both", "", meeting.Administrator}, {"x", "both@desk.example", meeting.Viewer},
		{"", "", ""}, {"x", "y", ""},
	} {
		if got := m.RoleOf(test.subject, test.email); got != test.want {
			t.Errorf("%q, %q: %q, want %q", test.subject, test.email, got, test.want)
		}
	}
}

// Neither names nor addresses of staff are in logs.
func TestStaffInLogs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "member", meeting.StaffMember{Email: "ann@desk.example", Role: meeting.Viewer},
		"sign-in", meeting.SignIn{ID: "abc", Name: "Ann", Email: "ann@desk.example"})
	if s := b.String(); strings.Contains(strings.ToLower(s), "ann") || !strings.Contains(s, "member=viewer sign-in=abc") {
		t.Error(s)
	}
}
