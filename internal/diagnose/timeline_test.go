package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// The timeline has everything on one axis, folds what repeats, tells a change from here once, and names no person.
func TestATimelineOfAnIncident(t *testing.T) {
	f := recorded(down(api.GRE, "Idle", overTCP), fell(fellAgo), notification(3*time.Minute, api.FromCloudflare, 2, 2, ""),
		notification(2*time.Minute, api.FromCloudflare, 2, 2, ""), notification(time.Minute, api.FromCloudflare, 2, 2, ""),
		changed(fellAgo+time.Minute, "id-x", ci, "bgp"), changed(30*time.Minute, "id-x", kim, "description"),
		changed(time.Minute, "id-y", kim, "mtu"))
	f.Changes = []diagnose.Change{{At: night.Add(-30 * time.Minute), ID: "id-x", What: "update of description"}}
	f.Events = []store.Event{{At: night.Add(-fellAgo + 20*time.Second), Kind: store.SessionChanged, ObjectID: "id-x", From: store.Up,
		To: store.Down},
		{At: night, Kind: store.SessionChanged, ObjectID: "id-z", From: store.Up, To: store.Down}}
	all := diagnose.New(f).Timeline(diagnose.EventWords, diagnose.Subject{Kind: store.GRETunnels, ID: "id-x", Name: "x"})
	text := diagnose.TimelineText(all, false)
	at := -1
	for _, part := range []string{"x  from here: update of description", `x  change: changed by API token "ci" (bgp)`,
		"x  Cloudflare: session Established to Idle",
		"x  seen: session Up to Down", "x  Cloudflare: Cloudflare sent NOTIFICATION 2/2 Bad Peer AS (3 times, last "} {
		next := strings.Index(text, part)
		if next <= at {
			t.Errorf("%q is missing or in the wrong place:\n%s", part, text)
		}
		at = next
	}
	if strings.Count(text, "\n") != 6 || strings.Contains(text, "@") || strings.Contains(text, "192.0.2.77") {
		t.Errorf("\n%s", text)
	}
}

// What the record would add is one sentence, with the permission group or the dataset; nothing is said when nothing is missing.
func TestWhatTheRecordWouldAdd(t *testing.T) {
	for name, test := range map[string]struct {
		answer store.RecordAnswer
		kind   api.TunnelKind
		says   string
	}{
		"all there":     {store.RecordAnswer{AskedBGP: true}, api.GRE, ""},
		"no permission": {store.RecordAnswer{DatasetsErr: &api.Error{Kind: api.PermissionMissing}}, api.GRE, "permission group Logs Read"},
		"no product":    {store.RecordAnswer{DatasetsErr: &api.Error{Kind: api.NotFound}}, api.GRE, "no Log Explorer"},
		"one dataset": {store.RecordAnswer{Missing: []api.Dataset{api.BGPLogs, api.IPsecLogs}}, api.GRE,
			"The dataset magic_bgp_logs is not enabled"},
		"both": {store.RecordAnswer{Missing: []api.Dataset{api.BGPLogs, api.IPsecLogs}}, api.IPsec,
			"magic_bgp_logs and ipsec_logs are not"},
		"not of this kind":     {store.RecordAnswer{Missing: []api.Dataset{api.IPsecLogs}}, api.GRE, ""},
		"it could not be read": {store.RecordAnswer{BGPErr: &api.Error{Kind: api.ServerTrouble}}, api.GRE, "could not be read"},
	} {
		got := diagnose.RecordGap(test.answer, test.kind)
		if test.says == "" && got != "" || !strings.Contains(got, test.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
	prefixes, _ := diagnose.Announced(store.RecordAnswer{BGP: []api.BGPEvent{{Kind: api.UpdateMessage, Direction: api.ToCloudflare}}})
	if len(prefixes) != 0 {
		t.Errorf("%v", prefixes)
	}
}

// The timeline of a prefix has its own withdrawal, also when nobody watched it, and nothing of another prefix.
func TestTheTimelineOfAPrefix(t *testing.T) {
	const net = "198.51.100.0/24"
	n := networkOf().own(net, "Magic Transit", net).own("203.0.113.0/24", "Magic Transit", "203.0.113.0/24")
	for i := range n.facts.Prefixes.Rows {
		b := &n.facts.Prefixes.Rows[i].BGP.Rows[0]
		b.ID, b.OnDemand.AdvertisedModifiedAt = b.CIDR, api.Time{Time: night.Add(-43 * time.Minute)}
	}
	about := diagnose.Subject{Kind: store.Prefixes, ID: "p-" + net, Name: net}
	text := func() string {
		return diagnose.TimelineText(diagnose.New(n.facts).Timeline(diagnose.EventWords, about), false)
	}
	if got := text(); !strings.Contains(got, net+"  API: "+net+" was withdrawn") || strings.Contains(got, "203.0.113.0/24") {
		t.Errorf("\n%s", got)
	}
	n.facts.Events = []store.Event{{At: night.Add(-42 * time.Minute), Kind: store.PrefixWithdrawn, ObjectID: net, Name: net}}
	if got := text(); strings.Contains(got, "API:") {
		t.Errorf("it is told twice:\n%s", got)
	}
}
