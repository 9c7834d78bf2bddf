package devconf

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed templates/*.tmpl
var files embed.FS

var templates = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "templates/*.tmpl"))

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
		var body strings.Builder
		if err := templates.ExecuteTemplate(&body, part.template, v); err != nil {
			return Config{}, fmt.Errorf("the configuration could not be written: %w", err)
		}
		out.Files = append(out.Files, File{fmt.Sprintf(part.name, v.Label), header(p, in, v, body.String()) + body.String()})
	}
	return out, nil
}

// header is the comment lines that every file begins with: what it is, of which tunnel, from which source, what was
// not tried, and what is left to the reader.
func header(p Platform, in Input, v values, body string) string {
	about, t := profiles[p], in.Tunnel
	lines := []string{
		about.title + ": configuration for the Cloudflare " + in.Kind().String() + " " + shown(t.Name) + ", written by flarewire.",
		"Tunnel " + v.ID + " of account " + v.AccountID + ".",
	}
	for _, source := range about.sources(in.Kind(), v.BGP) {
		lines = append(lines, "Source: "+source+".")
	}
	lines = append(lines, tried(p))
	lines = append(lines, about.advice...)
	if !about.quote.terraform {
		lines = append(lines, notes(v, t)...)
	}
	for _, h := range placeholders {
		if strings.Contains(body, h.text) {
			lines = append(lines, h.text+": "+h.means+".")
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(about.comment + " " + line + "\n")
	}
	return b.String()
}

// shown is a name in a comment: in quotation marks and ASCII, and without the question mark, at which an interactive
// command line prints its help even inside a comment.
func shown(name string) string { return strings.ReplaceAll(strconv.QuoteToASCII(name), "?", `\x3f`) }

// tried says how far the text was tested.
func tried(p Platform) string {
	switch p {
	case Linux:
		return "Tried in network namespaces with FRR 8.4 and strongSwan 5.9, but without a real GRE or XFRM interface. Not tried against Cloudflare."
	case Terraform:
		return "Not tried against Cloudflare."
	}
	return "Not tried on a device: read it before you use it."
}
