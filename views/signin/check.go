package signin

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/kit"
)

// check is the page that asks Cloudflare about a credential: is it valid, for which account, and what may it do.
type check struct {
	deps       *Deps
	credential keystore.Credential
	replace    string // the profile that gets it; empty for a new one
	stage      checkStage
	identity   access.Identity
	findings   []access.Permission
	lost       []string // what the profile's old credential covers and this one does not
	err        error
	menu       menu
	seq        tui.Sequence
	scroll     tui.Scroll
}

type checkStage int

const (
	verifying checkStage = iota
	choosing
	probing
	known
)

type (
	verifiedMsg struct {
		page     *check
		seq      int
		identity access.Identity
		err      error
	}
	probedMsg struct {
		page     *check
		seq      int
		findings []access.Permission
		lost     []string
	}
)

func newCheck(deps *Deps, credential keystore.Credential, replace string) *check {
	return &check{deps: deps, credential: credential, replace: replace}
}

// Title implements tui.View.
func (k *check) Title() string { return "Verify" }

// Init implements tui.View.
func (k *check) Init() tea.Cmd {
	k.stage, k.err = verifying, nil
	deps, credential, seq := k.deps, k.credential, k.seq.Next()
	return func() tea.Msg {
		client, err := deps.Client(credential)
		if err != nil {
			return verifiedMsg{page: k, seq: seq, err: err}
		}
		identity, err := access.Verify(deps.Ctx, client, credential.AccountID)
		return verifiedMsg{k, seq, identity, err}
	}
}

// Update implements tui.View.
func (k *check) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case verifiedMsg:
		if m.page == k && k.seq.Latest(m.seq) {
			return k.verified(m)
		}
	case probedMsg:
		if m.page == k && k.seq.Latest(m.seq) {
			k.stage, k.findings, k.lost = known, m.findings, m.lost
		}
	}
	return nil
}

func (k *check) verified(m verifiedMsg) tea.Cmd {
	k.identity, k.err = m.identity, m.err
	if m.err != nil {
		return nil
	}
	k.credential.TokenID, k.credential.ExpiresOn = m.identity.TokenID, m.identity.ExpiresOn
	k.menu.count = len(m.identity.Accounts)
	if k.credential.AccountID == "" && len(m.identity.Accounts) == 1 {
		k.credential.AccountID = m.identity.Accounts[0].ID
	}
	if k.credential.AccountID == "" {
		k.stage = choosing
		return nil
	}
	return k.probe()
}

// probe tries the features with this credential, and with the one that it replaces.
func (k *check) probe() tea.Cmd {
	k.stage = probing
	deps, credential, listed, replace, seq := k.deps, k.credential, k.identity.Accounts, k.replace, k.seq.Next()
	return func() tea.Msg {
		client, err := deps.Client(credential)
		if err != nil {
			return verifiedMsg{page: k, seq: seq, err: err}
		}
		findings := access.Probe(deps.Ctx, client.In(credential.AccountID), listed)
		return probedMsg{k, seq, findings, deps.lost(deps.Ctx, replace, credential, findings)}
	}
}

// lost compares with the profile's old credential. One that cannot be had without asking has nothing to compare.
func (d *Deps) lost(ctx context.Context, profile string, credential keystore.Credential, now []access.Permission) []string {
	if profile == "" {
		return nil
	}
	old, err := d.Resolver.Resolve(ctx, keystore.Request{Profile: profile})
	if err != nil || old.Credential.Secret().Equal(credential.Secret()) {
		return nil
	}
	d.Hide(old.Credential.Secret())
	client, err := d.Client(old.Credential)
	if err != nil {
		return nil
	}
	return access.Lost(access.Probe(ctx, client.In(credential.AccountID), nil), now)
}

// Actions implements tui.View.
func (k *check) Actions() []tui.Action {
	var own []tui.Action
	switch {
	case k.err != nil:
		own = []tui.Action{{Name: "again", Keys: []string{"r"}, Short: "try again", Footer: true, Long: "Ask Cloudflare again", Run: k.Init}}
	case k.stage == choosing:
		choose := tui.Action{Name: "choose", Keys: []string{"enter"}, Short: "choose", Footer: true, Long: "Use the account under the cursor",
			Run: k.choose}
		if k.menu.count == 0 {
			choose.Why = "the credential lists no account: go back with esc and type the account's id"
		}
		return append([]tui.Action{choose}, k.menu.actions()...)
	case k.stage == known:
		own = []tui.Action{{Name: "keep", Keys: []string{"enter"}, Short: "go on", Footer: true, Long: "Choose where the credential is kept",
			Run: k.goOn}}
	}
	return append(own, k.scroll.Actions()...)
}

