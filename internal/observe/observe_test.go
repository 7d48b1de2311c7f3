package observe_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"dossier/internal/observe"
)

// A line is as CloudWatch's specification wants it: the directive under _aws, each metric named there and valued at the root.
func TestEmbeddedMetricFormat(t *testing.T) {
	var b bytes.Buffer
	m := observe.NewMeter(slog.New(slog.NewJSONHandler(&b, nil)), "Dossier/test")
	m.Put(t.Context())
	if b.Len() > 0 {
		t.Errorf("nothing is measured by %s", &b)
	}
	m.Put(t.Context(), observe.Count(observe.DocumentsFiled, 2), observe.Took(observe.UploadToFiled, 1500*time.Millisecond))
	var line struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
		DocumentsFiled, UploadToFiled float64
	}
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if time.Since(time.UnixMilli(line.AWS.Timestamp)).Abs() > time.Minute || len(line.AWS.CloudWatchMetrics) != 1 {
		t.Fatalf("%s", &b)
	}
	d := line.AWS.CloudWatchMetrics[0]
	if d.Namespace != "Dossier/test" || len(d.Dimensions) != 1 || len(d.Dimensions[0]) != 0 || line.DocumentsFiled != 2 || line.UploadToFiled != 1500 ||
		len(d.Metrics) != 2 || d.Metrics[0].Name != "DocumentsFiled" || d.Metrics[0].Unit != "Count" || d.Metrics[1].Unit != "Milliseconds" {
		t.Errorf("%s", &b)
	}
}

func TestNames(t *testing.T) {
	names := observe.Names()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(observe.Names()) {
		t.Error("a name stands twice")
	}
}
