package routerconfig

import (
	"fmt"
	"strings"
)

// File is one text of a configuration.
type File struct {
	Name string // a file name without a folder
	Text string // ends with a line break
}

// Config is what Render gives: one file, or several where a platform keeps its settings in several.
type Config struct {
	Platform Platform
	Files    []File
}

// Text is all files in one, each under a line with its name when there are several.
func (c Config) Text() string {
	if len(c.Files) == 1 {
		return c.Files[0].Text
	}
	var b strings.Builder
	for i, f := range c.Files {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s ======== %s ========\n%s", platformSpecs[c.Platform].comment, f.Name, f.Text)
	}
	return b.String()
}

// Render writes the configuration of a router's tunnels for a platform. It is an error when the platform does not have their
// kinds, when a value of a tunnel is not what it must be, or when the tunnels cannot stand on one router. A key that cannot be
// written safely in the platform's syntax is a placeholder with the reason. No error contains a key.
func Render(p Platform, r Router) (Config, error) {
	if r.Link != nil {
		return renderLink(p, *r.Link)
	}
	if len(r.Tunnels) == 0 {
		return Config{}, errNoTunnel
	}
	for _, kind := range r.kinds() {
		if _, err := ParsePlatform(kind, string(p)); err != nil {
			return Config{}, err
		}
	}
	spec := platformSpecs[p]
	v, err := assemble(p, r)
	if err != nil {
		return Config{}, err
	}
	out := Config{Platform: p}
	for _, part := range spec.parts {
		if part.only == forIPsec && !v.IPsec || part.only == forBGP && !v.BGP {
			continue
		}
		body, err := fill(part.template, v)
		if err != nil {
			return Config{}, fmt.Errorf("the configuration could not be written: %w", err)
		}
		if spec.quote.terraform {
			body = alignHCL(body)
		}
		text := wrapComments(header(p, r, v, body, len(out.Files) == 0) + body)
		out.Files = append(out.Files, File{fmt.Sprintf(part.name, v.Label), text})
	}
	return out, nil
}

// commentWidth is the length of comment lines, so that they fit a screen of 80 columns; commands are never broken.
const commentWidth = 78

// wrapComments breaks long comment lines at spaces; each line begins with the sign, and with the indentation of the first. FRR's file
// has the signs of both of its readers.
func wrapComments(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		sign, words, _ := strings.Cut(line[len(indent):], " ")
		if sign != "#" && sign != "!" || len(line) <= commentWidth+1 {
			out.WriteString(line)
			continue
		}
		start, n := indent+sign, 0
		for _, word := range strings.Fields(words) {
			if n > 0 && n+1+len(word) > commentWidth {
				out.WriteByte('\n')
				n = 0
			}
			if n == 0 {
				out.WriteString(start)
				n = len(start)
			}
			out.WriteString(" " + word)
			n += 1 + len(word)
		}
		out.WriteByte('\n')
	}
	return out.String()
}
