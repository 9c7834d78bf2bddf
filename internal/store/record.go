package store

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
)

// Cloudflare's own log of what happened costs requests and is asked on demand only: once for each incident, when a session falls or
// somebody opens the page of one, never in a rhythm. It goes through the one schedule like everything else, as a detail of its own kind.

// recordKind is the kind of the detail that a question about the record is; Target.Object is its number. It is in no table: no page lists
// it.
const recordKind Kind = "record"

const (
	// RecordRequests is how many requests a question costs at the most.
	RecordRequests = 3
	// RecordBefore is how far before a fall the record is asked about: what changed just before.
	RecordBefore = time.Hour
	// recordUnseen is how far back it is asked where the fall was not seen.
	recordUnseen = 24 * time.Hour
	// recordSettles is how long to wait after a fall before it is asked by itself: what falls at the same time belongs to the same question,
	// and a record is written a while later.
	recordSettles = 45 * time.Second
	// recordPause is how long no question is asked by itself after one. With it an account that is never quiet makes no rhythm.
	recordPause = 10 * time.Minute
	// recordAgain is from when somebody may ask once more about what the record did not have yet.
	recordAgain = time.Minute
	// recordNew is how long after a question a fall of the same object is another incident.
	recordNew = 30 * time.Minute
	// recordPatience bounds a question: what comes later than that nobody waits for.
	recordPatience = 20 * time.Second
	// recordMost is about how many objects one question is.
	recordMost = 60
)

// RecordObject is an object that the record is asked about.
type RecordObject struct {
	Kind       Kind
	ID         string
	Cloudflare string // outer addresses of an IPsec tunnel: the record of IKE has no ids
	Customer   string
	Fell       time.Time // zero: not seen
	Session    bool      // its BGP session is what fell
	Probes     bool      // its probes fail
}

// RecordOf is a tunnel as an object of the record.
func RecordOf(t Tunnel, fell time.Time) RecordObject {
	return RecordObject{Kind: Tunnels(t.Kind), ID: t.ID, Cloudflare: t.CloudflareEndpoint, Customer: t.CustomerEndpoint, Fell: fell,
		Session: t.State == Down || t.State == Establishing, Probes: t.ProbedHealth() == HealthDown}
}

// Fallen reports whether the tunnel has a session that is not up, or probes that fail.
func (t *Tunnel) Fallen() bool {
	return t.State == Down || t.State == Establishing || t.ProbedHealth() == HealthDown
}

// RecordAnswer is what Cloudflare's log says about one object. What is not in it did not necessarily not happen.
type RecordAnswer struct {
	At       time.Time // when it was asked
	From, To time.Time // about which time
	BGP      []api.BGPEvent
	IKE      []api.IKEMessage
	Audit    []api.AuditEntry // of the account
	Full     bool             // there may be older events
	More     bool             // there may be older entries of the audit log

	Missing                               []api.Dataset // that the account has not enabled
	DatasetsErr, BGPErr, IKEErr, AuditErr error
	AskedBGP, AskedIKE, AskedAudit        bool
}

// Empty reports whether it brought nothing about what happened.
func (r RecordAnswer) Empty() bool { return len(r.BGP)+len(r.IKE) == 0 }

// question is a question about the record.
type question struct {
	objects  []RecordObject
	after    time.Time // not before
	class    api.Class
	begun    bool
	logsOnly bool // the rest of what may be asked about the objects; the audit log was read
	blind    bool // which datasets there are could not be read; the last request is for the logs all the same
	used     int
}

// recording is what is to be asked of the record, and what was. It is guarded by the store's mu.
type recording struct {
	serial    int
	questions map[string]*question
	asked     map[string]asked // by id of the object
	byItself  time.Time        // when a question was last asked by itself
	datasets  []api.Dataset
	known     bool  // datasets were read
	refused   error // why they never will be: nobody asks again
}

// asked is the last question about an object.
type asked struct {
	at   time.Time
	used int
}

