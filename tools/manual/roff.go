package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// page is a manual page in the language of man(7). The library that cobra uses for this takes the help texts for
// Markdown: it runs examples together and leaves out what stands between angle brackets.
type page struct{ strings.Builder }

// newPage begins a page; the summary is one line.
func newPage(name, chapter, summary string, at time.Time) *page {
	p := &page{}
	p.line(".TH %q %s %q flarewire %q", strings.ToUpper(name), chapter, at.UTC().Format("2006-01-02"), "flarewire manual")
	p.line(".nh\n.ad l")
	p.section("NAME")
	p.line(`%s \- %s`, escaped(name), escaped(summary))
	return p
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) section(title string) { p.line(".SH %q", strings.ToUpper(title)) }

// item is a term with its explanation below it.
func (p *page) item(term, text string) { p.line(".TP\n\\fB%s\\fR\n%s", escaped(term), escaped(text)) }

// escaped is text that roff shows as it is: hyphens that can be copied, no line that is a request.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// columns tells a line that must stay as it is: indented, or with columns in it.
var columns = regexp.MustCompile(`^ |\S  +\S`)

// prose writes a help text: its paragraphs are filled, lines with columns and examples stay lines.
func (p *page) prose(text string) {
	asIs := false
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if fixed := columns.MatchString(line); fixed != asIs && line != "" {
			p.line(map[bool]string{true: ".nf", false: ".fi"}[fixed])
			asIs = fixed
		}
		if line == "" {
			p.line(".PP")
			continue
		}
		p.line("%s", escaped(line))
	}
	if asIs {
		p.line(".fi")
	}
}

// commandPage is the manual page of a command.
func commandPage(cmd *cobra.Command, at time.Time) string {
	p := newPage(pageName(cmd), "1", cmd.Short, at)
	p.section("synopsis")
	if cmd.Runnable() {
		p.line("%s", escaped(cmd.UseLine()))
	}
	if cmd.HasAvailableSubCommands() {
		p.line(".br\n%s", escaped(cmd.CommandPath()+" COMMAND"))
	}
	p.section("description")
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	text, codes := exitStatus(text)
	p.prose(text)
	if cmd.HasAvailableSubCommands() {
		p.section("commands")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				p.item(pageName(c)+"(1)", c.Short)
			}
		}
	}
	p.flags("options", cmd.NonInheritedFlags())
	p.flags("options of every command", cmd.InheritedFlags())
	if cmd.Example != "" {
		p.section("examples")
		p.line(".nf")
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			p.line("%s", escaped(strings.TrimPrefix(line, "  ")))
		}
		p.line(".fi")
	}
	if codes != "" {
		p.section("exit status")
		p.prose(codes)
	}
	if !cmd.HasParent() {
		p.outside()
	}
	p.section("see also")
	p.line("flarewire(1), flarewire(5), flarewire\\-keys(7)")
	return p.String()
}

// exitStatus takes the exit codes out of a help text: they have a section of their own, begun by a capital.
func exitStatus(text string) (rest, codes string) {
	const lead = "Exit code: "
	at := strings.Index(text, "\n"+lead)
	if at < 0 {
		return text, ""
	}
	codes, after, _ := strings.Cut(text[at+1+len(lead):], "\n\n")
	return strings.TrimSpace(text[:at] + "\n\n" + after), codes
}

func (p *page) flags(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	p.section(title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		term := strings.TrimSpace("--" + f.Name + " " + value)
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		switch f.DefValue {
		case "", "false", "0", "[]":
		default:
			text += " (default " + f.DefValue + ")"
		}
		p.item(term, text)
	})
}

