package archtest_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"dossier/internal/observe"
	"dossier/internal/queue"
	"dossier/internal/store"
)

const root = "../.."

type resource struct {
	Type       string
	Properties struct {
		CodeURI           string
		Timeout           int
		VisibilityTimeout int
		Environment       struct{ Variables map[string]any }
		Events            map[string]struct {
			Type       string
			Properties struct {
				FunctionResponseTypes []string
			}
		}
		KeySchema []struct {
			AttributeName, KeyType string
		}
		GlobalSecondaryIndexes []struct {
			IndexName string
			KeySchema []struct{ AttributeName, KeyType string }
		}
	}
}

type template struct {
	Globals struct {
		Function struct {
			Timeout     int
			Environment struct{ Variables map[string]any }
		}
	}
	Resources map[string]resource
}

func readTemplate(t *testing.T) template {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	data, err = yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	var tmpl template
	if err := json.Unmarshal(data, &tmpl); err != nil {
		t.Fatal(err)
	}
	if len(tmpl.Resources) < 10 {
		t.Fatalf("the template has only %d resources", len(tmpl.Resources))
	}
	return tmpl
}

func functionFolders(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob(filepath.Join(root, "functions", "*", "bootstrap", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatalf("no functions: %v", err)
	}
	var names []string
	for _, m := range mains {
		names = append(names, filepath.Base(filepath.Dir(filepath.Dir(m))))
	}
	return names
}

// Every function is in the template and in events/, and nothing else is.
func TestTemplateFunctionsAndEventsAgree(t *testing.T) {
	folders := functionFolders(t)
	var inTemplate []string
	for _, r := range readTemplate(t).Resources {
		if r.Type == "AWS::Serverless::Function" {
			inTemplate = append(inTemplate, strings.TrimPrefix(r.Properties.CodeURI, ".build/"))
		}
	}
	slices.Sort(inTemplate)
	if d := cmp.Diff(folders, inTemplate); d != "" {
		t.Errorf("functions (-folders +template):\n%s", d)
	}
	entries, err := os.ReadDir(filepath.Join(root, "events"))
	if err != nil {
		t.Fatal(err)
	}
	var inEvents []string
	for _, e := range entries {
		inEvents = append(inEvents, e.Name())
		files, err := filepath.Glob(filepath.Join(root, "events", e.Name(), "*.json"))
		if err != nil || len(files) == 0 {
			t.Errorf("events/%s is empty", e.Name())
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil || !json.Valid(data) {
				t.Errorf("%s is no JSON: %v", f, err)
			}
		}
	}
	if d := cmp.Diff(folders, inEvents); d != "" {
		t.Errorf("functions (-folders +events):\n%s", d)
	}
}

// Every required variable of a function's Config is set in the template, and no variable is set that nobody reads.
func TestConfigurationAgrees(t *testing.T) {
	tmpl := readTemplate(t)
	for _, r := range tmpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		name := strings.TrimPrefix(r.Properties.CodeURI, ".build/")
		source := sourceOf(t, name)
		set := slices.Sorted(maps.Keys(r.Properties.Environment.Variables))
		all := append(slices.Collect(maps.Keys(tmpl.Globals.Function.Environment.Variables)), set...)
		for line := range strings.Lines(source) {
			_, tag, ok := strings.Cut(line, "`env:\"")
			if !ok {
				continue
			}
			variable, options, _ := strings.Cut(strings.SplitN(tag, `"`, 2)[0], ",")
			if strings.Contains(options, "required") && !slices.Contains(all, variable) {
				t.Errorf("%s requires %s, which the template does not set", name, variable)
			}
		}
		for _, variable := range set {
			if variable != "GOMEMLIMIT" && !strings.Contains(source, `env:"`+variable) { // Go's own runtime reads that one
				t.Errorf("the template sets %s for %s, which does not read it", variable, name)
			}
		}
	}
}

// sourceOf gives the source of a function, without its tests.
func sourceOf(t *testing.T, function string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "functions", function, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of %s: %v", function, err)
	}
	var all strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// A queue hides a message for at least six times its function's timeout, and every batch is answered in parts.
