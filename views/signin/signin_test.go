package signin_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/internal/testing/uitest"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/signin"
)

const token = "cfut_signinTest0123456789abcdefghijklmnopqrstuvw"

// vault is a keyring for tests: it can hang, refuse, and say what it was allowed to ask.
type vault struct {
	mu      sync.Mutex
	kept    map[string]keystore.Credential
	asked   []keystore.Access
	err     error
	blocked chan struct{} // while not nil, Get waits until it is closed
}

func (v *vault) Kind() keystore.StoreKind { return keystore.StoreKeyring }

func (v *vault) Get(_ context.Context, profile string, access keystore.Access) (keystore.Credential, error) {
	v.mu.Lock()
	v.asked = append(v.asked, access)
	blocked, err := v.blocked, v.err
	c, ok := v.kept[profile]
	v.mu.Unlock()
	if blocked != nil {
		<-blocked
	}
	if err == nil && !ok {
		err = &keystore.Error{Reason: keystore.ErrNotFound}
	}
	return c, err
}

func (v *vault) Set(_ context.Context, profile string, c keystore.Credential, _ keystore.Access) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.kept[profile] = c
	}
	return v.err
}

func (v *vault) Delete(_ context.Context, profile string, _ keystore.Access) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, profile)
	return v.err
}

func (v *vault) Check(context.Context) keystore.Availability {
	return keystore.Availability{Kind: keystore.StoreKeyring, Title: "OS keyring", Available: true}
}

// person sits at the sign-in pages. Commands run beside them, as in the program; timers are forgotten.
type person struct {
	*uitest.Person
	t       *testing.T
	sim     *simaccount.Server
	vault   *vault
	deps    *signin.Deps
	outcome []signin.Outcome
}

