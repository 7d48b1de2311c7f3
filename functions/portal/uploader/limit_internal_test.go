package uploader

import "testing"

// The network of a household counts, however its addresses are written.
func TestVisitor(t *testing.T) {
	same := map[string]string{
		"192.0.2.1:99": "192.0.2.1", "192.0.2.1": "192.0.2.1:7", "[2001:db8:1:2::a]:9": "2001:db8:1:2:ffff::b",
		"::ffff:192.0.2.1": "192.0.2.1", "fe80::1%eth0": "fe80::2%eth1", "nonsense": "",
	}
	for a, b := range same {
		if visitor(a) != visitor(b) {
			t.Errorf("%s is %s, %s is %s", a, visitor(a), b, visitor(b))
		}
	}
	for a, b := range map[string]string{"192.0.2.1:99": "192.0.2.2:99", "2001:db8:1:2::a": "2001:db8:1:3::a", "192.0.2.1": "nonsense"} {
		if visitor(a) == visitor(b) {
			t.Errorf("%s and %s are taken for one", a, b)
		}
	}
}
