package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// fleet are tunnels that are well: two thirds GRE, each at a router and an endpoint of its own, until they are changed.
func fleet(n int) []store.Tunnel {
	list := make([]store.Tunnel, n)
	for i := range list {
		kind := api.GRE
		if i%3 == 2 {
			kind = api.IPsec
		}
		list[i] = made(fmt.Sprintf("t-%04d", i), kind, fmt.Sprintf("10.%d.%d.%d/31", 40+i/32768, i/128%256, i%128*2),
			router(fmt.Sprintf("192.0.%d.%d", i/250, i%250+1)), asn(65100))
		list[i].CloudflareEndpoint = fmt.Sprintf("162.159.%d.%d", 60+i%4, i%4+1)
	}
	return list
}

// fall makes a tunnel fail so long ago; by its health check when it has no session.
func fall(t *store.Tunnel, past time.Duration) {
	session("Active", api.BGPDown)(t)
	health(0)(t)
	upUntil(90*24*time.Hour, past)(t)
	t.Health.Since = night.Add(-past)
}

// What many failures of one moment have in common is one incident with both counts; what the working share, too, is not named.
func TestWhatFailedTogetherIsOneIncident(t *testing.T) {
	const ago = 20 * time.Second
	at := func(list []store.Tunnel, f func(int) bool, change func(*store.Tunnel)) []store.Tunnel {
		for i := range list {
			if f(i) {
				change(&list[i])
			}
		}
		return list
	}
	first := func(n int) func(int) bool { return func(i int) bool { return i < n } }
	down := func(x *store.Tunnel) { fall(x, ago) }
	for name, c := range map[string]struct {
		tunnels []store.Tunnel
		cause   diagnose.Cause // "": no group
		says    string
		counts  string
		groups  int
	}{
		"22 of 24 at one router": {at(fleet(24), first(22), func(x *store.Tunnel) { router("198.51.100.7")(x); down(x) }),
			diagnose.SameCustomerEndpoint, "22 of 24 tunnels down since " + night.Add(-ago).Format("15:04:05") + " UTC: all at router 198.51.100.7",
			"22 of 22 failed, 2 of 2 working end elsewhere", 1},
		"both of one router": {at(fleet(9), first(2), func(x *store.Tunnel) { router("198.51.100.9")(x); down(x) }),
			diagnose.SameCustomerEndpoint, "2 of 9 tunnels", "2 of 2 failed, 7 of 7 working end elsewhere", 1},
		"one Cloudflare endpoint": {at(fleet(40), func(i int) bool { return i%4 == 1 }, down), diagnose.SameCloudflareEndpoint,
			"10 of 40", "10 of 10 failed, 30 of 30 working end elsewhere", 1},
		"all IPsec": {at(fleet(30), func(i int) bool { return i%3 == 2 }, down), diagnose.SameKind, "all IPsec",
			"10 of 10 failed, 20 of 20 working are not", 1},
		"1,000 of 1,000": {at(fleet(1000), first(1000), down), diagnose.WholeAccount, "1000 of 1000", "none works", 1},
		"22 of 24, all 24 share it": {at(at(fleet(24), first(24), router("198.51.100.7")), first(22), down), diagnose.SameMoment,
			"nothing in common", "", 1},
		"two unrelated in a minute": {at(fleet(12), func(i int) bool { return i == 3 || i == 4 }, down), "", "", "", 0},
		"one of each router": {at(at(fleet(12), func(i int) bool { return i < 4 }, router("198.51.100.7")),
			func(i int) bool { return i == 0 || i == 5 }, down), "", "", "", 0},
		"two routers in a minute": {at(at(at(fleet(12), first(3), router("198.51.100.7")), func(i int) bool { return i > 9 },
			router("198.51.100.8")), func(i int) bool { return i < 3 || i > 9 }, down), diagnose.SameCustomerEndpoint, "", "", 2},
		"two moments": {at(at(fleet(12), first(3), func(x *store.Tunnel) { down(x) }), func(i int) bool { return i == 5 },
			func(x *store.Tunnel) { fall(x, time.Hour) }), "", "", "", 0},
		"the moment is not known": {at(fleet(12), first(4), func(x *store.Tunnel) {
			router("198.51.100.7")(x)
			session("Active", api.BGPDown)(x)
		}), diagnose.SameCustomerEndpoint, "4 of 12 tunnels down: all at router", "4 of 4 failed, 8 of 8", 1},
	} {
		t.Run(name, func(t *testing.T) {
			facts := an(c.tunnels...)
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(facts.Tunnels), func(i, j int) {
				facts.Tunnels[i], facts.Tunnels[j] = facts.Tunnels[j], facts.Tunnels[i]
			})
			all := diagnose.New(facts).Incidents()
			several := slices.DeleteFunc(slices.Clone(all), func(i diagnose.Incident) bool { return !i.Several() })
			if len(several) != c.groups {
				t.Fatalf("%d groups, want %d: %+v", len(several), c.groups, titles(all))
			}
			for _, i := range several {
				if i.Cause != c.cause || !strings.Contains(i.Title, c.says) || !strings.Contains(fmt.Sprint(i.Evidence), c.counts) {
					t.Errorf("%s: %q %v", i.Cause, i.Title, i.Evidence)
				}
				if i.Severity != diagnose.Outage {
					t.Errorf("severity %s", i.Severity)
				}
			}
			if c.groups > 0 && !all[0].Several() {
				t.Errorf("another one is first: %v", titles(all))
			}
		})
	}
}

