package diagnose_test

import (
	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// listed makes a list that was read completely.
func listed[T any](kind store.Kind, rows ...T) store.List[T] { return store.ListOf(kind, rows, night) }

func routes(rows ...api.Route) store.List[api.Route]         { return listed(store.Routes, rows...) }
func prefixes(rows ...store.Prefix) store.List[store.Prefix] { return listed(store.Prefixes, rows...) }
func bgp(rows ...api.BGPPrefix) store.List[api.BGPPrefix]    { return listed(store.BGPPrefixes, rows...) }
func bindings(rows ...api.Binding) store.List[api.Binding]   { return listed(store.Bindings, rows...) }
func ports(rows ...store.Port) store.List[store.Port]        { return listed(store.Ports, rows...) }
func links(rows ...api.MagicInterconnect) store.List[api.MagicInterconnect] {
	return listed(store.Links, rows...)
}

// tunnelsRead are facts with both lists of tunnels read.
func tunnelsRead(f diagnose.Facts) diagnose.Facts {
	f.GRE, f.IPsec = listed[int](store.GRETunnels).Entry, listed[int](store.IPsecTunnels).Entry
	return f
}
