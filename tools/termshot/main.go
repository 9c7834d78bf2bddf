// Command termshot runs a program in a pseudo-terminal, plays a script on it and saves pictures of the screen:
//
//	termshot -size 80x24 -out screenshots -theme dark demo.script -- flarewire --demo
//
// It is a tool of this repository and no part of the product.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flarewire/internal/testing/ptytest/console"
	"flarewire/tools/shot"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "termshot:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	cols, rows int
	out        string
	light      bool
	plain      bool
	title      string
	env        []string
	timeout    time.Duration
}

func run(args []string) error {
	s, script, command, err := parse(args)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(script)
	if err != nil {
		return fmt.Errorf("cannot read the script: %w", err)
	}
	steps, err := parseScript(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", script, err)
	}
	home, err := os.MkdirTemp("", "termshot-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }()
	program, err := console.Start(console.Options{
		Path: command[0], Args: command[1:], Env: console.Environment(home, s.env),
		Cols: s.cols, Rows: s.rows, LightBackground: s.light,
	})
	if err != nil {
		return err
	}
	defer program.Kill()
	return (&player{program: program, settings: s}).play(steps)
}

func parse(args []string) (s settings, script string, command []string, err error) {
	flags := flag.NewFlagSet("termshot", flag.ContinueOnError)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(flags.Output(), "usage: termshot [flags] SCRIPT -- PROGRAM [ARGUMENT…]\n\n%s\nflags:\n", scriptHelp)
		flags.PrintDefaults()
	}
	size := flags.String("size", "80x24", "columns x rows of the terminal")
	theme := flags.String("theme", "dark", "dark or light: the terminal's colours, and its answer to the program")
	flags.StringVar(&s.out, "out", ".", "the folder for the pictures")
	flags.BoolVar(&s.plain, "plain", false, "draw no window around the screen")
	flags.StringVar(&s.title, "title", "", "the window's title; empty is the one the program sets")
	flags.DurationVar(&s.timeout, "timeout", 10*time.Second, "how long one wait may take")
	flags.Func("env", "NAME=value for the program, which sees little else of the environment; may be repeated", func(v string) error {
		s.env = append(s.env, v)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return s, "", nil, err
	}
	if _, err := fmt.Sscanf(*size, "%dx%d", &s.cols, &s.rows); err != nil {
		return s, "", nil, fmt.Errorf("-size %q is not like 80x24", *size)
	}
	s.light = *theme == "light"
	if *theme != "dark" && *theme != "light" {
		return s, "", nil, fmt.Errorf("-theme %q is neither dark nor light", *theme)
	}
	rest := flags.Args()
	if len(rest) > 1 && rest[1] == "--" {
		rest = append(rest[:1:1], rest[2:]...)
	}
	if len(rest) < 2 {
		return s, "", nil, fmt.Errorf("a script and a program are needed: termshot [flags] SCRIPT -- PROGRAM [ARGUMENT…]")
	}
	return s, rest[0], rest[1:], nil
}

// save writes the pictures of the screen as it is now.
func (p *player) save(name string) error {
	screen := p.program.Screen()
	options := shot.Options{Palette: shot.Dark, Frame: !p.settings.plain, Title: p.settings.title}
	if p.settings.light {
		options.Palette = shot.Light
	}
	if options.Title == "" {
		options.Title = screen.Title()
	}
	picture, err := shot.PNG(screen, options)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.settings.out, 0o755); err != nil {
		return err
	}
	base := filepath.Join(p.settings.out, strings.ReplaceAll(name, string(filepath.Separator), "-"))
	if err := os.WriteFile(base+".svg", shot.SVG(screen, options), 0o644); err != nil {
		return err
	}
	return os.WriteFile(base+".png", picture, 0o644)
}
