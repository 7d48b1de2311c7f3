package erase

// Config is read from the environment.
type Config struct {
	Bucket string `env:"BUCKET,required,notEmpty"`
	Table  string `env:"TABLE,required,notEmpty"`
}