// AskRecord has the record asked about objects that belong to one incident. person says that somebody waits for it; else it is asked
// after a
// while, once. It reports whether something is to be asked; what was asked is not asked again.
func (s *Store) AskRecord(person bool, objects ...RecordObject) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.takeQuestion(person, objects)
	return key != ""
}

// takeQuestion puts a question into the schedule and returns its key; "" when there is nothing to ask.
func (s *Store) takeQuestion(person bool, objects []RecordObject) string {
	if s.fetchers.Audit == nil && s.fetchers.Datasets == nil {
		return ""
	}
	r, now := &s.recording, s.now()
	if r.questions == nil {
		r.questions, r.asked = map[string]*question{}, map[string]asked{}
	}
	if key := r.waiting(person, objects, now); key != "" {
		return key
	}
	again, fresh := false, []RecordObject(nil)
	for _, o := range objects {
		before, done := r.asked[o.ID]
		switch {
		case !done, o.Fell.After(before.at) && o.Fell.Sub(before.at) >= recordNew && !r.flaps(o, s.track):
			fresh = append(fresh, o)
		case person && before.used < RecordRequests && now.Sub(before.at) >= recordAgain && r.moreOf(s.state.Load().Records[o.ID]):
			fresh, again = append(fresh, o), true
		}
	}
	if len(fresh) == 0 || !person && now.Sub(r.byItself) < recordPause {
		return ""
	}
	q := &question{objects: fresh[:min(len(fresh), recordMost)], class: api.ClassPage, after: now}
	if !person {
		q.class, q.after, r.byItself = api.ClassBackground, now.Add(recordSettles), now
	}
	if again { // what is left of the requests of the question before
		before := s.state.Load().Records[fresh[0].ID]
		q.used, q.logsOnly = r.asked[fresh[0].ID].used, before.AskedAudit && before.AuditErr == nil
	}
	r.serial++
	key := strconv.Itoa(r.serial)
	r.questions[key] = q
	return key
}

// moreOf reports whether asking once more may bring what an answer did not have: a record is written a while after what happened.
func (r *recording) moreOf(a RecordAnswer) bool {
	return a.Empty() && r.refused == nil && (len(r.datasets) > 0 || !r.known)
}

// flaps: the falls of a session that flaps are one incident.
func (r *recording) flaps(o RecordObject, tracks map[string]*tracked) bool {
	t := tracks[o.ID]
	return t != nil && t.Flapping
}

// waiting finds a question that waits for its time and has one of the objects, or takes more that fell meanwhile.
func (r *recording) waiting(person bool, objects []RecordObject, now time.Time) string {
	for key, q := range r.questions {
		has := func(o RecordObject) bool {
			return slices.ContainsFunc(q.objects, func(have RecordObject) bool { return have.ID == o.ID })
		}
		switch {
		case person && slices.ContainsFunc(objects, has):
			if !q.begun {
				q.after, q.class = now, api.ClassPage
			}
			return key
		case !person && !q.begun && q.class == api.ClassBackground:
			for _, o := range objects {
				if _, done := r.asked[o.ID]; !done && !has(o) && len(q.objects) < recordMost {
					q.objects = append(q.objects, o)
				}
			}
			return key
		}
	}
	return ""
}

// Recorded reports whether the record was asked about an object, or is being asked.
func (s *Store) Recorded(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, done := s.recording.asked[id]
	return done || s.recording.waitsFor(id)
}

func (r *recording) waitsFor(id string) bool {
	for _, q := range r.questions {
		if slices.ContainsFunc(q.objects, func(o RecordObject) bool { return o.ID == id }) {
			return true
		}
	}
	return false
}

// Recording reports whether the record is being asked about an object.
func (s *Store) Recording(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recording.waitsFor(id)
}

