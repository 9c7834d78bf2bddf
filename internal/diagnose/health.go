package diagnose

// Health is how Cloudflare's probes find a tunnel, as the dashboard words it.
type Health string

// The healths. HealthUnknown is said when there is no sample: nothing measured is not healthy.
const (
	HealthUnknown Health = ""
	Healthy       Health = "healthy"
	Degraded      Health = "degraded"
	HealthDown    Health = "down"
)

// Where the dashboard changes its colour: over 80 % is healthy, 40 to 80 % degraded, below 40 % down
// (Cloudflare, "Check tunnel health in the dashboard").
const (
	healthyAbove = 0.8
	downBelow    = 0.4
)

// HealthOf reads an average of the analytics' tunnelState (0 down, 0.5 degraded, 1 healthy) over all
// of Cloudflare's locations and some minutes. It says how large a share of the locations finds the
// tunnel in order; it is no packet loss. A tunnel whose health checks are off shows as down in the
// analytics: the caller must not ask for it. nil gives HealthUnknown.
func HealthOf(average *float64) Health {
	switch {
	case average == nil:
		return HealthUnknown
	case *average > healthyAbove:
		return Healthy
	case *average < downBelow:
		return HealthDown
	}
	return Degraded
}
