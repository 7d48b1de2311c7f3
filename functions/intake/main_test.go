package intake_test

import (
	"testing"

	"dossier/internal/e2e"
)

func TestMain(m *testing.M) { e2e.Main(m) }
