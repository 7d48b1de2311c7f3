package meeting_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dossier/internal/meeting"
)

// A code that is in no list has no words in any language, and no test notices.
func TestEveryCodeIsListed(t *testing.T) {
	declared := declaredCodes(t)
	check(t, declared["Reason"], meeting.Reasons())
	check(t, declared["EvidenceCode"], meeting.EvidenceCodes())
	check(t, declared["FindingCode"], meeting.FindingCodes())
	check(t, declared["Refusal"], meeting.Refusals())
}

func check[C ~string](t *testing.T, declared []string, listed []C) {
	t.Helper()
	var got []string
	for _, c := range listed {
		got = append(got, string(c))
	}
	slices.Sort(got)
	slices.Sort(declared)
	if d := cmp.Diff(declared, got); d != "" || len(got) == 0 {
		t.Errorf("%T (-declared +listed):\n%s", listed, d)
	}
}

// declaredCodes reads the constants of reason.go by their type.
func declaredCodes(t *testing.T) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		kind, typed := spec.Type.(*ast.Ident)
		value, literal := spec.Values[0].(*ast.BasicLit)
		if !typed || !literal {
			t.Fatalf("%s is not a typed constant with a literal value", spec.Names[0])
		}
		code, err := strconv.Unquote(value.Value)
		if err != nil {
			t.Fatal(err)
		}
		codes[kind.Name] = append(codes[kind.Name], code)
		return false
	})
	return codes
}