// environment is every variable that the program reads (a test compares it with the source), with what it is for.
var environment = [][2]string{
	{"CLOUDFLARE_API_TOKEN, or CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL", "the credential"},
	{"CLOUDFLARE_ACCOUNT_ID", "the account, when the credential sees several; as --account"},
	{"CLOUDFLARE_BASE_URL", "the address of the API instead of Cloudflare's own, such as that of flarewire demo-server"},
	{"CREDENTIALS_DIRECTORY", "set by systemd for LoadCredential=: the file flarewire-token in it is the credential when none of the above " +
		"is set"},
	{"FLAREWIRE_PROFILE, FLAREWIRE_READ_ONLY", "as --profile and --read-only"},
	{"FLAREWIRE_RECORDER", "where the sockets of the machine's recorder are, instead of /run/flarewire; off takes over from no recorder"},
	{"FLAREWIRE_DEBUG_PROCESS", "1 lets a debugger read the program's memory, which is closed otherwise (Linux)"},
	{"CF_API_TOKEN, CF_API_KEY, CF_EMAIL, CF_API_EMAIL, CF_ACCOUNT_ID", "names of older programs: not used, and said to be so"},
	{"CLOUDFLARE_API_USER_SERVICE_KEY, CLOUDFLARE_CUSTOM_HEADERS",
		"not used; kept from every program that is started from here, as all of CLOUDFLARE_"},
	{"APPDATA, LOCALAPPDATA", "the folders of the configuration and of what the program keeps (Windows)"},
	{"DISPLAY, WAYLAND_DISPLAY", "with one of them the key for the dashboard opens a browser, without it the address is copied"},
	{"HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy", "the proxy, and what is reached without it"},
	{"XDG_CONFIG_HOME, " +
		"XDG_STATE_HOME", "where config.toml is instead of in ~/.config, and what the program keeps instead of in ~/.local/state"},
	{"HOME", "the user's folder"},
	{"DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR", "where the keyring is asked"},
	{"VISUAL, EDITOR", "the editor of flarewire settings edit; otherwise vi"},
	{"ACCESSIBLE", "as --accessible, when it is not empty"},
	{"NO_COLOR", "no colours, whatever its value"},
	{"TERM, COLORTERM", "what the terminal can show"},
	{"LC_ALL, LC_CTYPE, LANG", "the first of these that is set decides whether symbols beyond ASCII are shown"},
	{"TMUX, STY, VTE_VERSION", "which terminal it is, for --notify terminal"},
	{"SSH_CONNECTION, SSH_TTY, SSH_CLIENT", "over SSH no keyring prompt is opened, and less is sent to the terminal"},
	{"GODEBUG", "refused when it would write secrets into the output"},
	{"TZ", "the time zone of times of day that are not marked UTC"},
}

// outside writes what the first page says about the world around the program (docs/architecture.md, command line).
func (p *page) outside() {
	p.section("environment")
	for _, v := range environment {
		p.item(v[0], v[1])
	}
	p.WriteString(files)
}

// files are the exit status and the files, for the first page.
const files = `.SH EXIT STATUS
0 done; 1 API or network error; 2 wrong usage, or no credentials. \fBflarewire check\fR follows the monitoring
plugins: 0 ok, 1 warning, 2 critical, 3 unknown.
.SH FILES
.TP
~/.config/flarewire/config.toml
profiles and preferences, without secrets: flarewire(5)
.TP
~/.local/state/flarewire
what was changed, when sessions changed their states, how many requests were sent, and what objects are called, for completion
(XDG_STATE_HOME is respected)
`

// keyPage is docs/keys.md as a manual page.
func keyPage(markdown string, at time.Time) string {
	return documentPage(newPage("flarewire-keys", "7", "the keys of flarewire's full screen", at), markdown)
}

// configPage is docs/config.md as a manual page.
func configPage(markdown string, at time.Time) string {
	p := newPage("flarewire", "5", "the configuration file of flarewire", at)
	p.section("description")
	return documentPage(p, markdown)
}

// documentPage writes a document: its headings, its paragraphs, its tables of a term, what it is, and its meaning, and the lines of its
// examples.
func documentPage(p *page, markdown string) string {
	for line := range strings.Lines(markdown) {
		example := strings.HasPrefix(line, "    ")
		line = strings.TrimSpace(line)
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		switch title, heading := strings.CutPrefix(line, "## "); {
		case heading:
			p.section(strings.ReplaceAll(title, "`", ""))
		case line == "":
			p.line(".PP")
		case example:
			p.line(".br\n%s", escaped(line))
		case strings.HasPrefix(line, "# "), strings.HasPrefix(line, "|--"), strings.HasPrefix(line, "| key"):
		case strings.HasPrefix(line, "|") && len(cells) == 3:
			p.item(strings.ReplaceAll(cells[0], "`", ""), strings.ReplaceAll(cells[2]+" ("+cells[1]+")", "`", ""))
		default:
			p.line("%s", escaped(strings.ReplaceAll(line, "`", "")))
		}
	}
	return p.String()
}
