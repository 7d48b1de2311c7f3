package intake

import (
	"time"

	"dossier/internal/meeting"
)

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// TicketKeysSecret is the Secrets Manager secret with the keys that sign upload links: id:base64key[,id:base64key...].
	TicketKeysSecret string `env:"TICKET_KEYS_SECRET,required,notEmpty"`
	// Staff hears of uploads for meetings that are not set up.
	Staff string `env:"STAFF_ADDRESS,required,notEmpty"`
	// PDFiumCache is the folder of PDFium's compiled cache; it may be read-only. Empty compiles at every start.
	PDFiumCache string `env:"PDFIUM_CACHE"`
	// MailServer is the server whose word is taken for who sent a mail: the authserv-id (RFC 8601, 2.5) that it writes
	// into Authentication-Results. Set it only where mails reach the bucket by that server alone; empty takes nobody's
	// word.
	MailServer string `env:"MAIL_SERVER"`
	// MalwareScan: GuardDuty scans uploads, and nothing is read before it has found one clean.
	MalwareScan bool `env:"MALWARE_SCAN"`
	// ScanPatience is how long an upload may wait for its scan before a person has to look.
	ScanPatience time.Duration `env:"SCAN_PATIENCE" envDefault:"24h"`
	// MaxBytes bounds one upload; 0 is bucket.MaxUpload.
	MaxBytes int64 `env:"MAX_UPLOAD_BYTES"`
	// LinkFiles and LinkBytes bound the uploads by one link on a day, in UTC. More are kept unread, for a person. 0 is no
	// limit. They are the portal's.
	LinkFiles int   `env:"LINK_FILES_A_DAY" envDefault:"100"`
	LinkBytes int64 `env:"LINK_BYTES_A_DAY" envDefault:"5368709120"`
	// ReadTime bounds the reading of one document.
	ReadTime time.Duration `env:"READ_TIME" envDefault:"60s"`
	// AttemptTime is how long one call may take; see intake.Options.
	AttemptTime time.Duration `env:"ATTEMPT_TIME" envDefault:"150s"`
	// MaxDeaths is how many calls a document may end before it is set aside unread.
	MaxDeaths int `env:"MAX_DEATHS" envDefault:"2"`
	// OCR reads scans: none, textract, tesseract, or auto, which is tesseract where it is installed.
	OCR string `env:"OCR" envDefault:"none"`
	// Tesseract is the program's name or path.
	Tesseract string `env:"TESSERACT" envDefault:"tesseract"`
	// MaxScans bounds the pages of a document that are read by OCR.
	MaxScans int `env:"MAX_SCANS" envDefault:"30"`
	// ScanTime bounds the reading of one such page; a page that takes longer is left unread.
	ScanTime time.Duration `env:"SCAN_TIME" envDefault:"20s"`
	// LargeReader is the language model that reads papers beside the small readers: none, bedrock, or chat, which is a
	// server of the organisation's own.
	LargeReader string `env:"LARGE_READER" envDefault:"none"`
	// LargeReaderModel is its id, inference profile or name.
	LargeReaderModel string `env:"LARGE_READER_MODEL"`
	// LargeReaderRegion is where Bedrock reads papers; empty is the function's own region.
	LargeReaderRegion string `env:"LARGE_READER_REGION"`
	// LargeReaderURL is the address of the server's chat API, such as https://models.example/v1.
	LargeReaderURL string `env:"LARGE_READER_URL"`
	// LargeReaderKey is the server's key, LargeReaderKeySecret the Secrets Manager secret that holds it instead. Both may
	// be empty.
	LargeReaderKey       string `env:"LARGE_READER_KEY"`
	LargeReaderKeySecret string `env:"LARGE_READER_KEY_SECRET"`
	// Quarantine are the findings for which a document is set aside.
	Quarantine []meeting.FindingCode `env:"QUARANTINE" envDefault:"macros,executable"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}
