package keystore_test

import (
	"strings"
	"testing"

	"flarewire/keystore"
)

const guardedAccounts = `version = 1
[profiles.prod]
account = "023e105f4ecef8ad9ca31a8372d0c353"
read_only = true
production = true
[profiles.prod-write]
account = "023e105f4ecef8ad9ca31a8372d0c353"
[profiles.lab]
account = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
[profiles.roaming]
`

// Read-only and production belong to the account: they hold whatever the credential comes from. Who names a profile of the same
// account that may write has chosen it; the mark of production stays even then.
func TestReadOnlyAndProductionBelongToTheAccount(t *testing.T) {
	lab := strings.Repeat("a", 32)
	for name, c := range map[string]struct {
		config, account, used string
		readOnly, production  bool
	}{
		"the environment's credential":            {guardedAccounts, accountID, "", true, true},
		"the same id in capitals":                 {guardedAccounts, strings.ToUpper(accountID), "", true, true},
		"another account":                         {guardedAccounts, lab, "", false, false},
		"the profile itself":                      {guardedAccounts, accountID, "prod", true, true},
		"the profile on another account":          {guardedAccounts, lab, "prod", true, true},
		"a second profile, to change things":      {guardedAccounts, accountID, "prod-write", false, true},
		"a profile of another account, moved":     {guardedAccounts, accountID, "lab", true, true},
		"a profile of no account, on this one":    {guardedAccounts, accountID, "roaming", true, true},
		"a careful profile that names no account": {"version = 1\n[profiles.any]\nread_only = true\n", lab, "", true, false},
		"that profile does not bind the others":   {"version = 1\n[profiles.any]\nread_only = true\n[profiles.b]\n", lab, "b", false, false},
		"no profile at all":                       {"version = 1\n", lab, "", false, false},
		"production alone, with the environment": {"version = 1\n[profiles.p]\naccount = \"" + lab + "\"\nproduction = true\n",
			lab, "", false, true},
		"the environment's credential, no such one": {guardedAccounts, strings.Repeat("b", 32), "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			config := loadConfig(t, configFile(t, c.config))
			var used keystore.Profile
			if c.used != "" {
				var err error
				if used, err = config.Profile(c.used); err != nil {
					t.Fatal(err)
				}
			}
			g := config.Guard(c.account, used)
			if g.ReadOnly != c.readOnly || g.Production != c.production {
				t.Errorf("read-only %t, production %t", g.ReadOnly, g.Production)
			}
			if (g.Why != "") != g.ReadOnly {
				t.Errorf("read-only %t because of %q", g.ReadOnly, g.Why)
			}
			if silent := g.ReadOnly == used.ReadOnly && g.Production == used.Production; silent != (g.Notice == "") {
				t.Errorf("it says %q", g.Notice)
			}
		})
	}
}
