package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"flarewire/internal/sorting"
	"flarewire/tui"
)

// allProfiles is the flag of the commands that take several accounts; they take --profile several times, too.
const allProfiles = "all-profiles"

// profileFlag is --profile. Most commands take it once: see oneProfile.
type profileFlag struct{ f *flags }

// String implements pflag.Value.
func (p profileFlag) String() string {
	if p.f == nil {
		return ""
	}
	return p.f.profile
}

// Type implements pflag.Value.
func (profileFlag) Type() string { return "string" }

// Set implements pflag.Value.
func (p profileFlag) Set(name string) error {
	p.f.profile, p.f.named = name, append(p.f.named, name)
	return nil
}

// takesAccounts gives a command the flag for all profiles.
func (f *flags) takesAccounts(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.all, allProfiles, false, "every profile of this machine, worst first; --profile may be given several times")
}

// oneProfile refuses several profiles for a command that works on one account.
func (f *flags) oneProfile(cmd *cobra.Command) error {
	if len(f.named) > 1 && cmd.Flags().Lookup(allProfiles) == nil {
		return usage("%s works on one account: name one --profile", cmd.CommandPath())
	}
	return nil
}

// several are the profiles that were asked for; none when the command is to work on one account.
func (f *flags) several(x IO) ([]string, error) {
	switch {
	case !f.all && len(f.named) < 2:
		return nil, nil
	case f.demo:
		return nil, usage("--demo is one account and has no profiles")
	case f.account != "":
		return nil, usage("--account is of one profile: with several each has its own")
	case f.all && len(f.named) > 0:
		return nil, usage("--profile and --%s: use one of them", allProfiles)
	}
	vault, err := f.resolver(x)
	if err != nil {
		return nil, denied(err)
	}
	names := slices.Clone(f.named)
	if f.all {
		names = vault.Config.Names()
	}
	if len(names) == 0 {
		return nil, usage("there are no profiles: flarewire auth login --profile NAME makes one")
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// member is one of several accounts: a client of its own, or why there is none.
type member struct {
	profile string
	f       *flags
	s       *session
	err     error
}

// accountsTogether is how many accounts are read at the same time.
const accountsTogether = 8

// each opens the profiles and has work done for each, several at the same time; one that cannot be opened hinders no other. What
// has to be asked on the terminal is asked one after the other, before.
func (f *flags) each(ctx context.Context, x IO, names []string, timeout time.Duration, work func(context.Context, *member)) []*member {
	all := make([]*member, len(names))
	accounts := make([]string, len(names))
	for i, name := range names {
		one := *f
		one.profile, one.named, one.all = name, nil, false
		m := &member{profile: name, f: &one}
		m.s, accounts[i], m.err = one.prepare(ctx, x)
		all[i] = m
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var wait sync.WaitGroup
	room := make(chan struct{}, accountsTogether)
	for i, m := range all {
		if m.err != nil {
			continue
		}
		wait.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			if m.s, m.err = m.s.settled(ctx, accounts[i]); m.err == nil {
				work(ctx, m)
			}
		})
	}
	wait.Wait()
	return all
}

func closeAll(members []*member) {
	for _, m := range members {
		if m.s != nil {
			m.s.close()
		}
	}
}

// why is the reason why an account is not known, in one line.
func (m *member) why() string { return tui.Clean(strings.Join(strings.Fields(m.err.Error()), " ")) }

// code is the exit code of a command that ended so for one of several accounts.
func code(err error) int {
	var e exit
	var f failure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		return int(e)
	case errors.As(err, &f):
		return f.code
	}
	return exitFailed
}

// worstCode is the exit code of all of them, nil for 0; what went wrong was printed.
func worstCode(members []*member) error {
	worst := exitOK
	for _, m := range members {
		worst = max(worst, code(m.err))
	}
	if worst == exitOK {
		return nil
	}
	return exit(worst)
}

// worstFirst orders accounts by a rank, a larger one first, then by name.
func worstFirst(members []*member, rank func(*member) int) {
	sorting.Sort(members, func(a, b *member) int {
		return cmp.Or(cmp.Compare(rank(b), rank(a)), cmp.Compare(a.profile, b.profile))
	})
}

// together is a writer for several accounts at the same time.
type together struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (t *together) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(p)
}

// forSeveral is the outside world for several accounts at the same time.
func (x IO) forSeveral() IO {
	x.Err = &together{w: x.Err}
	return x
}
