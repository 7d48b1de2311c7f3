package message

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestChecker(t *testing.T) {
	for field, want := range map[string]string{
		"mx.a.example; dmarc=pass header.from=b.example":                                  "mx.a.example",
		"MX.a.example 1; dmarc=pass (p=none) header.from=B.example":                       "mx.a.example",
		"mx.a.example; spf=fail smtp.mailfrom=x.example; dkim=pass header.i=@b.example":   "mx.a.example",
		"mx.a.example; dkim=pass header.d=b.example.evil.example":                         "",
		"mx.a.example; dkim=pass header.d=evil.example; dmarc=fail header.from=b.example": "",
		"mx.a.example; spf=pass smtp.mailfrom=b.example":                                  "",
		"mx.a.example; none":                 "",
		"; dmarc=pass header.from=b.example": "",
		"":                                   "",
	} {
		if got := checker(field, "who@b.example"); got != want {
			t.Errorf("%q: %q, want %q", field, got, want)
		}
	}
	if got := checker("mx.a.example; dmarc=pass header.from=b.example", "no address"); got != "" {
		t.Errorf("without an address: %q", got)
	}
}

func TestMessageIDs(t *testing.T) {
	if got := messageIDs("<1@a> nonsense <2@b>\r\n\t<1@a>"); !slices.Equal(got, []string{"<1@a>", "<2@b>"}) {
		t.Errorf("%q", got)
	}
	var many strings.Builder
	for i := range 150 {
		fmt.Fprintf(&many, "<%d@a> ", i)
	}
	if got := messageIDs(many.String()); len(got) != 100 || got[99] != "<149@a>" {
		t.Errorf("of 150: %d, the last %q", len(got), got[len(got)-1])
	}
	many.Reset()
	for i := range 400_000 {
		fmt.Fprintf(&many, "<%d@a>\r\n ", i)
	}
	if got := messageIDs(many.String()); len(got) != 100 || cap(got) > 200 || got[99] != "<399999@a>" {
		t.Errorf("of 400,000: %d in %d, the last %q", len(got), cap(got), got[len(got)-1])
	}
}
