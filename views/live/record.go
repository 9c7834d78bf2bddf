package live

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// recordMsg says that a question about Cloudflare's log is in the schedule.
type recordMsg struct{}

// QueryLog has Cloudflare's log asked about a tunnel that has fallen, and about what belongs to the same incident, once. Pages run it as
// long as they are open.
func (f *Feed) QueryLog(t store.Tunnel) tea.Cmd {
	if !t.Fallen() || f.store.Recording(t.ID) {
		return nil
	}
	if r, asked := f.Last().Records[t.ID]; asked && !r.Empty() {
		return nil
	}
	account := f.Diagnosis()
	return func() tea.Msg {
		members := []store.RecordObject{store.RecordOf(t, account.Broke(t.ID))}
		i, there := incidentOf(account.Incidents(), t.ID)
		if there && !f.store.Recorded(t.ID) {
			others := slices.DeleteFunc(account.RecordObjects(i), func(o store.RecordObject) bool { return o.ID == t.ID })
			members = append(members, others...)
		}
		if f.store.AskRecord(true, members...) {
			return recordMsg{}
		}
		return nil
	}
}

// LookUpIncident is LookUp for the page of an incident; for one of prefixes it asks what came in.
func (f *Feed) LookUpIncident(i diagnose.Incident) tea.Cmd {
	account := f.Diagnosis()
	if slices.ContainsFunc(i.Members, func(m diagnose.Subject) bool { return m.Kind == store.Prefixes }) {
		return f.QueryArrivals()
	}
	return func() tea.Msg {
		if members := account.RecordObjects(i); len(members) > 0 && f.store.AskRecord(true, members...) {
			return recordMsg{}
		}
		return nil
	}
}

// QueryArrivals has what came in for the prefixes asked, for a page that shows it. Pages run it as long as they are open.
func (f *Feed) QueryArrivals() tea.Cmd {
	if !f.store.AskFlows() {
		return nil
	}
	return func() tea.Msg { return recordMsg{} }
}

// LookingAtArrivals reports whether an answer about what came in is awaited.
func (f *Feed) LookingAtArrivals() bool { return f.store.AskingFlows() }

// LookingUp reports whether Cloudflare's log is being asked about an object.
func (f *Feed) LookingUp(id string) bool { return f.store.Recording(id) }

func incidentOf(all []diagnose.Incident, id string) (diagnose.Incident, bool) {
	i := slices.IndexFunc(all, func(i diagnose.Incident) bool {
		return slices.ContainsFunc(i.Members, func(m diagnose.Subject) bool { return m.ID == id })
	})
	if i < 0 {
		return diagnose.Incident{}, false
	}
	return all[i], true
}

// standing is what of a tunnel was known to work. Health that is not known yet is no health that fell.
type standing struct{ session, probes bool }

// askLogAboutFailures has the record asked about what was seen to fall since the last look, once it has settled. What flaps is no incident
// of its own each time, and what was down at the first look waits for somebody who opens its page.
func (f *Feed) askLogAboutFailures() {
	last := f.Last()
	if !last.GRE.Known() && !last.IPsec.Known() {
		return
	}
	before := f.stood
	f.stood = make(map[string]standing, len(last.Tunnels))
	var objects []store.RecordObject
	for _, t := range last.Tunnels {
		health := t.ProbedHealth()
		now := standing{session: t.State != store.Down && t.State != store.Establishing,
			probes: health == store.Healthy || health == store.Degraded}
		f.stood[t.ID] = now
		broke := before[t.ID].session && !now.session || before[t.ID].probes && health == store.HealthDown
		if broke && !t.Track.Flapping {
			objects = append(objects, store.RecordOf(t, last.Fetched()))
		}
	}
	if len(objects) > 0 {
		f.store.AskRecord(false, objects...)
	}
}
