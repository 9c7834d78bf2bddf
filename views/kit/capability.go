package kit

// Capability is something that only some modules have: an interface that a module may implement beside Module.
type Capability struct {
	Name string
	What string // what the rest of the program gets from it
	Has  func(Module) bool
}

func capability[C any](name, what string) Capability {
	return Capability{name, what, func(m Module) bool {
		_, ok := m.(C)
		return ok
	}}
}

// Capabilities are all that a module can have. Those that one does not have stand in the comment of its type, with the reason
// (TestWhatEveryModuleHasAndLeavesOut).
func Capabilities() []Capability {
	return []Capability{
		capability[Relater]("Relater", "a section on the pages of other objects: what belongs to them"),
		capability[Opener]("Opener", "the page of one of its objects, from the overview, events and relations"),
		capability[Dependent]("Dependent", "what stops working when an object of another kind is deleted"),
		capability[Subnetter]("Subnetter", "the networks in use, for the checks and proposals of forms"),
		capability[SetupOwner]("Setter", "guided setups, listed under :setup"),
		capability[Progress]("Follower", "objects that are on their way up, listed under :setup"),
		capability[NextHopOwner]("Conductor", "what a route's next hop leads through, and whether that is down"),
		capability[RouteTable]("RouteTable", "the routes to addresses whose next hop is down"),
		capability[Indexer]("Indexer", "objects that can be gone to by name, and the way along tunnel, route and prefix"),
		capability[Tracer]("Tracer", "a traceroute from Cloudflare's data centers"),
	}
}

// with are the modules that have a capability, in the order of the registry.
func with[C any](e *Env) []C {
	var out []C
	for _, m := range e.modules {
		if c, ok := m.(C); ok {
			out = append(out, c)
		}
	}
	return out
}
