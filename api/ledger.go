package api

import "time"

// slotLength is how finely requests are counted in time. A window of five minutes touches at most tallySlots of them, wherever it
// begins, so that no window sees more than the share when as many slots together do not.
const (
	slotLength = 10 * time.Second
	tallySlots = int(limitWindow/slotLength) + 1
)

// Ledger is what a Share remembers of one credential: plain data of a fixed size, so that it can be kept anywhere. Its zero value
// has nothing on it. It is not safe for concurrent use.
type Ledger struct {
	REST, GraphQL Tally
}

// Tally is the ledger of one counter.
type Tally struct {
	Slot    int64              // number of the newest slot: Unix time by slot length
	Used    [tallySlots]uint32 // requests in each slot, the newest first
	Blocked int64              // the server accepts nothing before, in Unix milliseconds
}

func (l *Ledger) tally(c Counter) *Tally {
	if c == CountGraphQL {
		return &l.GraphQL
	}
	return &l.REST
}

// Take counts a request that may be sent now, or says from when it may.
func (l *Ledger) Take(a Ask, limits Limits) Verdict {
	t := l.tally(a.Counter)
	t.advance(a.Now)
	if until := t.blocked(a.Now); !until.IsZero() {
		return Verdict{Until: until, Server: true}
	}
	if until := t.room(a.Class.ceiling(limits.of(a.Counter))); !a.Must && !until.IsZero() {
		return Verdict{Until: until}
	}
	t.Used[0]++
	return Verdict{}
}

// Charge counts requests that nobody was asked for.
func (l *Ledger) Charge(now time.Time, counter Counter, n int) {
	t := l.tally(counter)
	t.advance(now)
	t.Used[0] += uint32(max(n, 0))
}

// Block takes over that the server accepts nothing before a time. Its own block lasts one window; whatever asks for more is
// mistaken, or not Cloudflare.
func (l *Ledger) Block(now time.Time, counter Counter, until time.Time) {
	t := l.tally(counter)
	t.Blocked = max(t.Blocked, min(until.UnixMilli(), now.Add(limitWindow).UnixMilli()))
}

// Merge adds what another ledger has.
func (l *Ledger) Merge(now time.Time, other Ledger) {
	for _, c := range []Counter{CountREST, CountGraphQL} {
		mine, its := l.tally(c), other.tally(c)
		mine.advance(now)
		its.advance(now)
		for i, n := range its.Used {
			mine.Used[i] += n
		}
		mine.Blocked = max(mine.Blocked, its.Blocked)
	}
}

// Shift moves everything on it to a later time, after the clock was set forward: otherwise what was just sent would be forgotten.
func (l *Ledger) Shift(d time.Duration) {
	if d <= 0 {
		return
	}
	for _, c := range []Counter{CountREST, CountGraphQL} {
		t := l.tally(c)
		t.Slot += int64(d / slotLength)
		t.Blocked += d.Milliseconds()
	}
}

// Budget is what is used of the limits.
func (l *Ledger) Budget(now time.Time, limits Limits) Budget {
	of := func(c Counter) Allowance {
		t, share := l.tally(c), limits.of(c)
		t.advance(now)
		return Allowance{Used: int(t.used()), Share: share, Reserve: share - int(ClassTunnels.ceiling(share)), Blocked: t.blocked(now)}
	}
	return Budget{REST: of(CountREST), GraphQL: of(CountGraphQL)}
}

// advance makes the slot of now the newest. After the clock was set back all slots move with it: their requests count as sent as
// late as they can have been.
func (t *Tally) advance(now time.Time) {
	slot := floorDiv(now.Unix(), int64(slotLength/time.Second))
	if by := slot - t.Slot; by > 0 {
		kept := t.Used
		clear(t.Used[:])
		if by < int64(tallySlots) {
			copy(t.Used[by:], kept[:])
		}
	}
	t.Slot = slot
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		a -= b - 1
	}
	return a / b
}

func (t *Tally) used() (n int64) {
	for _, u := range t.Used {
		n += int64(u)
	}
	return n
}

// room is when fewer than a number of requests are in the window; zero when that is so now.
func (t *Tally) room(ceiling int64) time.Time {
	left := t.used()
	if left < ceiling {
		return time.Time{}
	}
	for i := tallySlots - 1; i > 0; i-- {
		if left -= int64(t.Used[i]); left < ceiling {
			return leaves(t.Slot - int64(i))
		}
	}
	return leaves(t.Slot)
}

// leaves is when a slot is in no window any more.
func leaves(slot int64) time.Time {
	return time.Unix((slot+int64(tallySlots))*int64(slotLength/time.Second), 0)
}

// blocked is until when the server accepts nothing; zero when it does. After the clock was set back it is never longer than a
// window.
func (t *Tally) blocked(now time.Time) time.Time {
	t.Blocked = min(t.Blocked, now.Add(limitWindow).UnixMilli())
	if t.Blocked <= now.UnixMilli() {
		return time.Time{}
	}
	return time.UnixMilli(t.Blocked)
}

// ClockStep is by how much the clock was set forward between two of its readings, beyond the time that passed; 0 when it was not,
// and when the readings do not tell. A machine that slept looks the same.
func ClockStep(before, now time.Time) time.Duration {
	if before.IsZero() {
		return 0
	}
	if step := now.Round(0).Sub(before.Round(0)) - now.Sub(before); step > slotLength {
		return step
	}
	return 0
}