func TestQueuesFitTheirFunctions(t *testing.T) {
	tmpl := readTemplate(t)
	for queue, function := range map[string]string{"IntakeQueue": "Intake", "RosterQueue": "Roster"} {
		q, f := tmpl.Resources[queue], tmpl.Resources[function]
		if f.Properties.Timeout == 0 || q.Properties.VisibilityTimeout < 6*f.Properties.Timeout {
			t.Errorf("%s hides messages for %d s, its function takes up to %d s", queue, q.Properties.VisibilityTimeout, f.Properties.Timeout)
		}
	}
	for name, r := range tmpl.Resources {
		for event, e := range r.Properties.Events {
			if (e.Type == "SQS" || e.Type == "DynamoDB") && !slices.Contains(e.Properties.FunctionResponseTypes, "ReportBatchItemFailures") {
				t.Errorf("%s.%s does not take partial answers", name, event)
			}
		}
	}
}

// The table of the template is the table of the engines.
func TestTableAgrees(t *testing.T) {
	got := readTemplate(t).Resources["Table"].Properties
	want := store.TableInput("x")
	for i, k := range want.KeySchema {
		if got.KeySchema[i].AttributeName != *k.AttributeName || got.KeySchema[i].KeyType != string(k.KeyType) {
			t.Errorf("key %d is %v in the template, %s in the code", i, got.KeySchema[i], *k.AttributeName)
		}
	}
	if len(got.GlobalSecondaryIndexes) != len(want.GlobalSecondaryIndexes) {
		t.Fatalf("%d indexes in the template, %d in the code", len(got.GlobalSecondaryIndexes), len(want.GlobalSecondaryIndexes))
	}
	for i, x := range want.GlobalSecondaryIndexes {
		if got.GlobalSecondaryIndexes[i].IndexName != *x.IndexName {
			t.Errorf("index %d is %s in the template, %s in the code", i, got.GlobalSecondaryIndexes[i].IndexName, *x.IndexName)
		}
		for j, k := range x.KeySchema {
			if got.GlobalSecondaryIndexes[i].KeySchema[j].AttributeName != *k.AttributeName {
				t.Errorf("index key %d differs", j)
			}
		}
	}
}

// A queue gives a message up after as many tries as the functions count.
func TestMaxReceivesAgrees(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`maxReceiveCount: (\d+)`).FindAllSubmatch(data, -1)
	if len(found) < 2 {
		t.Fatalf("%d queues have a number of tries", len(found))
	}
	for _, f := range found {
		if string(f[1]) != strconv.Itoa(queue.MaxReceives) {
			t.Errorf("a queue tries %s times, the functions count to %d", f[1], queue.MaxReceives)
		}
	}
}

// Each alarm says what to do, each of our metrics that it or the dashboard names is one that a function writes, and each that a
// function writes is on the dashboard.
func TestMonitoringAgrees(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "infra", "monitoring.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	data, err = yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	var tmpl struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ AlarmDescription, MetricName, DashboardBody string }
		}
	}
	if err := json.Unmarshal(data, &tmpl); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, n := range observe.Names() {
		written[string(n)] = true
	}
	alarms := 0
	for name, r := range tmpl.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		alarms++
		if _, todo, _ := strings.Cut(r.Properties.AlarmDescription, "Do: "); len(todo) < 20 {
			t.Errorf("alarm %s does not say what to do", name)
		}
		if len(r.Properties.AlarmDescription) > 1024 { // CloudWatch's limit
			t.Errorf("alarm %s says too much", name)
		}
	}
	if alarms < 8 {
		t.Errorf("only %d alarms", alarms)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`\["\$\{Namespace\}", "(\w+)"`).FindAllStringSubmatch(text, -1) {
		shown[m[1]] = true
	}
	if d := cmp.Diff(written, shown); d != "" {
		t.Errorf("metrics (-written +on the dashboard):\n%s", d)
	}
	for _, m := range regexp.MustCompile(`Namespace: !Ref Namespace\s+MetricName: (\w+)`).FindAllStringSubmatch(text, -1) {
		if !written[m[1]] {
			t.Errorf("an alarm waits for %s, which nothing writes", m[1])
		}
	}
}
