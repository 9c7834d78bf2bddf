package devconf

import (
	"fmt"
	"slices"
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
		fmt.Fprintf(&b, "%s ======== %s ========\n%s", profiles[c.Platform].comment, f.Name, f.Text)
	}
	return b.String()
}

// Render writes the configuration of a tunnel for a platform. It is an error when the platform does not have this
// kind of tunnel, when a value of the tunnel is not what it must be, or when one cannot be written safely in the
// platform's syntax. No error contains a key.
func Render(p Platform, in Input) (Config, error) {
	kind := in.Kind()
	if !slices.Contains(Platforms(kind), p) {
		_, err := ParsePlatform(kind, string(p))
		return Config{}, err
	}
	about := profiles[p]
	v, err := read(about, in)
	if err != nil {
		return Config{}, err
	}
	out := Config{Platform: p}
	for _, part := range about.parts {
		if part.only == forIPsec && !v.IPsec || part.only == forBGP && !v.BGP {
			continue
		}
		body, err := fill(part.template, v)
		if err != nil {
			return Config{}, fmt.Errorf("the configuration could not be written: %w", err)
		}
		out.Files = append(out.Files, File{fmt.Sprintf(part.name, v.Label), header(p, in, v, body) + body})
	}
	return out, nil
}
