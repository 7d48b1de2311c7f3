package meeting

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Delegation is the officials nominated by one agency, by its letters that are filed.
type Delegation struct {
	Meeting string `json:"meeting"`
	// Key names the agency within the meeting; see DelegationKey.
	Key     string `json:"key"`
	Agency  string `json:"agency"`
	Country string `json:"country"`
	// Entries are what each filed letter says, in no order: the order of upload is in each.
	Entries []Entry `json:"entries,omitempty"`
	Rev     int     `json:"rev"`
}

// Entry is one letter's part in a delegation.
type Entry struct {
	Document string `json:"document"`
	// Order is the letter's order of upload; see Object.Order.
	Order     string     `json:"order"`
	Officials []Official `json:"officials,omitempty"`
	// Replaced are the ids of participants whose places this letter gives to others.
	Replaced []string `json:"replaced,omitempty"`
}

// Official is a participant nominated by a letter.
type Official struct {
	Participant string `json:"participant"`
	Name        string `json:"name"`
	Gender      string `json:"gender,omitempty"`
	Sector      Sector `json:"sector,omitempty"`
	Alternate   bool   `json:"alternate,omitempty"`
}

// DelegationKey is an agency's key: the first 64 bits of SHA-256 over its name and country without regard to case, in hex.
func DelegationKey(agency, country string) string {
	h := sha256.Sum256([]byte(strings.ToLower(strings.Join(strings.Fields(agency), " ") + "\x00" + strings.TrimSpace(country))))
	return hex.EncodeToString(h[:8])
}

// Set puts a letter's entry in, in place of the one that it had; one without officials goes.
func (d *Delegation) Set(e Entry) {
	d.Entries = slices.DeleteFunc(slices.Clone(d.Entries), func(o Entry) bool { return o.Document == e.Document })
	if len(e.Officials) > 0 || len(e.Replaced) > 0 {
		d.Entries = append(d.Entries, e)
	}
	slices.SortFunc(d.Entries, func(a, b Entry) int { return strings.Compare(a.Order, b.Order) })
}

// Members are those who come: each official once, however many letters name the person, without those that a later
// letter replaces. Alternates are apart. The order in which the letters arrived plays no part.
func (d *Delegation) Members() (members, alternates []Official) {
	standing := map[string]Official{}
	for _, e := range slices.SortedFunc(slices.Values(d.Entries), func(a, b Entry) int { return strings.Compare(a.Order, b.Order) }) {
		for _, id := range e.Replaced {
			delete(standing, id)
		}
		for _, o := range e.Officials {
			standing[o.Participant] = o
		}
	}
	for _, id := range slices.Sorted(maps.Keys(standing)) {
		if o := standing[id]; o.Alternate {
			alternates = append(alternates, o)
		} else {
			members = append(members, o)
		}
	}
	return members, alternates
}

// Tally counts people by gender; Unknown are those without a gender on the roster.
type Tally struct {
	Women   int `json:"women"`
	Men     int `json:"men"`
	Other   int `json:"other"`
	Unknown int `json:"unknown"`
}

// Add counts a person in, or with -1 out.
func (t *Tally) Add(gender string, n int) {
	switch gender {
	case "f":
		t.Women += n
	case "m":
		t.Men += n
	case "x":
		t.Other += n
	default:
		t.Unknown += n
	}
}

// All counts everybody.
func (t Tally) All() int { return t.Women + t.Men + t.Other + t.Unknown }

// Tally counts the members of a delegation.
func (d *Delegation) Tally() Tally {
	var t Tally
	members, _ := d.Members()
	for _, o := range members {
		t.Add(o.Gender, 1)
	}
	return t
}

// Balance is the gender balance of a meeting's nominees by sector. It is moved in the transaction that moves a
// delegation.
type Balance struct {
	Meeting string           `json:"meeting"`
	Sectors map[Sector]Tally `json:"sectors,omitempty"`
	Rev     int              `json:"rev"`
}

// Total is the balance of the whole meeting.
func (b *Balance) Total() Tally {
	var t Tally
	for _, s := range b.Sectors {
		t = Tally{t.Women + s.Women, t.Men + s.Men, t.Other + s.Other, t.Unknown + s.Unknown}
	}
	return t
}

// Account moves the balance from a delegation as it was to as it is.
func (b *Balance) ApplyChange(before, after *Delegation) {
	if b.Sectors == nil {
		b.Sectors = map[Sector]Tally{}
	}
	for sign, d := range map[int]*Delegation{-1: before, 1: after} {
		members, _ := d.Members()
		for _, o := range members {
			t := b.Sectors[o.Sector]
			t.Add(o.Gender, sign)
			b.Sectors[o.Sector] = t
		}
	}
	maps.DeleteFunc(b.Sectors, func(_ Sector, t Tally) bool { return t == Tally{} })
}

// ExceedsQuota reports whether the delegation has more members than an agency may send, and more than it had before; a
// quota of 0 is none. A delegation that shrinks is never over, and neither are people without an agency: they are of
// different ones.
func (d *Delegation) ExceedsQuota(before *Delegation, quota int) bool {
	is, _ := d.Members()
	was, _ := before.Members()
	return d.Agency != "" && quota > 0 && len(is) > quota && len(is) > len(was)
}
