// Package bundle writes what is known of an account into one file for a support ticket, without secrets.
package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/secret"
	"flarewire/internal/statefile"
	"flarewire/internal/watch"
)

// Contents are what a bundle is made of. Zero parts are left out or said to be not known.
type Contents struct {
	At       time.Time
	Version  string // of the program, in one line
	Account  string // its id
	Snapshot watch.Snapshot
	Findings []diagnose.Diagnosis
	Insights []watch.Insight // of the tunnels in question
	Traces   []api.Trace
	// Secrets are looked for in everything and replaced: the credentials of this session at least. What
	// the objects themselves hold as secrets is found without help.
	Secrets []secret.Value
}

// Name is a file name for a bundle of this time.
func Name(at time.Time) string {
	return "flarewire-support-" + at.UTC().Format("20060102T150405Z") + ".zip"
}

// Save writes the bundle to a file that only the user can read, in one step.
func Save(path string, c Contents) error {
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		return err
	}
	if err := statefile.Replace(path, b.Bytes()); err != nil {
		return fmt.Errorf("the support bundle was not saved: %w", err)
	}
	return nil
}

// part is one file of the bundle.
type part struct {
	name    string
	content []byte
}

// Write writes the bundle as a zip archive. Everything passes the redactor before it is compressed.
func Write(w io.Writer, c Contents) error {
	var r redaction
	parts, err := r.parts(c)
	if err != nil {
		return fmt.Errorf("the support bundle cannot be written: %w", err)
	}
	r.redactor.Add(append(r.found, c.Secrets...)...)
	archive := zip.NewWriter(w)
	for _, p := range parts {
		file, err := archive.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: c.At.UTC()})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(file, r.redactor.Redact(string(p.content))); err != nil {
			return err
		}
	}
	return archive.Close()
}

// parts makes all files and collects the secrets of the objects, which are looked for in all of them.
func (r *redaction) parts(c Contents) ([]part, error) {
	var parts []part
	add := func(name string, v any) error {
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part{name, append(text, '\n')})
		return nil
	}
	s := c.Snapshot
	for _, each := range []struct {
		name string
		v    any
		is   bool
	}{
		{"tunnels.json", r.tunnels(s.Tunnels), true},
		{"routes.json", r.routes(s.Routes), s.Routes != nil},
		{"prefixes.json", r.prefixes(s.Prefixes), s.Prefixes != nil},
		{"health.json", healthOf(s), true},
		{"analytics.json", insightsOf(c.Insights), len(c.Insights) > 0},
		{"traceroute.json", r.traces(c.Traces), len(c.Traces) > 0},
		{"findings.json", c.Findings, true},
		{"about.json", aboutOf(c), true},
	} {
		if !each.is {
			continue
		}
		if err := add(each.name, each.v); err != nil {
			return nil, err
		}
	}
	var events bytes.Buffer
	for _, e := range s.Events {
		line, err := json.Marshal(e)
		if err != nil {
			continue // a time that JSON cannot say
		}
		events.Write(append(line, '\n'))
	}
	readme := part{"README.txt", []byte(readmeText(c))}
	return append([]part{readme}, append(parts, part{"events.jsonl", events.Bytes()})...), nil
}

func readmeText(c Contents) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Support bundle of account %s, made %s by %s\n\n", c.Account, c.At.UTC().Format(time.RFC3339), c.Version)
	b.WriteString(`Keys, tokens and passwords are replaced by ` + secret.Mask + `. Addresses, AS numbers, names and
descriptions are as they are in the account: look through them before you hand this on.

about.json       versions, and how old each part of the data is
findings.json    what the data points to, with evidence
tunnels.json     the tunnels as the API gave them, with their BGP status
routes.json      static routes
prefixes.json    BYOIP prefixes with their BGP prefixes and service bindings
health.json      health and traffic of the tunnels, from the analytics
analytics.json   a day of one tunnel's health and traffic, and its locations
traceroute.json  traceroutes from Cloudflare's locations
events.jsonl     what was seen to change, oldest first, times in UTC

A part that is missing was not read; about.json says why.
`)
	return b.String()
}
