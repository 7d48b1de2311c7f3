package feedback

// Config is read from the environment.
type Config struct {
	Table string `env:"TABLE,required,notEmpty"`
	// Namespace is where CloudWatch keeps the function's metrics.
	Namespace string `env:"METRICS_NAMESPACE" envDefault:"Dossier"`
}
