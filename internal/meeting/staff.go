package meeting

import (
	"log/slog"
	"slices"
	"strings"
	"time"
)

// StaffRole is what a member of staff may do, in one meeting or in all. The empty one may do nothing.
type StaffRole string

// The roles of staff, each with all that those before it may do.
const (
	// Viewer looks.
	Viewer StaffRole = "viewer"
	// Editor decides.
	Editor StaffRole = "editor"
	// Administrator says who may do what.
	Administrator StaffRole = "administrator"
)

// StaffRoles are all roles of staff, the least first.
func StaffRoles() []StaffRole { return []StaffRole{Viewer, Editor, Administrator} }

// rank is the role's place among the roles, from 1; 0 for none.
func (r StaffRole) rank() int { return slices.Index(StaffRoles(), r) + 1 }

// Allows reports whether a role is enough for what another one may do. Nothing is allowed without a role.
func (r StaffRole) Allows(needed StaffRole) bool {
	return needed.rank() > 0 && r.rank() >= needed.rank()
}

// Highest gives the role that may do the most; none if there are none.
func Highest(roles ...StaffRole) StaffRole {
	best := StaffRole("")
	for _, r := range roles {
		if r.rank() > best.rank() {
			best = r
		}
	}
	return best
}

// StaffMember is somebody with a role in a meeting, by address or by the provider's name for the account.
type StaffMember struct {
	Email   string    `json:"email,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Role    StaffRole `json:"role"`
}

// LogValue keeps addresses out of logs.
func (m StaffMember) LogValue() slog.Value { return slog.StringValue(string(m.Role)) }

// is reports whether the member is the person of an account.
func (m StaffMember) is(subject, email string) bool {
	return m.Subject != "" && m.Subject == subject || m.Email != "" && SameAddress(m.Email, email)
}

// SameAddress reports whether two mail addresses are one. Letters of ASCII alone are compared without case: other letters can
// look the same and be another mailbox.
func SameAddress(a, b string) bool { return lowerASCII(a) == lowerASCII(b) }

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// RoleOf gives the role that the meeting's list gives to an account; none if it is not on the list. The email must be one that
// the provider has verified, or empty.
func (m Meeting) RoleOf(subject, email string) StaffRole {
	best := StaffRole("")
	for _, x := range m.Staff {
		if x.is(subject, email) {
			best = Highest(best, x.Role)
		}
	}
	return best
}

// SignIn is a member of staff who is signed in.
type SignIn struct {
	// ID is a hash of the cookie's value: who reads the table cannot sign in by it.
	ID string `json:"id"`
	// Subject is the provider's name for the account, which never changes. Email is empty unless the provider has verified it.
	Subject string `json:"subject"`
	Name    string `json:"name"`
	Email   string `json:"email,omitempty"`
	// Role is held in all meetings, by the provider's groups.
	Role StaffRole `json:"role,omitempty"`
	// Tokens are the provider's, sealed.
	Tokens string `json:"tokens,omitempty"`
	// Checked is when the provider last said that the account and its groups are good, Asked when it was last asked.
	Checked time.Time `json:"checked"`
	Asked   time.Time `json:"asked,omitzero"`
	// Until is when the sign-in ends. Ended is set once the person has signed out.
	Until time.Time `json:"until"`
	Ended bool      `json:"ended,omitempty"`
	// Expires is when the table may forget it, in Unix seconds.
	Expires int64 `json:"ttl"`
	Rev     int   `json:"rev"`
}

// LogValue keeps names and addresses out of logs.
func (s SignIn) LogValue() slog.Value { return slog.StringValue(s.ID) }
