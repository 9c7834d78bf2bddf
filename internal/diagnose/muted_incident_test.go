package diagnose_test

import (
	"testing"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/internal/store"
)

// An incident of several that is muted stays muted until it gets worse, gets more members, begins anew, or the time is over; each of its
// members says so on its page.
func TestAMuteOfAnIncidentOfSeveral(t *testing.T) {
	t.Parallel()
	const ago = 2 * time.Hour
	broken := func(n int, past time.Duration) diagnose.Facts {
		list := fleet(24)
		for i := range n {
			router("198.51.100.7")(&list[i])
			fall(&list[i], past)
		}
		return an(list...)
	}
	together := func(f diagnose.Facts) diagnose.Incident {
		t.Helper()
		for _, i := range diagnose.New(f).Incidents() {
			if i.Several() {
				return i
			}
		}
		t.Fatal("no incident of several")
		return diagnose.Incident{}
	}
	mutedAt := night.Add(-time.Hour)
	was := together(broken(4, ago))
	m := was.Mute("router swap", mutedAt, night.Add(time.Hour))
	milder := m
	milder.Severity = int(was.Severity) - 1
	over := m
	over.Until = night.Add(-time.Minute)
	for name, c := range map[string]struct {
		now   diagnose.Facts
		mute  mute.Mute
		muted bool
	}{
		"the same":          {broken(4, ago), m, true},
		"fewer members":     {broken(3, ago), m, true},
		"more members":      {broken(5, ago), m, false},
		"worse than it was": {broken(4, ago), milder, false},
		"it began anew":     {broken(4, time.Minute), m, false},
		"the time is over":  {broken(4, ago), over, false},
		"another one is muted": {broken(4, ago), mute.Mute{Resource: m.Resource, Object: "incident/x", Cause: m.Cause, Members: 9, At: mutedAt,
			Until: m.Until}, false},
		"only a member's alone": {broken(4, ago), mute.Mute{Resource: "gre_tunnels", Object: "x", Cause: "tunnel-down", At: mutedAt,
			Until: m.Until}, false},
	} {
		c.now.Mutes = []mute.Mute{c.mute}
		i := together(c.now)
		if i.IsMuted() != c.muted {
			t.Errorf("%s: muted %v, want %v: %q", name, i.IsMuted(), c.muted, i.Title)
		}
		member := i.Members[0]
		if of := diagnose.New(c.now).MutesOf(member.Kind, member.ID); (len(of) == 1) != c.muted {
			t.Errorf("%s: its member says %v", name, of)
		}
		if of := diagnose.New(c.now).MutesOf(store.GRETunnels, "nobody"); len(of) != 0 {
			t.Errorf("%s: something else is muted: %v", name, of)
		}
	}
}
