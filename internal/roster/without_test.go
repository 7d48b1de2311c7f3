package roster_test

import (
	"testing"

	"dossier/internal/roster"
)

// One participant's rows go, and no other byte; every other row stays at its line.
func TestWithout(t *testing.T) {
	const head = "id,name,agency\n"
	for name, c := range map[string]struct{ in, out string }{
		"a row":                   {head + "p1,Ana,X\np10,Ben,Y\n", head + "\np10,Ben,Y\n"},
		"the last, no line end":   {head + "p10,Ben,Y\np1,Ana,X", head + "p10,Ben,Y\n"},
		"of two lines":            {head + "p1,\"Ana\nSow\",X\np10,\"Be\nn\",Y\n", head + "\n\np10,\"Be\nn\",Y\n"},
		"semicolons, blanks, CRs": {"ID ;name;agency\r\n p1 ;Ana;X\r\n\r\np10;Ben;Y\r\n", "ID ;name;agency\r\n\n\r\np10;Ben;Y\r\n"},
		"twice":                   {head + "p1,Ana,X\np10,Ben,Y\np1,Ana,Z\n", head + "\np10,Ben,Y\n\n"},
		"a byte order mark":       {"\xef\xbb\xbf" + head + "p1,Ana,X\n", "\xef\xbb\xbf" + head + "\n"},
		"not there":               {head + "p10,p1,p1\n", head + "p10,p1,p1\n"},
		"no such column":          {"name\np1\n", "name\np1\n"},
		"a broken quote":          {head + "p1,Ana,X\np10,\"Ben\" x,Y\np1,Ana,X\n", head + "\np10,\"Ben\" x,Y\np1,Ana,X\n"},
		"nothing":                 {"", ""},
	} {
		if got := string(roster.Without([]byte(c.in), "p1")); got != c.out {
			t.Errorf("%s: %q, want %q", name, got, c.out)
		}
	}
}
