package deliver

import "time"

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// From is the address that mails come from, verified with SES: Name <address> or address.
	From string `env:"MAIL_FROM,required,notEmpty"`
	// ConfigurationSet is the SES configuration set's name.
	ConfigurationSet string `env:"SES_CONFIGURATION_SET"`
	// TicketKeysSecret is the Secrets Manager secret with the keys that sign the links in mails; it is intake's.
	TicketKeysSecret string `env:"TICKET_KEYS_SECRET,required,notEmpty"`
	// PortalURL is where the pages are, with a slash at its end.
	PortalURL string `env:"PORTAL_URL,required,notEmpty"`
	// Lease is how long one sender holds an outbox item: longer than it takes to send one mail.
	Lease time.Duration `env:"MAIL_LEASE" envDefault:"2m"`
	// Keep is how long the record of a mail is kept once it is sent or given up.
	Keep time.Duration `env:"MAIL_KEEP" envDefault:"9600h"`
	// DailyCap is how many mails one address gets a day, in UTC; more wait for the next. What strangers can cause ends
	// there. 0 is no limit.
	DailyCap int `env:"MAIL_DAILY_CAP" envDefault:"50"`
	// StaffDailyCap is the same for mails to the secretariat. Those about completeness have as many for themselves.
	StaffDailyCap int `env:"MAIL_STAFF_DAILY_CAP" envDefault:"1000"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}
