package sweep

import "time"

// Config is read from the environment.
type Config struct {
	Bucket      string `env:"BUCKET,required,notEmpty"`
	Table       string `env:"TABLE,required,notEmpty"`
	IntakeQueue string `env:"INTAKE_QUEUE_URL,required,notEmpty"`
	RosterQueue string `env:"ROSTER_QUEUE_URL,required,notEmpty"`
	// Grace is how old something must be before it counts as lost: longer than its event may take.
	Grace time.Duration `env:"GRACE" envDefault:"10m"`
	// MailGrace is the same for mails, which wait in their stream while many are sent.
	MailGrace time.Duration `env:"MAIL_GRACE" envDefault:"10m"`
	// Pages is how many listings of 1,000 versions one run makes of each prefix; the next run goes on from there.
	// So a run costs the same however much the bucket holds.
	Pages int `env:"PAGES" envDefault:"5"`
	// Mails is how many open outbox items one run looks at.
	Mails int `env:"MAILS" envDefault:"500"`
	// RetentionDays is after how many days an upload's original is deleted, counted from the upload, whether a newer version
	// has taken its key or not; 0 keeps all.
	RetentionDays int `env:"RETENTION_DAYS"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}