func (k *check) choose() tea.Cmd {
	k.credential.AccountID = k.identity.Accounts[k.menu.at].ID
	return k.probe()
}

func (k *check) goOn() tea.Cmd {
	p := keystore.Profile{Name: k.replace}
	if old, err := k.deps.Resolver.Config.Profile(k.replace); err == nil {
		p = old
	}
	p.Account, p.AccountName, p.TokenCommand, p.Interactive = k.credential.AccountID, k.accountName(), nil, false
	return tui.Push(newPlaces(k.deps, p, k.credential))
}

func (k *check) accountName() string {
	i := slices.IndexFunc(k.identity.Accounts, func(a api.Account) bool { return a.ID == k.credential.AccountID })
	if i < 0 {
		return ""
	}
	return k.identity.Accounts[i].Name
}

// Draw implements tui.View.
func (k *check) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	switch {
	case k.err != nil:
		p.Blank()
		p.Text(tui.Bad, kit.ErrorText(k.err)+".")
		p.Text(tui.Muted, tui.KeyOf("again", "r")+" asks again, esc goes back to what you typed.")
		return p.Lines()
	case k.stage == verifying:
		p.Blank()
		p.Text(tui.Muted, "Asking Cloudflare whether it is valid…")
		return p.Lines()
	}
	k.drawIdentity(p, c)
	switch k.stage {
	case choosing:
		k.drawAccounts(p, c)
		return k.menu.window(p, c, &k.scroll)
	case probing:
		p.Text(tui.Muted, "Trying every feature, by reading only…")
	case known:
		k.drawFindings(p, c)
	}
	return k.scroll.Window(p.Lines(), c.Height)
}

func (k *check) drawIdentity(p *kit.Page, c tui.Canvas) {
	text := "Valid: a " + k.identity.Kind
	if !k.identity.ExpiresOn.IsZero() {
		text += ", until " + k.identity.ExpiresOn.Local().Format("2 January 2006 15:04")
	}
	p.Line(tui.Line{{Text: " " + c.Theme.Glyphs.Up + " ", Role: tui.Good}, {Text: text, Role: tui.Strong}})
	if warning := access.ExpiryWarning(k.identity.ExpiresOn, k.deps.Now()); warning != "" {
		p.Text(tui.Pending, warning)
	}
	if id := k.credential.AccountID; id != "" {
		p.Text(tui.Plain, "Account "+id+" "+k.accountName())
	}
	p.Blank()
}

func (k *check) drawAccounts(p *kit.Page, c tui.Canvas) {
	p.Heading("Which account?")
	for i, a := range k.identity.Accounts {
		k.menu.line(p, c, i, a.ID+"  "+a.Name, tui.Plain)
	}
	if k.menu.count == 0 {
		p.Text(tui.Pending, "The credential lists no account, which is usual for one of narrow scope. esc goes back: type the account's id "+
			"there. "+
			"It stands in the dashboard's address.")
	}
}

// drawFindings is the table of permissions. What would be lost stands before it, where it is seen.
func (k *check) drawFindings(p *kit.Page, c tui.Canvas) {
	for _, lost := range k.lost {
		p.Text(tui.Pending, "The profile's old credential covers more: "+lost+".")
	}
	if len(k.lost) > 0 {
		p.Text(tui.Muted, fmt.Sprintf("enter replaces the old one of %s anyway, esc goes back.", k.replace))
		p.Blank()
	}
	for _, f := range k.findings {
		role, glyph := look(f.State, c.Theme.Glyphs)
		line := tui.Line{{Text: "   " + tui.Fit(f.Feature, 20)}, {Text: glyph + " " + tui.Fit(string(f.State), 14), Role: role}}
		if f.State == access.Allowed {
			p.Line(line)
			continue
		}
		needs := tui.Line{{Text: "needs " + f.Needs}}
		if f.Detail != "" {
			needs = append(needs, tui.Span{Text: " (" + tui.Clean(f.Detail) + ")", Role: tui.Muted})
		}
		if line.Width()+needs.Width() <= c.Width {
			p.Line(append(line, needs...))
			continue
		}
		p.Line(line)
		for _, span := range needs {
			p.Text(span.Role, "     "+span.Text)
		}
	}
}

func look(s access.State, g tui.Glyphs) (tui.Role, string) {
	switch s {
	case access.Allowed:
		return tui.Good, g.Up
	case access.Missing:
		return tui.Bad, g.Down
	case access.NotOnboarded:
		return tui.Pending, g.None
	}
	return tui.Muted, g.Unknown
}