func newPerson(t *testing.T) *person {
	t.Helper()
	p := &person{Person: uitest.New(t), t: t, sim: simaccount.New(simaccount.Options{}),
		vault: &vault{kept: map[string]keystore.Credential{}}}
	p.sim.Grant(token, simaccount.MagicTransitRead, simaccount.PrefixesRead, simaccount.AnalyticsRead)
	home := t.TempDir()
	config, err := keystore.LoadConfig(filepath.Join(home, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	resolver := &keystore.Resolver{Config: config, Commands: &keystore.Commands{}, Keyring: p.vault,
		Age: keystore.NewAgeFile(filepath.Join(home, "credentials")), Memory: &keystore.Memory{}}
	p.deps = &signin.Deps{Ctx: t.Context(), Resolver: resolver, Hide: func(...secret.Value) {}, Now: p.Clock,
		Done: func(o signin.Outcome) tea.Cmd { p.outcome = append(p.outcome, o); return nil },
		Client: func(c keystore.Credential) (*api.Client, error) {
			return api.New(api.Options{Credentials: access.Credentials(c), Transport: p.sim.RoundTripper(), ReadOnly: true})
		}}
	return p
}

// keep puts a profile into the config and a credential into the keyring.
func (p *person) keep(name, text string) {
	p.t.Helper()
	c, err := keystore.NewToken(text)
	if err == nil {
		c.AccountID = p.sim.Account()
		p.vault.kept[name] = c
		err = p.deps.Resolver.Config.Put(keystore.Profile{Name: name, Store: keystore.StoreKeyring, Account: c.AccountID})
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) open(home tui.View, services ...tui.Service) {
	p.Open(80, 24, func() tui.View { return home }, services...)
}

func (p *person) paste(text string) { p.Send(tea.PasteMsg{Content: text}) }

// A keyring hangs: every key is answered at once all the same.
func TestKeysAreAnsweredWhileTheKeyringHangs(t *testing.T) {
	p := newPerson(t)
	p.keep("prod", token)
	p.vault.blocked = make(chan struct{})
	defer close(p.vault.blocked)
	p.open(signin.NewWelcome(p.deps, p.deps.Begin(keystore.Request{Profile: "prod"}), nil))
	p.See("Asking for the credential of profile prod")
	for _, key := range []string{"?", "esc", "r", "esc", "?"} {
		before := time.Now()
		p.Press(key)
		_ = p.Screen()
		if took := time.Since(before); took > 2*time.Second { // the keyring is given three
			t.Errorf("%s was answered after %s", key, took)
		}
		p.Settle()
	}
	if len(p.outcome) > 0 {
		t.Error("a profile was opened without its credential")
	}
}

// The answer of a profile that was given up comes late and changes nothing.
func TestALateAnswerIsNotTakenForTheNextProfile(t *testing.T) {
	p := newPerson(t)
	p.keep("slow", token)
	p.keep("quick", "cfut_quickProfile0123456789abcdefghijklmnopqrst")
	blocked := make(chan struct{})
	p.vault.blocked = blocked
	slow := p.deps.Begin(keystore.Request{Profile: "slow"})
	p.open(signin.NewWelcome(p.deps, slow, nil))
	p.See("Asking for the credential of profile slow")
	p.Until("the keyring to be asked", func() bool { p.vault.mu.Lock(); defer p.vault.mu.Unlock(); return len(p.vault.asked) == 1 })
	p.Press("esc")
	p.See("Nobody is signed in")
	p.vault.mu.Lock()
	p.vault.blocked = nil
	p.vault.mu.Unlock()
	p.Press("p")
	p.See("Sign in › Profiles")
	p.Press("enter")
	p.Until("quick to be opened", func() bool { return len(p.outcome) == 1 })
	close(blocked)
	if !slow.Within(20 * time.Second) {
		t.Fatal("the slow attempt did not end")
	}
	p.Settle()
	if len(p.outcome) != 1 || p.outcome[0].Resolved.Profile.Name != "quick" ||
		strings.HasPrefix(p.outcome[0].Resolved.Credential.Token.Reveal(), "cfut_signin") {
		t.Errorf("%d profiles were opened", len(p.outcome))
	}
}

// A locked keyring may ask on the desktop when the user says so, and never over SSH.
func TestALockedKeyringAsksOnlyWhereSomebodySees(t *testing.T) {
	for _, ssh := range []bool{false, true} {
		p := newPerson(t)
		p.deps.Resolver.Env.SSH = ssh
		p.keep("prod", token)
		p.vault.err = &keystore.Error{Reason: keystore.ErrKeyringLocked}
		p.open(signin.Open(p.deps, "prod"))
		p.See("the keyring is locked", "read -rsp", "replace --unlock")
		if offered := strings.Contains(p.Screen(), "u unlock"); offered == ssh {
			t.Errorf("SSH %v: unlocking is offered: %v", ssh, offered)
		}
		p.Press("u")
		p.Settle()
		p.vault.mu.Lock()
		for i, access := range p.vault.asked {
			if access.AllowPrompt && (ssh || i == 0) {
				t.Errorf("SSH %v: call %d allowed a prompt", ssh, i)
			}
		}
		p.vault.mu.Unlock()
	}
}

// What Cloudflare says against a token is named, and going back keeps what was typed.
func TestARefusedTokenIsNamed(t *testing.T) {
	for says, set := range map[string]func(*simaccount.Server){
		"has expired":             func(e *simaccount.Server) { e.SetTokenStatus(token, "expired") },
		"is disabled":             func(e *simaccount.Server) { e.SetTokenStatus(token, "disabled") },
		"not known to Cloudflare": func(e *simaccount.Server) { e.Revoke(token) },
		"No answer":               func(e *simaccount.Server) { e.Fault(simaccount.Fault{Kind: simaccount.FaultReset}) },
	} {
		p := newPerson(t)
		set(p.sim)
		p.open(signin.NewForm(p.deps, ""))
		p.paste(token)
		p.Press("ctrl+s")
		p.See(says)
		if strings.Contains(p.Screen(), token) {
			t.Error("the token is on the screen")
		}
		p.Press("esc")
		p.See("a user's token, 48 characters")
	}
}

// Renewing shows what the new token covers less, before anything is replaced.
func TestRenewingShowsWhatIsLost(t *testing.T) {
	p := newPerson(t)
	p.keep("prod", token)
	const narrow = "cfut_narrowToken0123456789abcdefghijklmnopqrstu"
	p.sim.Grant(narrow, simaccount.MagicTransitRead)
	p.open(signin.NewForm(p.deps, "prod"))
	p.paste(narrow)
	p.Press("ctrl+s")
	p.See("Service bindings", "missing", "IP Prefixes: Read", "covers more: Health and traffic")
	if !p.vault.kept["prod"].Token.Equal(secret.New(token)) {
		t.Fatal("the old token was replaced before the user agreed")
	}
	p.Press("enter")
	p.See("OS keyring")
	p.Press("enter")
	p.See("its credential is replaced")
	p.Press("ctrl+s")
	p.Until("the end", func() bool { return len(p.outcome) == 1 })
	if !p.vault.kept["prod"].Token.Equal(secret.New(narrow)) {
		t.Error("the new token is not in the keyring")
	}
}

// A store that does not keep the credential says so; nothing is kept elsewhere and nobody is told "saved".
func TestAStoreThatFailsKeepsNothingAnywhere(t *testing.T) {
	p := newPerson(t)
	p.open(signin.NewForm(p.deps, ""))
	p.paste(token)
	p.Press("ctrl+s")
	p.See("allowed")
	p.Press("enter")
	p.See("OS keyring")
	p.vault.err = &keystore.Error{Reason: keystore.ErrNotSaved}
	p.Press("enter")
	p.See("Kept in: the OS keyring")
	p.Press("ctrl+s")
	p.See("the credential was not saved", "Nothing was kept")
	if len(p.outcome) > 0 || len(p.deps.Resolver.Config.Names()) > 0 {
		t.Error("it went on all the same")
	}
}

// The account is chosen from the list when there are several.
func TestTheAccountIsChosenFromTheList(t *testing.T) {
	p := newPerson(t)
	p.sim.AddAccount("0123456789abcdef0123456789abcdef", "Second \x1b]52;c;AAAA\x07 office")
	p.open(signin.NewForm(p.deps, ""))
	p.paste(token)
	p.Press("ctrl+s")
	p.See("Which account?", "Second", `\x1b]52`)
	p.Press("down", "enter")
	p.See("Account 0123456789abcdef0123456789abcdef", "not onboarded")
}

// A token's end is announced from 14 days on, and louder from three.
func TestTheEndOfATokenIsAnnounced(t *testing.T) {
	for left, says := range map[time.Duration]string{
		20 * 24 * time.Hour: "", 13 * 24 * time.Hour: "The token ends in 13 days", 2*24*time.Hour + time.Hour: "THE TOKEN ENDS IN 2 days",
		-time.Hour: "has expired",
	} {
		p := newPerson(t)
		attendant := signin.NewExpiryNotifier(t.Context(), nil, "", nil, p.Now.Add(left), p.deps.Now)
		p.open(signin.NewWelcome(p.deps, nil, errors.New("stays")), attendant)
		p.See("stays")
		if says != "" {
			p.See(says)
			continue
		}
		p.Settle()
		if strings.Contains(p.Screen(), "token ends") {
			t.Errorf("%s before the end:\n%s", left, p.Screen())
		}
	}
}

// A store or a token command that breaks must not take the process with it: the terminal would stay raw.
func TestAPanicWhileAProfileOpensReachesTheProgram(t *testing.T) {
	p := newPerson(t)
	p.keep("prod", token)
	p.deps.Hide = func(...secret.Value) { panic("a fault") }
	page := signin.Open(p.deps, "prod")
	answer := page.Init()()
	program := tui.NewApp(tui.Options{Name: "flarewire", Home: func() tui.View { return page },
		Identity: func() tui.Identity { return tui.Identity{} }})
	defer func() {
		if got := recover(); got != "a fault" {
			t.Errorf("the program saw %v", got)
		}
	}()
	program.Update(answer)
	t.Error("the program goes on as if nothing had happened")
}