// recordsDue hands out the questions whose time has come; the store is locked.
func (s *Store) recordsDue(now time.Time, hand func(api.Class, ...Target)) {
	for _, key := range slices.Sorted(maps.Keys(s.recording.questions)) {
		if q := s.recording.questions[key]; !q.begun && !q.after.After(now) {
			q.begun = true
			hand(q.class, Target{recordKind, key})
		}
	}
}

// recordsNext tells when questions are due; the store is locked.
func (s *Store) recordsNext(soonest func(time.Time)) {
	for _, q := range s.recording.questions {
		if !q.begun {
			soonest(q.after)
		}
	}
}

// ReadRecord asks the record about objects now, for whoever waits for it, and returns the new snapshot.
func (s *Store) ReadRecord(ctx context.Context, objects ...RecordObject) *Snapshot {
	s.mu.Lock()
	key := s.takeQuestion(true, objects)
	q := s.recording.questions[key]
	mine := q != nil && !q.begun
	if mine {
		q.begun = true
	}
	s.mu.Unlock()
	if mine {
		s.readRecord(ctx, key)
	}
	return s.Last()
}

// readRecord asks what a question is about and puts the answer into the next snapshot.
func (s *Store) readRecord(ctx context.Context, key string) {
	s.mu.Lock()
	q := s.recording.questions[key]
	s.mu.Unlock()
	if q == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, recordPatience)
	defer cancel()
	now := s.now()
	answer := RecordAnswer{At: now, From: q.from(now), To: now}
	s.readDatasets(ctx, q, &answer)
	if !q.logsOnly && s.fetchers.Audit != nil && q.spend() {
		answer.AskedAudit = true
		var err error
		answer.Audit, answer.More, err = s.fetchers.Audit(ctx, answer.From, now.Add(time.Minute))
		_, answer.AuditErr = partOf(err) // nothing is concluded from what is not in it
		q.sent(answer.AuditErr)
	}
	rows := s.readLogs(ctx, q, &answer)
	s.change(func(next *Snapshot) []Event {
		delete(s.recording.questions, key)
		records := maps.Clone(next.Records)
		if records == nil {
			records = map[string]RecordAnswer{}
		}
		for _, o := range q.objects {
			mine := answer
			if before, was := records[o.ID]; was && q.logsOnly {
				mine.Audit, mine.More, mine.AuditErr, mine.AskedAudit = before.Audit, before.More, before.AuditErr, before.AskedAudit
			}
			mine.BGP, mine.IKE = o.of(rows)
			records[o.ID] = mine
			s.recording.asked[o.ID] = asked{now, q.used}
		}
		next.Records = records
		return nil
	})
}

// spend takes one of the requests of a question.
func (q *question) spend() bool {
	if q.used >= RecordRequests {
		return false
	}
	q.used++
	return true
}

// sent gives a request back that was not sent, because the program's own share of requests is used up.
func (q *question) sent(err error) {
	if ownBudget(err) {
		q.used--
	}
}

// from is since when the record is asked: an hour before the first fall that was seen.
func (q *question) from(now time.Time) time.Time {
	from := now
	for _, o := range q.objects {
		if o.Fell.IsZero() || now.Sub(o.Fell) > recordUnseen {
			return now.Add(-recordUnseen)
		}
		if o.Fell.Before(from) {
			from = o.Fell
		}
	}
	return from.Add(-RecordBefore)
}

// readDatasets asks which datasets there are, once for all questions.
func (s *Store) readDatasets(ctx context.Context, q *question, answer *RecordAnswer) {
	s.mu.Lock()
	known, refused := s.recording.known, s.recording.refused
	s.mu.Unlock()
	if !known && refused == nil && q.logsOnly && q.used == RecordRequests-1 {
		q.blind = true
		return
	}
	if !known && refused == nil && s.fetchers.Datasets != nil && q.spend() {
		found, err := s.fetchers.Datasets(ctx)
		q.sent(err)
		s.mu.Lock()
		switch kind := api.KindOf(err); {
		case err == nil:
			s.recording.datasets, s.recording.known, known = found, true, true
		case kind == api.PermissionMissing || kind == api.NotFound || kind == api.Unauthenticated:
			s.recording.refused = err
		}
		refused = err
		s.mu.Unlock()
	}
	answer.DatasetsErr = refused
	if !known {
		return
	}
	for _, d := range []api.Dataset{api.BGPLogs, api.IPsecLogs} {
		if !s.hasDataset(d) {
			answer.Missing = append(answer.Missing, d)
		}
	}
}

