// Package observe writes metrics into the log, where CloudWatch finds them. It calls nothing of AWS, so it cannot make a
// function fail.
package observe

import (
	"context"
	"log/slog"
	"time"
)

// Name is a metric's name in CloudWatch.
type Name string

// The metrics. Those of times are in milliseconds, all others count.
const (
	DocumentsFiled       Name = "DocumentsFiled"
	DocumentsInReview    Name = "DocumentsInReview"
	DocumentsRejected    Name = "DocumentsRejected"
	DocumentsQuarantined Name = "DocumentsQuarantined"
	DocumentsSuperseded  Name = "DocumentsSuperseded"
	DocumentsStuck       Name = "DocumentsStuck"
	// UploadToFiled is from the moment of the upload to that of the record, filed or not.
	UploadToFiled Name = "UploadToFiled"
	// LastUploadToMail is from the newest upload of a session to the mail that says that it is complete.
	LastUploadToMail Name = "LastUploadToMail"
	// Conflicts count the times that a change had to be decided anew because another came first.
	Conflicts   Name = "Conflicts"
	MailsSent   Name = "MailsSent"
	MailsFailed Name = "MailsFailed"
	// MailsDeferred counts attempts that failed and are made again.
	MailsDeferred Name = "MailsDeferred"
	// MailsBounced counts mails that came back, or that somebody complained of.
	MailsBounced Name = "MailsBounced"
	// ScannedPages are those that were read by OCR.
	ScannedPages Name = "ScannedPages"
	// PDFCacheUnfit counts starts without the PDF reader's compiled cache, because it did not fit.
	PDFCacheUnfit Name = "PDFCacheUnfit"
	// EventsRecovered counts what the sweep started because its event was lost.
	EventsRecovered Name = "EventsRecovered"
	// Decisions of staff that were carried out.
	Decisions Name = "Decisions"
)

// Names are all metrics.
func Names() []Name {
	return []Name{
		DocumentsFiled, DocumentsInReview, DocumentsRejected, DocumentsQuarantined, DocumentsSuperseded, DocumentsStuck,
		UploadToFiled, LastUploadToMail,
		Conflicts, MailsSent, MailsFailed, MailsDeferred, MailsBounced, ScannedPages, PDFCacheUnfit, EventsRecovered, Decisions,
	}
}

// Value is one measurement.
type Value struct {
	Name Name
	N    float64
	unit string
}

// Count is a number of things.
func Count(n Name, of int) Value { return Value{n, float64(of), "Count"} }

// Took is a length of time.
func Took(n Name, d time.Duration) Value {
	return Value{n, float64(d.Milliseconds()), "Milliseconds"}
}

// Meter writes metrics into one namespace.
type Meter struct {
	log       *slog.Logger
	namespace string
}

// NewMeter makes a Meter over a JSON logger.
func NewMeter(log *slog.Logger, namespace string) *Meter {
	return &Meter{log: log, namespace: namespace}
}

// metric and directive are parts of the embedded metric format.
type metric struct {
	Name Name   `json:"Name"`
	Unit string `json:"Unit"`
}

type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []metric   `json:"Metrics"`
}

// Put writes measurements as one line of log (Amazon CloudWatch User Guide, "Specification: Embedded metric format").
// They have no dimensions: a stack has a namespace of its own, and nothing of a document or a person goes there.
func (m *Meter) Put(ctx context.Context, values ...Value) {
	if len(values) == 0 {
		return
	}
	d := directive{Namespace: m.namespace, Dimensions: [][]string{{}}}
	attrs := make([]slog.Attr, 0, len(values)+1)
	for _, v := range values {
		d.Metrics = append(d.Metrics, metric{v.Name, v.unit})
		attrs = append(attrs, slog.Float64(string(v.Name), v.N))
	}
	attrs = append(attrs, slog.Group("_aws",
		slog.Int64("Timestamp", time.Now().UnixMilli()), slog.Any("CloudWatchMetrics", []directive{d})))
	m.log.LogAttrs(ctx, slog.LevelInfo, "metrics", attrs...)
}