// Of properties that explain a failure equally well all are named.
func TestTiesAreAllNamed(t *testing.T) {
	list := fleet(10)
	for i := range 3 {
		router("198.51.100.7")(&list[i])
		list[i].CloudflareEndpoint = "162.159.99.9"
		fall(&list[i], time.Minute)
	}
	for _, i := range diagnose.New(an(list...)).Incidents() {
		if i.Several() && (len(i.Common) != 2 || !strings.Contains(i.Title, "198.51.100.7") || !strings.Contains(i.Title, "162.159.99.9")) {
			t.Errorf("%q %+v", i.Title, i.Common)
		}
	}
}

// While one list of tunnels is not known, nothing is said about all of a kind or of the account.
func TestAnUnreadListIsNoWholeAccount(t *testing.T) {
	list := fleet(12)
	for i := range list {
		fall(&list[i], time.Minute)
	}
	facts := an(list...)
	facts.IPsec = store.Entry{}
	for _, i := range diagnose.New(facts).Incidents() {
		if slices.ContainsFunc(i.Common, func(c diagnose.Common) bool {
			return c.Property == diagnose.WholeAccount || c.Property == diagnose.SameKind
		}) {
			t.Errorf("%q", i.Title)
		}
	}
}

// A thousand tunnels that failed at a thousand moments cost no walk through all others for each: incidents are little work beside the
// findings. It is measured in pieces of memory, which a busy machine does not change.
func TestIncidentsOfAThousandMomentsAreLittleWork(t *testing.T) {
	list := fleet(10000)
	for i := range list {
		if i%10 == 0 {
			fall(&list[i], time.Duration(i)*time.Minute)
		}
	}
	for i := range list { // and as many have one trouble, two at each of a thousand routers
		if i%10 == 3 || i%10 == 4 {
			router(fmt.Sprintf("203.0.%d.%d", i/2500, i/10%250))(&list[i])
			health(0.6)(&list[i])
		}
	}
	facts := an(list...)
	alone := testing.AllocsPerRun(1, func() { diagnose.New(facts).All() })
	if all := testing.AllocsPerRun(1, func() { diagnose.New(facts).Incidents() }); all > 2*alone {
		t.Errorf("incidents take %.0f pieces of memory, the findings %.0f", all, alone)
	}
}

// What began last stands before what has been so for days, among equals.
func TestIncidentsByImpactThenRecencyThenName(t *testing.T) {
	list := fleet(12)
	fall(&list[2], 3*24*time.Hour)
	fall(&list[7], 5*time.Minute)
	fall(&list[4], time.Hour)
	fall(&list[11], 30*time.Hour) // two at one moment, which are too few to be one incident without anything in common
	fall(&list[9], 30*time.Hour)
	health(0.6)(&list[1]) // less bad, and newer than all
	list[1].Health.Since = night.Add(-time.Minute)
	var names []string
	for _, i := range diagnose.New(an(list...)).Incidents() {
		names = append(names, i.Members[0].Name)
	}
	if want := []string{"t-0007", "t-0004", "t-0009", "t-0011", "t-0002", "t-0001"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

// Whatever is counted as not up has a finding above a remark, and stands in exactly one incident, in any account.
func TestWhatIsNotUpHasAFinding(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 16))
		list := fleet(1 + r.IntN(14))
		notUp := map[string]bool{}
		for i := range list {
			scramble(r, &list[i])
			checked := list[i].HealthCheck == nil || list[i].HealthCheck.Enabled == nil || *list[i].HealthCheck.Enabled
			s := list[i].State
			notUp[list[i].ID] = s == store.Down || s == store.Establishing || s == store.Unknown || checked &&
				list[i].Health.State == store.HealthDown
		}
		account := diagnose.New(an(list...))
		times := map[string]int{}
		for _, i := range account.Incidents() {
			for _, m := range i.Members {
				times[m.ID]++
			}
		}
		for id, bad := range notUp {
			above := slices.ContainsFunc(account.Tunnel(id), func(f diagnose.Finding) bool {
				return f.Likelihood > diagnose.Remark && f.Impact > diagnose.NoImpact
			})
			if bad && (!above || times[id] != 1) {
				t.Errorf("seed %d: %s: finding %v, in %d incidents", seed, id, above, times[id])
			}
		}
	}
}

