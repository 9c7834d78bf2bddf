package main

import (
	"context"
	"fmt"
	"strings"

	"flarewire/internal/testing/ptytest/console"
	"flarewire/internal/testing/ptytest/grid"
)

const scriptHelp = `The script has one step per line; empty lines and lines that begin with # are skipped:
  wait TEXT        until TEXT is on the screen
  gone TEXT        until TEXT is nowhere on the screen
  key NAME…        press keys: enter, esc, up, ctrl+c, shift+tab, f1, pgdown, or single characters
  type TEXT        type TEXT
  resize COLS ROWS change the terminal's size
  shot NAME        save the screen as NAME.svg and NAME.png
`

// step is one line of a script.
type step struct {
	line     int
	verb     string
	argument string
}

// parseScript refuses a script with a mistake before anything is run.
func parseScript(text string) ([]step, error) {
	var steps []step
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		verb, argument, _ := strings.Cut(line, " ")
		s := step{line: i + 1, verb: verb, argument: strings.TrimSpace(argument)}
		if _, known := verbs[verb]; !known {
			return nil, fmt.Errorf("line %d: no step is called %q (wait, gone, key, type, resize, shot)", s.line, verb)
		}
		if s.argument == "" {
			return nil, fmt.Errorf("line %d: %s needs something behind it", s.line, verb)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// player plays a script on a program.
type player struct {
	program  *console.Console
	settings settings
}

var verbs = map[string]func(*player, string) error{
	"wait": func(p *player, text string) error {
		return p.wait(func(s grid.Screen) bool { return s.Contains(text) })
	},
	"gone": func(p *player, text string) error {
		return p.wait(func(s grid.Screen) bool { return !s.Contains(text) })
	},
	"key": func(p *player, names string) error { return p.program.Press(strings.Fields(names)...) },
	"type": func(p *player, text string) error {
		p.program.Send(text)
		return nil
	},
	"resize": func(p *player, size string) error {
		var cols, rows int
		if _, err := fmt.Sscanf(size, "%d %d", &cols, &rows); err != nil {
			return fmt.Errorf("%q is not like 120 40", size)
		}
		return p.program.Resize(cols, rows)
	},
	"shot": (*player).save,
}

func (p *player) play(steps []step) error {
	for _, s := range steps {
		if err := verbs[s.verb](p, s.argument); err != nil {
			return fmt.Errorf("line %d, %s %s: %w", s.line, s.verb, s.argument, err)
		}
	}
	return nil
}

// wait's error shows the screen, because it is all there is to understand what happened instead.
func (p *player) wait(condition func(grid.Screen) bool) error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), p.settings.timeout,
		fmt.Errorf("it did not happen in %v", p.settings.timeout))
	defer cancel()
	screen, err := p.program.WaitFor(ctx, condition)
	if err != nil {
		return fmt.Errorf("%w; the screen is\n%s", err, screen.Box())
	}
	return nil
}
