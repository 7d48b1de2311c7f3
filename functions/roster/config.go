package roster

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
	// Staff hears of a broken roster that does not say who its secretariat is.
	Staff string `env:"STAFF_ADDRESS,required,notEmpty"`
	// IntakeQueue is the URL of the queue that takes documents in review to be looked at again.
	IntakeQueue string `env:"INTAKE_QUEUE_URL,required,notEmpty"`
}
