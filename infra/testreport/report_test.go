package main

import (
	"strings"
	"testing"
	"time"
)

// report of the lines that `go test -json` prints.
func reported(t *testing.T, lines ...string) string {
	t.Helper()
	var out strings.Builder
	r := newReport(&out)
	if err := read(strings.NewReader(strings.Join(lines, "\n")), r); err != nil {
		t.Fatal(err)
	}
	r.summary(2, 1500*time.Millisecond)
	return out.String()
}

func contains(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("the report lacks %q:\n%s", w, got)
		}
	}
}

func TestPassedTestsAreQuiet(t *testing.T) {
	got := reported(t,
		`{"Action":"run","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}`,
		`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: chatter\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.5}`,
		`{"Action":"output","Package":"p","Output":"coverage: 81.0% of statements\n"}`,
		`{"Action":"pass","Package":"p","Elapsed":0.7}`,
		`{"Action":"skip","Package":"no/tests","Elapsed":0}`)
	contains(t, got, "ok\tp\t0.7s\n", "1 tests ended in 2 s: 0 failed, 0 left out.")
	for _, unwanted := range []string{"chatter", "RUN", "Failed:", "Left out:", "no/tests"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("the report has %q:\n%s", unwanted, got)
		}
	}
}

func TestFailedTestsAreReadable(t *testing.T) {
	got := reported(t,
		`{"Action":"output","Package":"p","Test":"TestGood","Output":"    good noise\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestGood","Elapsed":0.1}`,
		`{"Action":"output","Package":"p","Test":"TestBad/sub","Output":"    bad_test.go:9: got 1, want 2\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestBad/sub","Elapsed":0.1}`,
		`{"Action":"output","Package":"p","Test":"TestBad","Output":"--- FAIL: TestBad (0.10s)\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestBad","Elapsed":0.1}`,
		`{"Action":"fail","Package":"p","Elapsed":0.2}`)
	contains(t, got, "FAIL\tp\t0.2s\n", "bad_test.go:9: got 1, want 2", "Failed:\n  p TestBad\n", "2 tests ended in 2 s: 1 failed")
	if strings.Contains(got, "good noise") {
		t.Errorf("a test that passed is heard:\n%s", got)
	}
}

// A panic or a timeout ends the process: the test that ran has no end of its own.
func TestDeathOfAPackageIsReported(t *testing.T) {
	got := reported(t,
		`{"Action":"output","Package":"p","Test":"TestRuns","Output":"panic: test timed out\n"}`,
		`{"Action":"fail","Package":"p","Elapsed":9}`,
		`{"Action":"build-output","ImportPath":"q","Output":"q.go:1:1: undefined: x\n"}`,
		`{"Action":"fail","Package":"q","Elapsed":0}`)
	contains(t, got, "panic: test timed out", "q.go:1:1: undefined: x", "  p (the package itself)", "  q (the package itself)", "2 failed")
}

func TestWhatIsLeftOutIsNamedWithItsReason(t *testing.T) {
	got := reported(t,
		`{"Action":"output","Package":"p","Test":"TestSlow","Output":"    slow_test.go:8: takes minutes\n"}`,
		`{"Action":"output","Package":"p","Test":"TestSlow","Output":"--- SKIP: TestSlow (0.00s)\n"}`,
		`{"Action":"skip","Package":"p","Test":"TestSlow","Elapsed":0}`,
		`{"Action":"pass","Package":"p","Elapsed":0}`)
	contains(t, got, "Left out:\n  p TestSlow: takes minutes\n", "1 left out")
}

func TestSlowestComeFirst(t *testing.T) {
	got := reported(t,
		`{"Action":"pass","Package":"p","Test":"TestQuick","Elapsed":0.1}`,
		`{"Action":"pass","Package":"p","Test":"TestSlow","Elapsed":3}`,
		`{"Action":"pass","Package":"p","Test":"TestSlow/sub","Elapsed":3}`,
		`{"Action":"pass","Package":"q","Test":"TestSlower","Elapsed":4}`)
	contains(t, got, "The slowest 2 tests:\n   4.00s  q TestSlower\n   3.00s  p TestSlow\n\n")
}

func TestCoverageBelowTheFloorIsAnError(t *testing.T) {
	var out strings.Builder
	r := newReport(&out)
	lines := strings.Join([]string{
		`{"Action":"output","Package":"good","Output":"coverage: 80.0% of statements\n"}`,
		`{"Action":"output","Package":"bad","Output":"coverage: 79.9% of statements\n"}`,
		`{"Action":"output","Package":"untested","Output":"\tuntested\t\tcoverage: 0.0% of statements\n"}`,
		`{"Action":"output","Package":"empty","Output":"coverage: [no statements]\n"}`,
		`{"Action":"output","Package":"good","Test":"TestA","Output":"coverage: 1.0% of statements\n"}`,
	}, "\n")
	if err := read(strings.NewReader(lines), r); err != nil {
		t.Fatal(err)
	}
	if err := r.coverage(80); err == nil || err.Error() != "coverage below 80 %: untested, bad" {
		t.Errorf("%v", err)
	}
	if err := r.coverage(0); err != nil {
		t.Errorf("without a floor: %v", err)
	}
	contains(t, out.String(), "   0.0 %  untested  below the floor\n  79.9 %  bad  below the floor\n  80.0 %  good\n")
	if strings.Contains(out.String(), "empty") {
		t.Errorf("a package without statements is listed:\n%s", out.String())
	}
}
