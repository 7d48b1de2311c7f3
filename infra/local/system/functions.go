package system

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"dossier/functions/deliver"
	"dossier/functions/intake"
	"dossier/functions/portal"
	"dossier/functions/portal/signin"
	"dossier/functions/roster"
	"dossier/functions/sweep"
	"dossier/internal/bucket"
	"dossier/internal/meeting"
	"dossier/internal/ses"
	"dossier/internal/ticket"
)

const (
	// staffAddress hears of uploads for meetings that are not set up.
	staffAddress = "staff@dossier.example"
	// attemptTime is how long one call of intake may take; Lambda ends one after two minutes.
	attemptTime = 2 * time.Minute
	// rosterTime is how long a load of a roster may take, as in template.yaml.
	rosterTime = 5 * time.Minute
	// maxDeaths is one more than on Lambda: here a death may be that of the whole process, which people end as they like.
	maxDeaths = 3
)

// startFunctions makes the functions as their bootstraps do, with queues and a mail folder of this process.
func (s *System) startFunctions(ctx context.Context) error {
	in, err := s.makeIntake(ctx)
	if err != nil {
		return err
	}
	s.makeRoster()
	if err := s.makeDeliver(); err != nil {
		return err
	}
	s.makeSweep()
	if err := s.makePortal(); err != nil {
		return err
	}
	s.events.add(bucket.Incoming, s.intake)
	s.events.add(bucket.Roster, s.rosters)
	s.say("Preparing the PDF reader (the first start takes some seconds) ...")
	return in.Ready(ctx)
}

func (s *System) makeIntake(ctx context.Context) (*intake.Function, error) {
	patience := time.Duration(max(1, s.o.Patience))
	config := intake.Config{Bucket: bucketName, Table: tableName, Staff: staffAddress,
		PDFiumCache: s.o.PDFiumCache, MaxBytes: bucket.MaxUpload, ReadTime: patience * time.Minute,
		AttemptTime: patience * attemptTime, MaxDeaths: maxDeaths, OCR: "auto", Tesseract: "tesseract", MaxScans: 30, ScanTime: patience * 20 * time.Second,
		LargeReader: s.o.LargeReader, LargeReaderURL: s.o.LargeReaderURL,
		LargeReaderModel: s.o.LargeReaderModel, LargeReaderKey: s.o.LargeReaderKey,
		Quarantine: []meeting.FindingCode{meeting.FindingMacros, meeting.FindingExecutable}}
	engine, err := intake.OCR(ctx, config, nil)
	if err != nil {
		return nil, err
	}
	if engine == nil {
		s.say("No tesseract on this machine: scans go to review unread.")
	}
	large, err := intake.Large(ctx, config, nil, s.log)
	if err != nil {
		return nil, err
	}
	in, err := intake.New(config, s.client, s.db, ticket.NewRing(s.keys), intake.Engines{OCR: engine, Large: large}, s.log)
	if err != nil {
		return nil, err
	}
	s.closeLater(in.Close)
	s.intake = newQueue("intake", lambda.NewHandler(in.Handle), s.deadLetters(), 4,
		patience*attemptTime+time.Second, s.log)
	s.closeLater(s.intake.Close)
	return in, nil
}

func (s *System) makeRoster() {
	config := roster.Config{Bucket: bucketName, Table: tableName, Staff: staffAddress}
	f := roster.New(config, s.client, s.db, s.intake, s.log)
	s.rosters = newQueue("roster", lambda.NewHandler(f.Handle), s.deadLetters(), 1, rosterTime, s.log)
	s.closeLater(s.rosters.Close)
}

func (s *System) makeDeliver() error {
	config := deliver.Config{Bucket: bucketName, Table: tableName, PortalURL: s.url + "/",
		From: "Dossier <dossier@dossier.example>", Lease: 5 * time.Second, Keep: 400 * 24 * time.Hour}
	f, err := deliver.New(config, s.client, s.db, ticket.NewRing(s.keys), ses.NewFolder(s.mailDir), s.log)
	if err != nil {
		return err
	}
	s.deliver = lambda.NewHandler(f.Handle)
	return nil
}

// makeSweep makes a sweep that waits until each message is done with, so that the bucket is read back in its order.
func (s *System) makeSweep() {
	config := sweep.Config{Bucket: bucketName, Table: tableName, Grace: 2 * time.Second, MailGrace: 2 * time.Minute,
		Pages: 1000, Mails: 10_000}
	f := sweep.New(config, s.client, s.db, waiting{s.intake}, waiting{s.rosters}, s.log)
	s.sweep = lambda.NewHandler(f.Handle)
}

func (s *System) makePortal() error {
	provider, err := startProvider(s.url + "/")
	if err != nil {
		return err
	}
	s.closeLater(provider.Shutdown)
	config := portal.Config{Bucket: bucketName, Table: tableName, TicketLife: 30 * 24 * time.Hour,
		MaxBytes: bucket.MaxUpload, PortalURL: s.url + "/", StorageURL: s.s3.URL, Issuer: provider.Issuer(),
		ClientID: provider.ClientID, ClientSecret: provider.ClientSecret,
		Scopes: []string{"email", "profile"}, GroupsClaim: "groups", SignInLife: signInLife, Recheck: time.Minute, Contact: staffAddress,
		Roles: signin.Roles{"administrators": meeting.Administrator, "editors": meeting.Editor, "viewers": meeting.Viewer}}
	staff := signin.New(config.SignIn(s.keys), s.table, s.log)
	pages, err := portal.New(config, s.client, s.db, ticket.NewRing(s.keys), staff, s.log)
	if err != nil {
		return err
	}
	s.web = &http.Server{Handler: pages, ReadHeaderTimeout: 5 * time.Second}
	return nil
}
