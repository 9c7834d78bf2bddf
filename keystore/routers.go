package keystore

import (
	"fmt"

	"flarewire/internal/router"
)

// routersKey is the key of a profile's commands for routers.
const routersKey = "router_commands"

// checkRouters returns the key that is wrong, and why.
func checkRouters(all []router.Command) (key string, err error) {
	names, keys := map[string]bool{}, map[string]string{}
	for _, c := range all {
		if key, err := c.Check(); err != nil {
			of := ""
			if c.Name != "" {
				of = "of " + c.Name + ": "
			}
			return routersKey + "." + key, fmt.Errorf("%s%w", of, err)
		}
		if c.How() == router.Text && names[c.Name] {
			return routersKey + ".name", fmt.Errorf("two commands are called %s", c.Name)
		}
		if other := keys[c.Key]; c.Key != "" && other != "" {
			return routersKey + ".key", fmt.Errorf("%s and %s have the same key", other, c.Name)
		}
		names[c.Name], keys[c.Key] = true, c.Name
	}
	return "", nil
}

// Routers are the commands for the routers of an account: those of the profile that is used, else those of the profiles of that account. A
// file that somebody else could have written gives none, and the error says why.
func (c *Config) Routers(profile, account string) ([]router.Command, error) {
	var all []router.Command
	if p, known := c.lookup(profile); known && len(p.Routers) > 0 {
		all = p.Routers
	} else {
		for _, name := range c.Names() {
			if p, _ := c.lookup(name); p.Account == account && account != "" && name != profile {
				all = append(all, p.Routers...)
			}
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := c.checkCommands(); err != nil {
		return nil, err
	}
	return all, nil
}
