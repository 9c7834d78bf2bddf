package cli

import (
	"context"
	"fmt"
	"slices"

	"flarewire/internal/diagnose"
	"flarewire/internal/preference"
	"flarewire/internal/router"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
)

// commandsForRouters are the user's own for the routers of the session's account; the demo has none.
func (f *flags) commandsForRouters(s *session) ([]router.Command, error) {
	if s.source == demoSource || f.vault == nil {
		return nil, nil
	}
	commands, err := f.vault.Config.Routers(s.profile, s.account.ID)
	if err != nil {
		return nil, fmt.Errorf("the commands for routers are not used: %w", err)
	}
	return commands, nil
}

// routers are what the screen asks routers with; nil without commands in the config file. What the user has agreed to run is kept among the
// preferences.
func (f *flags) routers(x IO, s *session, habits *preference.File) *kit.Routers {
	commands, err := f.commandsForRouters(s)
	if err != nil {
		s.notices = append(s.notices, err.Error())
	}
	if len(commands) == 0 {
		return nil
	}
	const agreed = "router-agreed:"
	return &kit.Routers{Commands: commands, Runner: router.Runner{Environ: x.Environ, Now: x.Now},
		Agreed: func(print string) bool { return habits.Recall(agreed+print) == "yes" },
		Agree:  func(print string) { habits.Keep(agreed+print, "yes") }}
}

// askRouters asks the routers of the named tunnels, as --ask-router says, and says on standard error what is run and what did not work.
func (f *flags) askRouters(ctx context.Context, x IO, s *session, snapshot *store.Snapshot, names []string) (map[string]router.Reading,
	error) {
	commands, err := f.commandsForRouters(s)
	if err != nil {
		return nil, failure{exitUsage, err}
	}
	if len(commands) == 0 {
		return nil, usage("--ask-router: the config file has no router_commands for this account (docs/routers.md)")
	}
	runner, out := router.Runner{Environ: x.Environ, Now: x.Now}, map[string]router.Reading{}
	for _, t := range snapshot.Tunnels {
		if !slices.Contains(names, t.Name) && !slices.Contains(names, t.ID) {
			continue
		}
		target := diagnose.RouterTarget(t)
		reads, _ := router.Matching(commands, target)
		if len(reads) == 0 {
			fmt.Fprintf(x.Err, "flarewire: no command that reads is for %s\n", tui.Clean(t.Name))
			continue
		}
		for _, c := range reads {
			if args, err := c.Fill(target); err == nil {
				fmt.Fprintln(x.Err, "flarewire: runs "+tui.Clean(router.Shown(args)))
			}
		}
		reading := runner.Ask(ctx, reads, target)
		for _, run := range reading.Runs {
			switch {
			case run.Trouble != "":
				fmt.Fprintf(x.Err, "flarewire: %s: %s\n", tui.Clean(run.Name), tui.Clean(run.Trouble))
			case run.Unread:
				fmt.Fprintf(x.Err, "flarewire: %s: nothing in its output was understood\n", tui.Clean(run.Name))
			}
		}
		out[t.ID] = reading
	}
	return out, nil
}

// bothEnds are both ends of the tunnels that were asked for, for people.
func bothEnds(read *diagnose.Account, found []diagnose.Diagnosis, c tui.Canvas) []string {
	var out []string
	for _, d := range found {
		rows := read.BothEnds(d.Subject.ID)
		if len(rows) == 0 {
			continue
		}
		out = append(out, "", tui.Text(tui.Strong, "Both ends of "+tui.Clean(d.Subject.Name)).Paint(c.Theme, c.Width))
		for _, r := range rows {
			role := tui.Plain
			if r.Agreement == diagnose.Disagree {
				role = tui.Bad
			}
			out = append(out, tui.Paragraph(c, role, r.Sentence())...)
		}
	}
	return out
}
