// Package bundle writes what is known of an account into one file for a support ticket, without secrets.
package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/secret"
	"flarewire/internal/store"
)

// Contents are what a bundle is made of. Zero parts are left out or said to be not known.
type Contents struct {
	At       time.Time
	Version  string // of the program, in one line
	Account  string // its id
	Snapshot *store.Snapshot
	Findings []diagnose.Diagnosis
	// Timeline is what is known to have happened to what has trouble, without e-mail and addresses of persons.
	Timeline []diagnose.Moment
	// Persons adds to it who made a change, by e-mail and address.
	Persons  bool
	Insights []store.Insight // of the tunnels in question
	Traces   []api.Trace
	Requests []api.Exchange // what was asked of Cloudflare, oldest first
	// Secrets are looked for in everything and replaced: the credentials of this session at least. What
	// the objects themselves hold as secrets is found without help.
	Secrets []secret.Value
	// Hide is the program's own net under everything that it writes; nil: there is none.
	Hide func(string) string
}

// Name is a file name for a bundle of this time.
func Name(at time.Time) string {
	return "flarewire-support-" + at.UTC().Format("20060102T150405Z") + ".zip"
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
		text := r.redactor.Redact(string(p.content))
		if c.Hide != nil {
			text = c.Hide(text)
		}
		if _, err := io.WriteString(file, text); err != nil {
			return err
		}
	}
	return archive.Close()
}

// clean takes the secrets of the session out of a text.
func (c Contents) clean(text string) string {
	var r secret.Redactor
	r.Add(c.Secrets...)
	if text = r.Redact(text); c.Hide != nil {
		text = c.Hide(text)
	}
	return text
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
		{"tunnels.json", r.tunnels(s.Tunnels), !s.Fetched().IsZero()},
		{"routes.json", r.routes(s.Routes.Rows), s.Routes.Known()},
		{"prefixes.json", r.prefixes(s.Prefixes.Rows), s.Prefixes.Known()},
		{"interconnects.json", r.interconnects(s), s.Ports.Known() || s.Links.Known() || s.CNIs.Known()},
		{"health.json", healthOf(s), !s.Fetched().IsZero()},
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
	readme := part{"README.txt", []byte(readmeText(c))}
	parts = append(parts, part{"events.jsonl", lines(s.Events)})
	if len(c.Timeline) > 0 {
		parts = append(parts, part{"timeline.txt", []byte(diagnose.TimelineText(c.Timeline, c.Persons))})
	}
	if len(c.Requests) > 0 {
		parts = append(parts, part{"requests.jsonl", lines(requestsOf(c.Requests))})
	}
	return append([]part{readme}, parts...), nil
}

// lines is one JSON object per line.
func lines[T any](list []T) []byte {
	var out bytes.Buffer
	for _, v := range list {
		line, err := json.Marshal(v)
		if err != nil {
			continue // a time that JSON cannot say
		}
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}
