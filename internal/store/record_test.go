package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// withRecord gives the account a record with these datasets.
func (c *cloud) withRecord(datasets ...api.Dataset) store.Fetchers {
	f := c.fetchers()
	f.Datasets = func(context.Context) ([]api.Dataset, error) { return datasets, c.ask("record datasets") }
	f.Audit = func(context.Context, time.Time, time.Time) ([]api.AuditEntry, bool, error) {
		return []api.AuditEntry{{ID: "1", At: c.now()}}, false, c.ask("record audit")
	}
	f.Logs = func(_ context.Context, l api.Log) (api.LogRows, error) {
		err := c.ask("record " + strings.Fields(l.SQL()[strings.Index(l.SQL(), "FROM "):])[1])
		return api.LogRows{}, err
	}
	return f
}

func (c *cloud) recordCount() int {
	n := 0
	for _, what := range []string{"record datasets", "record audit", "record magic_bgp_logs", "record ipsec_logs"} {
		n += c.count(what)
	}
	return n
}

func recordObject(n int, fell time.Time) store.RecordObject {
	return store.RecordObject{Kind: store.IPsecTunnels, ID: fmt.Sprintf("%032x", n), Cloudflare: "192.0.2.1",
		Customer: fmt.Sprintf("198.51.100.%d", n),
		Fell:     fell, Session: true}
}

// What falls is asked about once, a while later and with all that fell at that moment; nothing else is ever asked, and never in a rhythm.
func TestTheRecordIsAskedOnceForAnIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now, tunnels: 4}
		s := store.New(c, time.Now, 0)
		s.Use(c.withRecord(api.BGPLogs, api.IPsecLogs))
		s.ReadAlways(store.Overview()...)
		drive(t, s, 10*time.Minute)
		if n := c.recordCount(); n != 0 {
			t.Fatalf("%d requests without an incident", n)
		}
		for i := range 3 {
			s.AskRecord(false, recordObject(i, time.Now()))
			drive(t, s, 10*time.Second)
		}
		if n := c.recordCount(); n != 0 {
			t.Errorf("%d requests before the incident has settled", n)
		}
		drive(t, s, time.Hour)
		if n := c.recordCount(); n > store.RecordRequests || n == 0 || c.count("record datasets") != 1 || len(s.Last().Records) != 3 {
			t.Errorf("%d requests for one incident, %d answers", n, len(s.Last().Records))
		}
		for range 20 { // pages of its members are opened, again and again
			s.AskRecord(true, recordObject(1, time.Now().Add(-time.Hour)))
			s.AskRecord(false, recordObject(2, time.Now()))
			drive(t, s, 20*time.Second)
		}
		if n := c.recordCount(); n > 2*store.RecordRequests { // object 2 fell once more, an hour later: another incident
			t.Errorf("%d requests", n)
		}
		if c.count("record datasets") != 1 {
			t.Error("the datasets were asked twice")
		}
	})
}

// Somebody opens the page of a fallen session: it is asked at once, as what a person waits for, and once more when it brought nothing yet.
func TestAPageOfAFallenSessionAsksAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now}
		s := store.New(c, time.Now, 0)
		s.Use(c.withRecord(api.BGPLogs))
		o := recordObject(1, time.Time{})
		if !s.AskRecord(true, o) || !s.Recording(o.ID) || !s.Recorded(o.ID) {
			t.Fatal("it is not asked")
		}
		jobs := s.Due()
		if len(jobs) != 1 || jobs[0].Class != api.ClassPage {
			t.Fatalf("%+v", jobs)
		}
		s.Do(t.Context(), jobs[0])
		a := s.Last().Records[o.ID]
		if c.recordCount() != 3 || !a.AskedAudit || !a.AskedBGP || a.AskedIKE || len(a.Missing) != 1 || s.Recording(o.ID) {
			t.Errorf("%d requests, %+v", c.recordCount(), a)
		}
		if got := a.To.Sub(a.From); got < 24*time.Hour || got > 26*time.Hour {
			t.Errorf("asked about %s", got)
		}
		time.Sleep(5 * time.Minute)
		if s.AskRecord(true, o) {
			t.Error("three requests were spent, and it is asked again")
		}
		other := recordObject(2, time.Now()) // for this one the datasets are known: one request is left
		s.ReadRecord(t.Context(), other)
		if s.AskRecord(true, other) {
			t.Error("asked again at once")
		}
		time.Sleep(2 * time.Minute)
		before := c.recordCount()
		if s.ReadRecord(t.Context(), other); c.recordCount() != before+1 || c.count("record audit") != 2 ||
			!s.Last().Records[other.ID].AskedAudit {
			t.Errorf("%d more requests", c.recordCount()-before)
		}
		time.Sleep(2 * time.Minute)
		if s.AskRecord(true, other) {
			t.Error("a fourth request")
		}
	})
}

// Whatever the record answers, everything else stays as it is, the reason is kept, and nobody asks again for what is refused.
func TestARecordThatCannotBeRead(t *testing.T) {
	for name, fail := range map[string]error{
		"refused":   &api.Error{Kind: api.PermissionMissing, Status: 403},
		"trouble":   &api.Error{Kind: api.ServerTrouble, Status: 503},
		"odd":       errors.New("odd"),
		"our share": &api.Error{Kind: api.RateLimited, OwnLimit: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &cloud{now: time.Now, tunnels: 4}
				s := store.New(c, time.Now, 0)
				s.Use(c.withRecord(api.BGPLogs))
				s.Read(t.Context(), store.TargetsOf(store.Overview()...)...)
				before := *s.Last()
				c.failWith(func(what string) error {
					if strings.HasPrefix(what, "record") {
						return fail
					}
					return nil
				})
				o := recordObject(1, time.Now())
				after := s.ReadRecord(t.Context(), o)
				a := after.Records[o.ID]
				if a.DatasetsErr == nil || a.AuditErr == nil || !a.Empty() {
					t.Errorf("%+v", a)
				}
				if len(after.Tunnels) != len(before.Tunnels) || after.Err() != nil || len(after.Events) != len(before.Events) {
					t.Error("something else has changed")
				}
				time.Sleep(time.Hour)
				s.ReadRecord(t.Context(), recordObject(2, time.Now()))
				if n := c.count("record datasets"); name == "refused" && n != 1 {
					t.Errorf("the datasets were asked %d times", n)
				}
			})
		})
	}
}

// The list of datasets came back broken: what is left of the requests of the incident goes to the logs themselves.
func TestALostListOfDatasetsDoesNotLoseTheLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{now: time.Now}
		s := store.New(c, time.Now, 0)
		s.Use(c.withRecord(api.BGPLogs))
		c.failWith(func(what string) error {
			if what == "record datasets" {
				return &api.Error{Kind: api.ServerTrouble, Status: 503}
			}
			return nil
		})
		o := recordObject(1, time.Now())
		if a := s.ReadRecord(t.Context(), o).Records[o.ID]; a.DatasetsErr == nil || a.AskedBGP || !a.AskedAudit {
			t.Fatalf("%+v", a)
		}
		time.Sleep(2 * time.Minute)
		if a := s.ReadRecord(t.Context(), o).Records[o.ID]; !a.AskedBGP || a.BGPErr != nil || c.recordCount() != store.RecordRequests {
			t.Errorf("%d requests, %+v", c.recordCount(), a)
		}
		time.Sleep(2 * time.Minute)
		if s.ReadRecord(t.Context(), o); c.recordCount() != store.RecordRequests {
			t.Errorf("%d requests for one incident", c.recordCount())
		}
	})
}
