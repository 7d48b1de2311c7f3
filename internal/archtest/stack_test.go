package archtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"dossier/internal/observe"
)

// node is a part of a template. An intrinsic function stands as its argument: !Ref X is "X", !GetAtt X.Arn is "X.Arn".
type node map[string]any

func (n node) at(path ...string) node {
	for _, p := range path {
		next, _ := n[p].(map[string]any)
		n = next
	}
	return n
}

func (n node) text(name string) string {
	if n[name] == nil {
		return ""
	}
	return fmt.Sprint(n[name])
}

func (n node) number(name string) int {
	f, _ := n[name].(float64)
	return int(f)
}

// list gives the maps of a list.
func (n node) list(name string) (all []node) {
	values, _ := n[name].([]any)
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// readStack reads a template.
func readStack(t *testing.T, path ...string) node {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(readFile(t, filepath.Join(path...))))
	if err != nil {
		t.Fatal(err)
	}
	var n node
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// typed gives the resources of a type by their names.
func (n node) typed(kind string) map[string]node {
	all := map[string]node{}
	for name := range n.at("Resources") {
		if r := n.at("Resources", name); r["Type"] == kind {
			all[name] = r
		}
	}
	return all
}

// stack is the template and the nested one, as they stand together.
type stack struct{ main, monitoring node }

func readBoth(t *testing.T) stack {
	t.Helper()
	return stack{readStack(t, "template.yaml"), readStack(t, "infra", "monitoring.yaml")}
}

// resource gives the name of the resource that a parameter of the nested stack is about.
func (s stack) resource(parameter string) string {
	given := s.main.at("Resources", "Monitoring", "Properties", "Parameters").text(parameter)
	name, _, _ := strings.Cut(given, ".")
	return name
}

// measure is one metric that an alarm watches.
type measure struct {
	alarm, namespace, name string
	dimensions             map[string]string // a dimension's name to a parameter
}

func (s stack) measures() (all []measure) {
	for name, a := range s.monitoring.typed("AWS::CloudWatch::Alarm") {
		metric := a.at("Properties")
		m := measure{name, metric.text("Namespace"), metric.text("MetricName"), map[string]string{}}
		for _, d := range metric.list("Dimensions") {
			m.dimensions[d.text("Name")] = d.text("Value")
		}
		all = append(all, m)
	}
	return all
}

// emitted says why nothing in this stack writes a metric; "" if something does.
func (s stack) emitted(m measure) string {
	if m.namespace == "Namespace" {
		if len(m.dimensions) > 0 || !slices.Contains(observe.Names(), observe.Name(m.name)) {
			return "no function writes it"
		}
		return ""
	}
	// By namespace: the type of resource that it is about, the dimension that names one, and the metrics that AWS writes of each
	// (the services' guides, "CloudWatch metrics").
	known := map[string]struct {
		kind, dimension string
		metrics         []string
	}{
		"AWS/SQS": {"AWS::SQS::Queue", "QueueName", []string{"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}},
		"AWS/Lambda": {"AWS::Serverless::Function", "FunctionName",
			[]string{"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge"}},
		"AWS/ApiGateway": {"AWS::ApiGatewayV2::Api", "ApiId", []string{"5xx", "4xx", "Count", "Latency", "IntegrationLatency"}},
	}[m.namespace]
	of := s.main.at("Resources", s.resource(m.dimensions[known.dimension]))
	switch {
	case !slices.Contains(known.metrics, m.name):
		return "AWS writes none of that name for this stack"
	case len(m.dimensions) != 1 || of.text("Type") != known.kind:
		return fmt.Sprintf("its dimensions %v are of no %s", m.dimensions, known.kind)
	case m.name == "IteratorAge" && !strings.Contains(fmt.Sprint(of.at("Properties", "Events")), "Type:DynamoDB"):
		return "the function reads no stream"
	}
	return ""
}

// Something in this stack writes each metric that an alarm waits for.
func TestAlarmsWatchMetricsThatExist(t *testing.T) {
	s := readBoth(t)
	all := s.measures()
	if len(all) < 20 {
		t.Errorf("only %d metrics are watched", len(all))
	}
	for _, m := range all {
		if why := s.emitted(m); why != "" {
			t.Errorf("alarm %s waits for %s %s: %s", m.alarm, m.namespace, m.name, why)
		}
	}
}

// allows tells whether a policy lets a service do something.
func allows(policy node, service, action string) bool {
	return slices.ContainsFunc(policy.list("Statement"), func(s node) bool {
		return s["Effect"] == "Allow" && s.at("Principal").text("Service") == service && strings.Contains(fmt.Sprint(s["Action"]), action)
	})
}

// Every alarm goes to a topic that CloudWatch may publish to, with a key that it may use, and that an address hears of.
func TestAlarmsReachSomebody(t *testing.T) {
	s := readBoth(t).monitoring
	for name, a := range s.typed("AWS::CloudWatch::Alarm") {
		actions := fmt.Sprint(a.at("Properties")["AlarmActions"])
		topic := s.at("Resources", strings.Trim(actions, "[]"))
		if topic["Type"] != "AWS::SNS::Topic" {
			t.Errorf("alarm %s tells %s", name, actions)
			continue
		}
		key, _, _ := strings.Cut(topic.at("Properties").text("KmsMasterKeyId"), ".")
		policy := s.at("Resources", key, "Properties", "KeyPolicy")
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey*"} {
			if !allows(policy, "cloudwatch.amazonaws.com", action) {
				t.Errorf("alarm %s: CloudWatch is not allowed %s with the topic's key %q", name, action, key)
			}
		}
		if heard := topic.at("Properties").list("Subscription"); len(heard) != 1 || heard[0].text("Endpoint") != "AlarmAddress" {
			t.Errorf("alarm %s is heard by %v", name, heard)
		}
	}
	for _, p := range s.typed("AWS::SNS::TopicPolicy") {
		if allows(p.at("Properties", "PolicyDocument"), "cloudwatch.amazonaws.com", "sns:Publish") {
			return
		}
	}
	t.Error("CloudWatch may not publish to the topic")
}

// Nobody can change the policies of keys that AWS manages, so services that need them stay out.
func TestNoKeysOfAWS(t *testing.T) {
	for _, file := range []string{"template.yaml", "infra/monitoring.yaml"} {
		if strings.Contains(readFile(t, file), "alias/aws/") {
			t.Errorf("%s uses a key that AWS manages", file)
		}
	}
}

// Each queue has an alarm: of the age of its oldest message where a function reads it, and of its messages where they are dead letters.
// SAM makes no queue that this test cannot see.
func TestEveryQueueIsWatched(t *testing.T) {
	s := readBoth(t)
	watched := map[string]bool{}
	for _, m := range s.measures() {
		watched[s.resource(m.dimensions["QueueName"])+" "+m.name] = true
	}
	dead := map[string]bool{}
	queues := s.main.typed("AWS::SQS::Queue")
	for name, q := range queues {
		if target := q.at("Properties", "RedrivePolicy").text("deadLetterTargetArn"); target != "" {
			dead[strings.TrimSuffix(target, ".Arn")] = true
			if !watched[name+" ApproximateAgeOfOldestMessage"] {
				t.Errorf("no alarm for the age of %s", name)
			}
		} else if !watched[name+" ApproximateNumberOfMessagesVisible"] {
			t.Errorf("no alarm for the messages of %s", name)
		}
		if q.at("Properties").number("MessageRetentionPeriod") != 1209600 || q.at("Properties")["SqsManagedSseEnabled"] != true {
			t.Errorf("%s does not keep messages for 14 days, encrypted", name)
		}
	}
	for _, f := range s.main.typed("AWS::Serverless::Function") {
		for name := range f.at("Properties", "Events") {
			e := f.at("Properties", "Events", name)
			if queue := strings.TrimSuffix(e.at("Properties").text("Queue"), ".Arn"); e["Type"] == "SQS" && queues[queue].at("Properties")["RedrivePolicy"] == nil {
				t.Errorf("%s has no dead letters", queue)
			}
			if d := e.at("Properties", "DeadLetterConfig"); d["Type"] != nil {
				t.Errorf("event %s: SAM makes a queue that nothing here can name; give an Arn", name)
			}
		}
	}
	if len(dead) < 2 {
		t.Errorf("dead letters are %v", slices.Sorted(maps.Keys(dead)))
	}
}

// late tells whether an alarm sees that a function's events wait, whether it is held back or stands still.
func (s stack) late(function string, watched map[string]bool) bool {
	f := s.main.at("Resources", function, "Properties")
	for name := range f.at("Events") {
		e := f.at("Events", name, "Properties")
		queue, dead := strings.TrimSuffix(e.text("Queue"), ".Arn"), strings.TrimSuffix(e.at("DeadLetterConfig").text("Arn"), ".Arn")
		if watched[queue+" ApproximateAgeOfOldestMessage"] || watched[dead+" ApproximateNumberOfMessagesVisible"] {
			return true
		}
	}
	return watched[function+" IteratorAge"] || watched[function+" Invocations"]
}

// Each function has an alarm of its errors. One that people wait for has one of its throttles too, and the events of the others are seen
// to wait. Only a person invokes Erase, who sees the answer.
func TestEveryFunctionIsWatched(t *testing.T) {
	s := readBoth(t)
	watched := map[string]bool{}
	for _, m := range s.measures() {
		for _, parameter := range m.dimensions {
			watched[s.resource(parameter)+" "+m.name] = true
		}
	}
	for name, f := range s.main.typed("AWS::Serverless::Function") {
		if !watched[name+" Errors"] {
			t.Errorf("no alarm for the errors of %s", name)
		}
		byHand := name == "Erase" && len(f.at("Properties", "Events")) == 0
		if !byHand && !watched[name+" Throttles"] && !s.late(name, watched) {
			t.Errorf("nobody sees that %s is held back", name)
		}
	}
}

// Each function writes into a log of its own, which ends.
func TestLogsEnd(t *testing.T) {
	s := readBoth(t).main
	logs := s.typed("AWS::Logs::LogGroup")
	for name, f := range s.typed("AWS::Serverless::Function") {
		log := f.at("Properties", "LoggingConfig").text("LogGroup")
		if logs[log] == nil || logs[log].at("Properties")["RetentionInDays"] == nil {
			t.Errorf("the log %q of %s is kept for ever", log, name)
		}
		delete(logs, log)
	}
	if len(logs) > 0 {
		t.Errorf("logs of no function: %v", slices.Sorted(maps.Keys(logs)))
	}
}

// Each function ends before those who wait for it stop waiting.
func TestTimeoutsFitTheirSources(t *testing.T) {
	s := readBoth(t).main
	usual := s.at("Globals", "Function").number("Timeout")
	for name, f := range s.typed("AWS::Serverless::Function") {
		timeout := f.at("Properties").number("Timeout")
		if timeout == 0 {
			timeout = usual
		}
		limit := 900 // of Lambda
		for event := range f.at("Properties", "Events") {
			e := f.at("Properties", "Events", event)
			switch e["Type"] {
			case "SQS":
				limit = s.at("Resources", strings.TrimSuffix(e.at("Properties").text("Queue"), ".Arn"), "Properties").number("VisibilityTimeout") / 6
			case "Schedule":
				limit = 299 // it comes every five minutes
			}
		}
		for _, i := range s.typed("AWS::ApiGatewayV2::Integration") {
			if i.at("Properties").text("IntegrationUri") == name+".Arn" {
				limit = 29 // an HTTP API waits for 30 seconds
			}
		}
		if timeout == 0 || timeout > limit {
			t.Errorf("%s may take %d s, its source waits for %d", name, timeout, limit)
		}
	}
}

// A permission that names everything has a comment in its statement that says why.
func TestWildcardsHaveReasons(t *testing.T) {
	everything := regexp.MustCompile(`^\s*(- )?(Action|Resource|Principal|AWS): \[?["']?([\w-]+:)?\*["']?\]?\s*(#.*)?$`)
	statement := regexp.MustCompile(`^\s*- (Effect|Sid): `)
	for _, file := range []string{"template.yaml", "infra/monitoring.yaml"} {
		lines := strings.Split(readFile(t, file), "\n")
		for i, line := range lines {
			if !everything.MatchString(line) {
				continue
			}
			from := i
			for from > 0 && !statement.MatchString(lines[from]) {
				from--
			}
			for from > 0 && strings.HasPrefix(strings.TrimSpace(lines[from-1]), "#") {
				from--
			}
			if !strings.Contains(strings.Join(lines[from:i+1], "\n"), "#") {
				t.Errorf("%s:%d names everything without a reason:%s", file, i+1, line)
			}
		}
	}
}

// The page about operating has a line for each alarm.
func TestAlarmsAreInTheRunbook(t *testing.T) {
	text := readFile(t, "internal/docs/operating.md")
	for name := range readBoth(t).monitoring.typed("AWS::CloudWatch::Alarm") {
		if !regexp.MustCompile(`(?m)^\| [^|]*\b` + name + `\b[^|]* \|`).MatchString(text) {
			t.Errorf("internal/docs/operating.md has no line for %s", name)
		}
	}
}

// No secret is in a function's configuration: CloudFormation does not read it again, and everybody who may look at the function sees it.
func TestSecretsAreReadAtRunTime(t *testing.T) {
	if text := readFile(t, "template.yaml"); strings.Contains(text, "{{resolve:") {
		t.Error("template.yaml puts a secret into a configuration")
	}
	s := readBoth(t).main
	for name, f := range s.typed("AWS::Serverless::Function") {
		variables := f.at("Properties", "Environment", "Variables")
		allowed := fmt.Sprint(f.at("Properties")["Policies"])
		for variable := range variables {
			if secret, ok := strings.CutSuffix(variable, "_SECRET"); ok && variable != "OIDC_CLIENT_SECRET" {
				parameter := variables.text(variable)
				if !strings.Contains(allowed, "secretsmanager:GetSecretValue") || !strings.Contains(allowed, ":secret:${"+parameter+"}-??????") {
					t.Errorf("%s may not read the secret of %s", name, secret)
				}
			}
		}
	}
}

// What holds data outlives its stack and a replacement, but not a first deployment that fails; nothing else is left behind.
func TestDataOutlivesTheStack(t *testing.T) {
	holds := []string{"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool"}
	s := readBoth(t)
	for _, part := range []node{s.main, s.monitoring} {
		for name := range part.at("Resources") {
			r := part.at("Resources", name)
			deleted, replaced := r.text("DeletionPolicy"), r.text("UpdateReplacePolicy")
			if slices.Contains(holds, r.text("Type")) {
				if deleted != "RetainExceptOnCreate" || replaced != "Retain" {
					t.Errorf("%s: DeletionPolicy %q, UpdateReplacePolicy %q", name, deleted, replaced)
				}
			} else if strings.HasPrefix(deleted, "Retain") || strings.HasPrefix(replaced, "Retain") {
				t.Errorf("%s holds nothing and is left behind", name)
			}
		}
	}
	if got := s.main.at("Resources", "Table", "Properties").text("DeletionProtectionEnabled"); got != "TableProtection" {
		t.Errorf("a first deployment cannot take its table back: deletion protection is %s", got)
	}
}

// Things are deleted when the page about operating says: S3's rules keep old versions of derived objects for a day, and the sweep counts
// the days of each original.
func TestRetentionIsKept(t *testing.T) {
	s := readBoth(t).main
	if got := s.at("Resources", "Sweep", "Properties", "Environment", "Variables").text("RETENTION_DAYS"); got != "RetentionDays" {
		t.Errorf("the sweep keeps originals for %q days", got)
	}
	markers := false
	days, text := map[string]int{}, fmt.Sprint(s.at("Resources", "Bucket", "Properties", "LifecycleConfiguration")["Rules"])
	for _, r := range s.at("Resources", "Bucket", "Properties", "LifecycleConfiguration").list("Rules") {
		if n := r.at("NoncurrentVersionExpiration").number("NoncurrentDays"); n > 0 {
			days[r.text("Prefix")] = n
		}
		markers = markers || r["ExpiredObjectDeleteMarker"] == true
	}
	for _, prefix := range []string{"text/", "materials/", "problems/"} {
		if days[prefix] != 1 {
			t.Errorf("%s is kept for %d days after it was deleted", prefix, days[prefix])
		}
	}
	if !markers {
		t.Errorf("marks of deleted keys stay for ever: %s", text)
	}
}

// statementsOf gives every statement of a function's policies, those under a condition too.
func statementsOf(v any) (all []node) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			all = append(all, statementsOf(x)...)
		}
	case map[string]any:
		if v["Action"] != nil {
			return []node{v}
		}
		all = statementsOf(v["Statement"])
	}
	return all
}

