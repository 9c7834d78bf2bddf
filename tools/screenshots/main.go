// Command screenshots draws the pictures in screenshots/ from the real program: it builds flarewire, runs it on the
// simulated account with its clock stopped, plays a few keys, and saves the screen. The same program gives
// the same SVG to the byte, so that with -check it reports whether the pictures still show what people get.
//
//	go run -C tools ./screenshots          write SVG, and PNG for looking at (not kept in the repository)
//	go run -C tools ./screenshots -check   fail when an SVG is not what the program shows
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"flarewire/internal/testing/ptytest/console"
	"flarewire/internal/testing/ptytest/grid"
	"flarewire/tools/shot"
)

// moment is when the demo's clock stands still.
const moment = "2026-03-01T12:00:00Z"

// patience is the limit of one wait; rest is how long a screen must stay as it is to be taken for whole.
const (
	patience = 30 * time.Second
	rest     = 250 * time.Millisecond
)

// picture is one screen of the program, drawn dark and light.
type picture struct {
	name       string
	start      string // the first page; empty is the program's own
	cols, rows int
	steps      []step
	shell      string // typed in a shell instead: the command line as shown, without --demo-at and --theme
}

// step types keys, and waits until all texts are on the screen.
type step struct {
	keys  string
	until []string
}

var (
	list     = step{until: []string{"Northwind Freight", "syd-br1-ipsec", " >24h"}}
	overview = step{until: []string{"Northwind Freight", "PROBLEM", "CNI 0s", " >24h"}}
	// setup is the guided setup of an IPsec tunnel with a mistake in its name.
	setup = []step{{until: []string{"IPsec tunnels", "syd-br1-ipsec", " >24h"}}, {"n", []string{"Step 1 of 5", "Your endpoint"}},
		{"muc br1", []string{"Use only letters"}}}
	// review is a new static route, checked by the server and not sent yet.
	review = []step{{until: []string{"198.18.20.0/24"}}, {"n", []string{"New static route", "Step 1 of 2"}},
		{"10.99.0.0/16\t10.213.0.1\x13", []string{"validate_only", "enter send"}}}
	// bringUp is the way of a new IPsec tunnel from its name to the page that follows it.
	bringUp = []step{{until: []string{"IPsec tunnels", "syd-br1-ipsec", " >24h"}}, {"n", []string{"Step 1 of 5", "Your endpoint"}},
		{"muc-br1-ipsec", []string{"muc-br1-ipsec"}}, {"\t\t203.0.113.202", []string{"203.0.113.202"}},
		{"\x1b[6~", []string{"Step 2 of 5", "your side"}}, {"\x1b[6~64777", []string{"Step 3 of 5", "64777"}},
		{"\x1b[6~", []string{"Step 4 of 5"}}, {"\x13", []string{"validate_only", "enter send"}},
		{"\r", []string{"enter generate key"}}, {"\r", []string{"enter send", "psk_generate"}}, {"\r", []string{"v shows it"}},
		{"y", []string{"K saved, close"}}, {"K", []string{"enter close"}}, {"\r", []string{"enter bring-up"}},
		{"\r", []string{"Bring up muc-br1-ipsec", "key set", "IKE identity"}}}
)

var pictures = []picture{
	{name: "overview", cols: 80, rows: 24, steps: []step{overview}},
	{name: "wall", cols: 200, rows: 60, steps: []step{{until: []string{"TUNNELS AND CNIs, worst first (16)", "LOCATIONS (8)", "CNI 0s",
		" >24h"}}}},
	{name: "bgp", start: "bgp", cols: 120, rows: 40, steps: []step{{until: []string{"12 sessions", "AS 64611", "health: degraded", " >24h"}}}},
	{name: "tunnels", start: "tunnels", cols: 80, rows: 24, steps: []step{list}},
	{name: "tunnels-wide", start: "tunnels", cols: 120, rows: 40, steps: []step{list}},
	{name: "tunnel", start: "tunnels", cols: 80, rows: 24, steps: []step{list, {"\r", []string{"› iad-dc1-gre", "BGP session"}}}},
	{name: "help", start: "tunnels", cols: 80, rows: 24, steps: []step{list, {"?", []string{"Keys on", "Help"}}}},
	{name: "diagnosis", start: "tunnels", cols: 80, rows: 24, steps: []step{list, {"\r", []string{"› iad-dc1-gre", "BGP session"}},
		{"\x1b[6~jjj", []string{"What this means", "Evidence"}}}},
	{name: "traffic", start: "tunnels", cols: 80, rows: 24, steps: []step{list, {"/mad\r", []string{"mad-br1-ipsec", "esc clear filter"}},
		{"\r", []string{"› mad-br1-ipsec", "BGP session"}},
		{"\x1b[6~\x1b[6~\x1b[6~jj", []string{"Cloudflare's data centers", "Health  "}}}},
	{name: "traceroute", start: "tunnels", cols: 80, rows: 24, steps: []step{list, {"t", []string{"New traceroute", "ctrl+s run"}}, {"\x13",
		[]string{"reached it", "TTL"}}}},
	{name: "setup", start: "ipsec", cols: 80, rows: 24, steps: setup},
	{name: "review", start: "routes", cols: 80, rows: 24, steps: review},
	{name: "bring-up", start: "ipsec", cols: 80, rows: 24, steps: bringUp},
	{name: "status", cols: 80, rows: 20, shell: "flarewire --demo status"},
}

