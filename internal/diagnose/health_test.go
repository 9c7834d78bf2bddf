package diagnose_test

import (
	"testing"

	"flarewire/internal/diagnose"
)

// The limits are the dashboard's, so that both tell the same story.
func TestHealthHasTheDashboardsLimits(t *testing.T) {
	for average, want := range map[float64]diagnose.Health{
		1: diagnose.Healthy, 0.801: diagnose.Healthy, 0.8: diagnose.Degraded, 0.5: diagnose.Degraded, 0.4: diagnose.Degraded,
		0.399: diagnose.HealthDown, 0: diagnose.HealthDown,
	} {
		if got := diagnose.HealthOf(&average); got != want {
			t.Errorf("an average of %v is %q, want %q", average, got, want)
		}
	}
	if got := diagnose.HealthOf(nil); got != diagnose.HealthUnknown {
		t.Errorf("nothing measured is %q", got)
	}
}
