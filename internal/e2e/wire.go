package e2e

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"dossier/functions/deliver"
	"dossier/functions/erase"
	"dossier/functions/feedback"
	"dossier/functions/intake"
	"dossier/functions/portal"
	"dossier/functions/roster"
	"dossier/functions/sweep"
	"dossier/internal/extract/pdf"
	"dossier/internal/loopback"
	"dossier/internal/meeting"
	"dossier/internal/store"
)

// wire makes every function with the World's bucket, table and options.
func (w *World) wire(options Options) {
	w.t.Helper()
	c := clients{config: loopback.Config(), s3URL: w.S3URL, dynamoDB: *w.DB.Options().BaseEndpoint, faults: w.Faults.Add, policy: w.infected.deny, watch: options.Watch}
	if options.Line != nil {
		options.Line.Over, c.config.HTTPClient = c.config.HTTPClient, options.Line
		c.config.RetryMaxAttempts = 1
	}
	log := slog.New(slog.NewJSONHandler(w.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.wireIntake(c, log, options)
	w.wireMails(c, log, options)
	w.wirePortal(c, log, options)
	w.wireUpkeep(c, log, options.RetentionDays)
}

func (w *World) wireIntake(c clients, log *slog.Logger, options Options) {
	w.t.Helper()
	s3, db := c.of("intake")
	in, err := intake.New(intake.Config{
		MalwareScan: options.MalwareScan, LinkFiles: options.Links.Files, LinkBytes: options.Links.Bytes, ScanPatience: time.Hour, Bucket: w.Bucket, Table: w.Table,
		Staff: "staff@dossier.example", MailServer: "mx.dossier.example", PDFiumCache: cmp.Or(options.PDFiumCache, pdf.UserCache()), MaxBytes: 10 << 20,
		ReadTime: time.Minute, AttemptTime: time.Hour, MaxDeaths: 2, Quarantine: []meeting.FindingCode{"macros", "executable"},
	}, s3, db, options.keys(), intake.Engines{Large: options.Large}, log)
	Must(w.t, err)
	w.t.Cleanup(func() { in.Close() })
	w.Intake = lambda.NewHandler(in.Handle)
}

func (w *World) wireMails(c clients, log *slog.Logger, options Options) {
	w.t.Helper()
	s3, db := c.of("deliver")
	de, err := deliver.New(deliver.Config{
		Bucket: w.Bucket, Table: w.Table, PortalURL: "https://dossier.example/",
		From: "Dossier <dossier@dossier.example>", Lease: options.MailLease, Keep: 400 * 24 * time.Hour, DailyCap: 50, StaffDailyCap: 1000,
	}, s3, db, options.keys(), w.Mailer, log)
	Must(w.t, err)
	w.Deliver = lambda.NewHandler(de.Handle)
	_, db = c.of("feedback")
	w.Feedback = lambda.NewHandler(feedback.New(feedback.Config{Table: w.Table}, db, log).Handle)
}

func (w *World) wirePortal(c clients, log *slog.Logger, options Options) {
	w.t.Helper()
	s3, db := c.of("portal")
	po, err := portal.New(portal.Config{
		Bucket: w.Bucket, Table: w.Table, TicketLife: time.Hour, MaxBytes: 10 << 20,
		LinkFiles: options.Links.Files, LinkBytes: options.Links.Bytes, LinkParts: options.Links.Begun,
		PortalURL: "http://localhost/", StorageURL: w.S3URL, Contact: "secretariat@dossier.example",
	}, s3, db, options.keys(), byHeader{store.New(db, w.Table)}, log)
	Must(w.t, err)
	w.Portal = po
}

// wireUpkeep makes roster, sweep and erase.
func (w *World) wireUpkeep(c clients, log *slog.Logger, retentionDays int) {
	toIntake, toRoster := sender{w.queued, &w.queued.intake}, sender{w.queued, &w.queued.roster}
	s3, db := c.of("roster")
	w.Roster = lambda.NewHandler(roster.New(roster.Config{Bucket: w.Bucket, Table: w.Table, Staff: "staff@dossier.example"}, s3, db, toIntake, log).Handle)
	s3, db = c.of("sweep")
	w.Sweep = lambda.NewHandler(sweep.New(sweep.Config{
		Bucket: w.Bucket, Table: w.Table, Grace: -time.Hour, MailGrace: -time.Hour, Pages: 100, Mails: 1000, RetentionDays: retentionDays,
	}, s3, db, toIntake, toRoster, log).Handle)
	s3, db = c.of("erase")
	w.Erase = lambda.NewHandler(erase.New(erase.Config{Bucket: w.Bucket, Table: w.Table}, s3, db, log).Handle)
}

// clients makes the AWS clients of functions. Each function has its own, so that its calls are told from the others'.
type clients struct {
	config          aws.Config
	s3URL, dynamoDB string
	faults, policy  func(*middleware.Stack) error
	watch           func(Call)
}

func (c clients) of(function string) (*s3.Client, *dynamodb.Client) {
	return s3.NewFromConfig(c.config, func(o *s3.Options) {
			o.BaseEndpoint, o.UsePathStyle = &c.s3URL, true
			o.APIOptions = append(o.APIOptions, watch(function, c.watch), c.faults, c.policy)
		}), dynamodb.NewFromConfig(c.config, func(o *dynamodb.Options) {
			o.BaseEndpoint = &c.dynamoDB
			o.APIOptions = append(o.APIOptions, watch(function, c.watch), c.faults)
		})
}

// Call is one call of a function to AWS.
type Call struct {
	Function           string // the function's folder
	Service, Operation string // "DynamoDB", "TransactWriteItems"
	Input, Output      any    // of the SDK's types; Output is nil if the call failed
}

// watch makes a client's middleware that reports the calls of one function.
func watch(function string, report func(Call)) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		if report == nil {
			return nil
		}
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("watch", func(ctx context.Context, in middleware.InitializeInput,
			next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			report(Call{Function: function, Service: middleware.GetServiceID(ctx), Operation: middleware.GetOperationName(ctx),
				Input: in.Parameters, Output: out.Result})
			return out, meta, err
		}), middleware.After)
	}
}
