package keystore

import "strings"

// Guard is how careful to be with an account, as the profiles of the config file say together. Read-only and production belong to the
// account, not to the way in which its credential was found.
type Guard struct {
	ReadOnly   bool
	Production bool
	// Why says which profile makes the account read-only; empty when none does.
	Why string
	// Notice is a sentence for the user about what profiles other than the one in use add; empty when they add nothing.
	Notice string
}

// Guard returns what the profiles say about an account on which used works; used is zero without a profile, as with a credential of
// the environment. A profile that names the account itself decides alone whether it is read-only: whoever keeps a second profile to
// change things has chosen that one by its name. In every other case one read-only profile of the account is enough. Without a
// profile in use those that name no account count too, because nothing says that they mean another one.
func (c *Config) Guard(account string, used Profile) Guard {
	g := Guard{ReadOnly: used.ReadOnly, Production: used.Production}
	if g.ReadOnly {
		g.Why = "the profile " + used.Name + " is read-only"
	}
	decides := used.Name != "" && strings.EqualFold(used.Account, account)
	var said []string
	for _, name := range c.Names() {
		p, _ := c.lookup(name)
		if about := strings.EqualFold(p.Account, account) || p.Account == "" && used.Name == ""; name == used.Name || !about {
			continue
		}
		if p.ReadOnly && !decides && !g.ReadOnly {
			g.ReadOnly, g.Why = true, "the profile "+name+" makes this account read-only"
			said = append(said, "read-only (profile "+name+")")
		}
		if p.Production && !g.Production {
			g.Production = true
			said = append(said, "production (profile "+name+")")
		}
	}
	if len(said) > 0 {
		g.Notice = "This account is " + strings.Join(said, " and ") + "."
	}
	return g
}