// Health checks that are off end no session: the headline of a session that is down is why it is down.
func TestChecksThatAreOffDoNotStandBeforeASessionThatIsDown(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 17))
		list := fleet(1)
		scramble(r, &list[0])
		if list[0].HealthCheck == nil {
			list[0].HealthCheck = &api.HealthCheck{}
		}
		checksOff(&list[0])
		for _, i := range diagnose.New(an(list...)).Incidents() {
			if s := list[0].State; i.Cause == diagnose.HealthCheckOff && (s == store.Down || s == store.Establishing) {
				t.Errorf("seed %d, %s: %s", seed, s, i.Title)
			}
		}
	}
}

// scramble gives a tunnel any state, health, check and history.
func scramble(r *rand.Rand, x *store.Tunnel) {
	pick := func(changes ...is) { changes[r.IntN(len(changes))](x) }
	nothing := func(*store.Tunnel) {}
	pick(noBGP, noStatus, session("Established", api.BGPUp), session("Idle", api.BGPDown), session("Active", api.BGPDown),
		session("Connect", api.BGPEstablishing), session("OpenSent", api.BGPEstablishing), session("OpenConfirm", api.BGPEstablishing),
		session("", "BGP_NEW_WORD"))
	pick(health(0), health(0.5), health(1), func(t *store.Tunnel) { t.Health = store.MeasuredHealth{} })
	pick(reply, nothing, checksOff, func(t *store.Tunnel) { t.HealthCheck = nil })
	pick(nothing, created(10*time.Second), created(time.Hour), modified(time.Minute))
	pick(nothing, upUntil(time.Hour, time.Minute), wellUntil(time.Hour, time.Minute))
	if x.BGPStatus != nil {
		pick(nothing, reported(30*time.Hour))
	}
	if x.Kind == api.IPsec {
		pick(nothing, keyless, keyed(time.Minute))
	}
	pick(nothing, router("198.51.100.7"))
}

func titles(list []diagnose.Incident) []string {
	var out []string
	for _, i := range list {
		out = append(out, i.Title+" ("+i.Members[0].Name+")")
	}
	return out
}

// All sessions fail at once. Tunnels without BGP, whose health was measured before, do not count as working: nobody knows.
func TestWhatWasMeasuredBeforeDoesNotSpeakAgainstAnOutage(t *testing.T) {
	const ago = 20 * time.Second
	for name, c := range map[string]struct {
		measured time.Duration // ago
		counts   string
	}{"before": {50 * time.Second, ", none works"}, "after": {5 * time.Second, "no group"}} {
		t.Run(name, func(t *testing.T) {
			list := fleet(100)
			for i := range list {
				list[i].CloudflareEndpoint = "162.159.60.1"
				if i%10 == 0 {
					list[i].BGP, list[i].BGPStatus, list[i].State = nil, nil, store.NoBGP
					continue
				}
				fall(&list[i], ago)
			}
			f := an(list...)
			f.Measured.Fetched = f.Now.Add(-c.measured)
			said := "no group"
			for _, i := range diagnose.New(f).Incidents() {
				if i.Cause == diagnose.SameCloudflareEndpoint {
					said = i.Common[0].Counts()
				}
			}
			if !strings.HasSuffix(said, c.counts) {
				t.Errorf("says %q, want %q", said, c.counts)
			}
		})
	}
}

// The same moment is a minute, or two rounds of reading where these take longer.
func TestFailuresOfOneMomentAreOneIncident(t *testing.T) {
	for name, c := range map[string]struct {
		apart, every time.Duration // the two failures, and the rounds of reading
		one          bool
	}{
		"59 seconds apart":                     {59 * time.Second, 30 * time.Second, true},
		"within two rounds of two minutes":     {4 * time.Minute, 2 * time.Minute, true},
		"far beyond a minute":                  {5 * time.Minute, 30 * time.Second, false},
		"far beyond two rounds of two minutes": {11 * time.Minute, 2 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			list := fleet(12)
			for i := range 2 {
				router("198.51.100.7")(&list[i])
				fall(&list[i], time.Hour+time.Duration(i)*c.apart)
			}
			facts := an(list...)
			facts.GRE.Every, facts.IPsec.Every = c.every, c.every
			incidents := diagnose.New(facts).Incidents()
			if one := slices.ContainsFunc(incidents, diagnose.Incident.Several); one != c.one {
				t.Errorf("one incident: %v, want %v: %v", one, c.one, titles(incidents))
			}
		})
	}
}
