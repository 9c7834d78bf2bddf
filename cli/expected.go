package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"flarewire/internal/statefile"
	"flarewire/internal/store"
	"flarewire/tui"
)

// maxBaseline bounds what is read of a file that somebody names, in bytes: the status of some 50,000 tunnels.
const maxBaseline = 64 << 20

// expected is what the tunnels are compared with: a number of them, or those of a day on which all was well.
type expected struct {
	number  int // 0: any
	tunnels []tunnelJSON
	account string // of the tunnels
}

// loadBaseline reads what `status -o json` printed.
func loadBaseline(path string) (expected, error) {
	const advice = "save one with flarewire status -o json"
	text, err := statefile.Read(path, maxBaseline)
	if err != nil {
		return expected{}, fmt.Errorf("--baseline %s cannot be read: %w", path, err)
	}
	var doc struct { // the part of a statusJSON that is compared
		Account  accountJSON  `json:"account"`
		Tunnels  []tunnelJSON `json:"tunnels"`
		NotKnown []gap        `json:"not_known"`
	}
	switch err := json.Unmarshal(statefile.WithoutBOM(text), &doc); {
	case err != nil || doc.Account.ID == "" || doc.Tunnels == nil:
		return expected{}, fmt.Errorf("--baseline %s is no status of one account: %s", path, advice)
	case len(doc.NotKnown) > 0:
		return expected{}, fmt.Errorf("--baseline %s is not whole, its %s were not read: %s again", path, doc.NotKnown[0].Source, advice)
	case len(doc.Tunnels) == 0:
		return expected{}, fmt.Errorf("--baseline %s has no tunnels: there is nothing to compare with", path)
	}
	return expected{tunnels: doc.Tunnels, account: doc.Account.ID}, nil
}

// of leaves those of the baseline that are asked for, all of them when none is.
func (e expected) of(asked []string) expected {
	if len(asked) > 0 {
		e.tunnels = slices.DeleteFunc(slices.Clone(e.tunnels), func(t tunnelJSON) bool {
			return !slices.Contains(asked, t.Name) && !slices.Contains(asked, t.ID)
		})
	}
	return e
}

// readIn leaves what can be compared: what is not in a list that was not read is not missing.
func (e expected) readIn(s *store.Snapshot) expected {
	if s.Missing() != nil {
		e.number = 0
	}
	e.tunnels = slices.DeleteFunc(slices.Clone(e.tunnels), func(t tunnelJSON) bool { return s.Missing(store.Tunnels(t.Kind)) != nil })
	return e
}

// has reports whether the baseline has a tunnel of this name or id.
func (e expected) has(name string) bool {
	return slices.ContainsFunc(e.tunnels, func(t tunnelJSON) bool { return t.Name == name || t.ID == name })
}

// compare says in words which of the expected tunnels are missing, and how the others are less than they were. A tunnel that was
// made anew under its name, and one that was renamed, is there.
func (e expected) compare(is []store.Tunnel) (missing []string, lessened []flaw) {
	byID, byName := map[string]int{}, map[string]int{}
	for i := range is {
		byID[is[i].ID], byName[is[i].Name] = i, i
	}
	for _, was := range e.tunnels {
		i, there := byID[was.ID]
		if !there {
			i, there = byName[was.Name]
		}
		switch {
		case !there:
			missing = append(missing, tui.Clean(was.Name)+" missing")
		case was.BGP.Configured && is[i].State == store.NoBGP:
			lessened = append(lessened, flaw{is[i].ID, is[i].Name + " without the BGP session that it had"})
		}
	}
	return missing, lessened
}

// sameAccount is why the baseline cannot be compared with this account.
func (e expected) sameAccount(account string) error {
	if e.account == "" || e.account == account {
		return nil
	}
	return errors.New("the baseline is of account " + tui.Clean(e.account) + ", this is " + account)
}