func (s *Store) hasDataset(d api.Dataset) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.recording.datasets, d)
}

// readLogs asks the datasets, the more telling one first: the tunnel below a session when its probes fail, else the session.
func (s *Store) readLogs(ctx context.Context, q *question, answer *RecordAnswer) api.LogRows {
	var rows api.LogRows
	bgp := func() {
		ids := q.ids()
		if len(ids) == 0 || !q.blind && !s.hasDataset(api.BGPLogs) || !q.spend() {
			return
		}
		log, err := api.BGPLog(answer.From, answer.To.Add(time.Minute), ids...)
		var got api.LogRows
		if err == nil {
			got, err = s.fetchers.Logs(ctx, log)
		}
		q.sent(err)
		rows.BGP, answer.AskedBGP, answer.BGPErr = got.BGP, true, err
		answer.Full = answer.Full || got.Full
	}
	ike := func() {
		local, remote := q.addresses()
		if len(remote) == 0 || !q.blind && !s.hasDataset(api.IPsecLogs) || !q.spend() {
			return
		}
		log, err := api.IPsecLog(answer.From, answer.To.Add(time.Minute), local, remote)
		var got api.LogRows
		if err == nil {
			got, err = s.fetchers.Logs(ctx, log)
		}
		q.sent(err)
		rows.IKE, answer.AskedIKE, answer.IKEErr = got.IKE, true, err
		answer.Full = answer.Full || got.Full
	}
	if s.fetchers.Logs == nil {
		return rows
	}
	if slices.ContainsFunc(q.objects, func(o RecordObject) bool { return o.Kind == IPsecTunnels && o.Probes }) {
		ike()
		bgp()
		return rows
	}
	bgp()
	ike()
	return rows
}

// ids are those of the tunnels with a session that fell.
func (q *question) ids() []string {
	var ids []string
	for _, o := range q.objects {
		if o.Session {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// addresses are the outer ones of IPsec tunnels. Which of both sides the record calls local is unconfirmed: each is asked as either.
func (q *question) addresses() (local, remote []netip.Addr) {
	for _, o := range q.objects {
		if a, b := o.pair(); o.Kind == IPsecTunnels && a.IsValid() && b.IsValid() {
			local, remote = append(local, a, b), append(remote, a, b)
		}
	}
	return local[:min(len(local), recordMost)], remote[:min(len(remote), recordMost)]
}

func (o RecordObject) pair() (cloudflare, customer netip.Addr) {
	cloudflare, _ = netip.ParseAddr(o.Cloudflare)
	customer, _ = netip.ParseAddr(o.Customer)
	return cloudflare.Unmap(), customer.Unmap()
}

// isOf reports whether a message is about the two addresses of the object.
func (o RecordObject) isOf(m api.IKEMessage) bool {
	a, b := o.pair()
	return a.IsValid() && (m.Local == a && m.Remote == b || m.Local == b && m.Remote == a)
}

// of are the rows about the object.
func (o RecordObject) of(rows api.LogRows) ([]api.BGPEvent, []api.IKEMessage) {
	id := strings.ToLower(strings.ReplaceAll(o.ID, "-", ""))
	var events []api.BGPEvent
	for _, e := range rows.BGP {
		if e.TunnelID == id {
			events = append(events, e)
		}
	}
	var messages []api.IKEMessage
	for _, m := range rows.IKE {
		if o.isOf(m) {
			messages = append(messages, m)
		}
	}
	return events, messages
}