// Intake may list what it may not read: the time of an infected upload stands in the list alone.
func TestInfectedUploadsCanBeListed(t *testing.T) {
	s := readBoth(t).main
	for _, p := range s.typed("AWS::S3::BucketPolicy") {
		for _, statement := range p.at("Properties", "PolicyDocument").list("Statement") {
			if statement["Sid"] == "NothingInfected" && strings.Contains(fmt.Sprint(statement["Action"]), "Tagging") {
				t.Error("nobody may read GuardDuty's verdict")
			}
		}
	}
	var listed []string
	for _, statement := range statementsOf(s.at("Resources", "Intake", "Properties")["Policies"]) {
		if statement["Action"] == "s3:ListBucketVersions" {
			listed = append(listed, statement.at("Condition", "StringLike").text("s3:prefix"))
		}
	}
	slices.Sort(listed)
	if !slices.Equal(listed, []string{"incoming/*", "roster/*"}) {
		t.Errorf("intake may list %v", listed)
	}
}

// Intake leaves concurrency to the pages.
func TestIntakeIsBounded(t *testing.T) {
	s := readBoth(t).main
	for name, f := range s.typed("AWS::Serverless::Function") {
		for event := range f.at("Properties", "Events") {
			e := f.at("Properties", "Events", event, "Properties")
			if e.text("Queue") == "IntakeQueue.Arn" && e.at("ScalingConfig").text("MaximumConcurrency") != "IntakeConcurrency" {
				t.Errorf("%s takes all of the account's concurrency", name)
			}
		}
	}
}
