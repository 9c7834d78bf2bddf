package diagnose

import "slices"

// Standing is how another route for the same network stands to a route.
type Standing string

// The standings of another route. They are of the regions where both are; where there is none, neither stands in the other's way.
const (
	Elsewhere  Standing = "elsewhere"   // no region has both
	SharesWith Standing = "shares"      // both carry traffic (ECMP)
	WinsOver   Standing = "wins"        // the other one carries the traffic
	StandsBy   Standing = "standby"     // the first one carries it
	FellBehind Standing = "fell-behind" // the other comes first by its priority, and its health sets it back
	NeverTakes Standing = "never-takes" // the other does not take over, not even from a way that is down
	CannotTell Standing = "cannot-tell" // the health decides, and is not known
)

// StandingOf says how another route stands to a route of the same destination, by their ids, and in which regions, where it is not in
// all that the first one serves.
func (d Destination) StandingOf(id, other string) (how Standing, places []string) {
	how = Elsewhere
	part := false
	for _, r := range d.Reach {
		mine, ok := r.use(id)
		if !ok {
			continue
		}
		theirs, both := r.use(other)
		if !both {
			part = true
			continue
		}
		here := standing(mine, theirs)
		if how != Elsewhere && how != here {
			part = true // it differs between regions: the first is said, with its regions
			continue
		}
		how, places = here, append(slices.Clone(places), r.Places...)
	}
	if !part {
		places = nil
	}
	return how, places
}

func standing(mine, theirs PathUse) Standing {
	switch {
	case mine.Maybe || theirs.Maybe:
		return CannotTell
	case mine.InUse && theirs.InUse:
		return SharesWith
	case theirs.InUse:
		return WinsOver
	case theirs.Route.Priority <= mine.Route.Priority:
		return FellBehind
	case theirs.Never:
		return NeverTakes
	}
	return StandsBy
}

func (r Reach) use(id string) (PathUse, bool) {
	i := slices.IndexFunc(r.Uses, func(u PathUse) bool { return u.Route.ID == id })
	if i < 0 {
		return PathUse{}, false
	}
	return r.Uses[i], true
}