func main() {
	check := flag.Bool("check", false, "write nothing; fail when an SVG in the folder is not what the program shows")
	out := flag.String("out", "../screenshots", "the folder of the pictures")
	flag.Parse()
	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(out string, check bool) error {
	work, err := os.MkdirTemp("", "flarewire-screenshots-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	binary := filepath.Join(work, "flarewire")
	if text, err := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-o", binary,
		"flarewire").CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build the program: %w\n%s", err, text)
	}
	var wrong []error
	for _, p := range pictures {
		for _, theme := range []string{"dark", "light"} {
			screen, err := p.take(binary, work, theme)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", p.name, theme, err)
			}
			wrong = append(wrong, keep(filepath.Join(out, p.name+"-"+theme), screen, theme, check))
		}
	}
	wrong = append(wrong, film(binary, work, filepath.Join(out, "setup-film.svg"), check))
	return errors.Join(wrong...)
}

// keep writes the pictures of a screen, or compares the SVG with the one that is there.
func keep(path string, screen grid.Screen, theme string, check bool) error {
	options := shot.Options{Palette: shot.Dark, Frame: true, Title: "flarewire"}
	if theme == "light" {
		options.Palette = shot.Light
	}
	svg := shot.SVG(screen, options)
	if check {
		return same(path+".svg", svg)
	}
	png, err := shot.PNG(screen, options)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path+".svg", svg, 0o644), os.WriteFile(path+".png", png, 0o644))
}

// same fails when a file of the folder is not what the program shows now.
func same(path string, svg []byte) error {
	there, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(there, svg) {
		return fmt.Errorf("%s is not what the program shows: run make screenshots and look at what changed", path)
	}
	return nil
}

// take runs the program and gives the screen after the last step.
func (p picture) take(binary, home, theme string) (grid.Screen, error) {
	return p.play(binary, home, theme, func(grid.Screen) {})
}

// play runs the program and gives the screen after the last step; each is told the screen of every step, once
// nothing more is drawn.
func (p picture) play(binary, home, theme string, each func(grid.Screen)) (grid.Screen, error) {
	stopped := []string{"--demo-at", moment, "--theme", theme}
	if p.start != "" {
		stopped = append(stopped, "--start", p.start)
	}
	o := console.Options{
		Path: binary, Args: append([]string{"--demo"}, stopped...), Cols: p.cols, Rows: p.rows, LightBackground: theme == "light",
		Env: console.Environment(home, []string{"COLORTERM=truecolor"}),
	}
	if p.shell != "" {
		command := strings.Replace(p.shell, "flarewire", binary, 1) + " " + strings.Join(stopped, " ")
		o.Path, o.Args = "/bin/sh", []string{"-c", fmt.Sprintf("printf '$ %%s\\n' '%s'; %s; printf '$ '", p.shell, command)}
	}
	c, err := console.Start(o)
	if err != nil {
		return grid.Screen{}, err
	}
	defer c.Kill()
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errors.New("it did not come in time"))
	defer cancel()
	if p.shell != "" {
		_, err := c.Wait(ctx)
		return c.Screen(), err
	}
	var screen grid.Screen
	for _, s := range p.steps {
		c.Send(s.keys)
		screen, err = c.WaitFor(ctx, func(now grid.Screen) bool { return showsAll(now, s.until) })
		if err != nil {
			return screen, fmt.Errorf("waiting for %q: %w; the screen is\n%s", s.until, err, screen.Box())
		}
		if screen, err = settled(ctx, c); err != nil {
			return screen, err
		}
		each(screen)
	}
	return screen, nil
}

func showsAll(s grid.Screen, texts []string) bool {
	for _, text := range texts {
		if !s.Contains(text) {
			return false
		}
	}
	return true
}

// settled gives the screen once nothing more is drawn: a frame can be seen half done.
func settled(ctx context.Context, c *console.Console) (grid.Screen, error) {
	for ctx.Err() == nil {
		written := c.BytesWritten()
		quiet, cancel := context.WithTimeout(ctx, rest)
		_, err := c.WaitFor(quiet, func(grid.Screen) bool { return c.BytesWritten() != written })
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return c.Screen(), nil
		}
		if err != nil {
			return c.Screen(), err
		}
	}
	return c.Screen(), context.Cause(ctx)
}
