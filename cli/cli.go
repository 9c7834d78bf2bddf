// Package cli is the command line: it reads flags and environment, joins the parts, and maps what
// went wrong to exit codes.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"flarewire/api"
	"flarewire/internal/secret"
	"flarewire/internal/share"
	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/tui/line"
)

// Exit codes of everything but `check` (docs/architecture.md, command line contract).
const (
	exitOK     = 0
	exitFailed = 1 // API or network error
	exitUsage  = 2 // wrong usage, or no credentials
)

// IO is what a command may touch of the outside world. Tests bring their own.
type IO struct {
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Environ []string
	Now     func() time.Time
	// Credentials is what was taken out of the environment before Environ was made; nil: it is all in Environ.
	Credentials *keystore.Environment
	// Redactor knows the secrets that must not be written; nil: a new one.
	Redactor *secret.Redactor
	// Transport is the way to Cloudflare; nil: the network.
	Transport http.RoundTripper
	// Prompt is where a question is asked, unbuffered; nil: no question can be asked.
	Prompt io.Writer
}

// env is the value of an environment variable; the last of several counts.
func (x IO) env(name string) string {
	for i := len(x.Environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(x.Environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// baseURL is CLOUDFLARE_BASE_URL, empty when it is not set. Set and empty is an error: it is meant to keep the program away from the
// real API, and must not mean it.
func (x IO) baseURL() (string, error) {
	const name = "CLOUDFLARE_BASE_URL"
	value := strings.TrimSpace(x.env(name))
	if value == "" && slices.ContainsFunc(x.Environ, func(e string) bool { return strings.HasPrefix(e, name+"=") }) {
		return "", usage("%s is set and empty: unset it to use Cloudflare's own address, or set one like %s", name, api.DefaultBaseURL)
	}
	return value, nil
}

// terminal is the file descriptor behind a stream when it is a terminal.
func terminal(stream any) (fd int, ok bool) {
	f, isFile := stream.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// flags are the global ones.
type flags struct {
	demo     bool
	demoAt   string
	account  string
	readOnly bool
	refresh  time.Duration
	theme    string
	notify   string // empty: as the profile says
	// notifyAll is what the config file says for every profile.
	notifyAll string
	debugLog  string
	start     string
	profile   string
	named     []string // every --profile that was given; see several
	all       bool     // --all-profiles
	// accessible: the program runs line by line; console is what it asks on, made when it first does.
	accessible bool
	console    *line.Console
	version    bool // print it and do nothing else
	screen     screenSettings

	given  func(flag string) bool // whether it was on the command line; nil: none was
	vault  *keystore.Resolver     // made when it is first needed
	fleet  *fleetWatch            // made when the full-screen interface begins
	shares *share.Folder          // of the requests of each credential; nil: every client counts by itself
}

// failure is an error that knows its exit code.
type failure struct {
	code int
	err  error
}

func (f failure) Error() string { return f.err.Error() }
func (f failure) Unwrap() error { return f.err }

func usage(format string, args ...any) error { return failure{exitUsage, fmt.Errorf(format, args...)} }
func trouble(err error) error                { return failure{exitFailed, err} }

// exit carries an exit code without a message.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, x IO) int {
	if x.Redactor == nil {
		x.Redactor = &secret.Redactor{}
	}
	root := newRoot(x, pressesTAB(args))
	if err := refuseSecrets(args); err != nil {
		if cmd, _, _ := root.Find(args); cmd.Name() == checkName {
			_ = unknown(x, err)
			return int(severityUnknown)
		}
		fmt.Fprintln(x.Err, "flarewire: "+err.Error())
		return exitUsage
	}
	root.SetArgs(args)
	root.SetIn(x.In)
	out := &witness{w: x.Out}
	root.SetOut(out) // the help and the completions, whose printers do not look at errors
	root.SetErr(x.Err)
	err := cmp.Or(root.ExecuteContext(ctx), out.err)
	var code exit
	var write *fs.PathError
	var f failure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &f):
		fmt.Fprintln(x.Err, "flarewire: "+tui.Clean(strings.ReplaceAll(f.Error(), "\n", "; ")))
		return f.code
	case errors.As(err, &write):
		fmt.Fprintln(x.Err, "flarewire: "+tui.Clean(err.Error()))
		return exitFailed
	}
	// What is left comes from the flag parser.
	fmt.Fprintln(x.Err, "flarewire: "+tui.Clean(err.Error())+" (flarewire --help lists commands and flags)")
	return exitUsage
}

// witness remembers that something could not be written.
type witness struct {
	w   io.Writer
	err error
}

func (w *witness) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}

// fileName refuses a dash, which means standard output elsewhere: what is written here is a file that must be whole.
func fileName(path string) error {
	if path == "-" {
		return usage("- is no file name here; to get a file of that name write ./-")
	}
	return nil
}

// refuseSecrets stops an argument that looks like a Cloudflare credential, because arguments are
// visible to every user of the machine. It does not repeat the argument.
func refuseSecrets(args []string) error {
	for _, a := range args {
		for _, prefix := range []string{"cfut_", "cfat_", "cfk_"} {
			if i := strings.Index(a, prefix); i >= 0 && len(a)-i >= 40 {
				return errors.New("an argument looks like an API token; arguments can be read by every user of this machine. Put the token into " +
					"CLOUDFLARE_API_TOKEN instead, and roll this one")
			}
		}
	}
	return nil
}

// badValue says what a flag wants, not how its parser failed.
func badValue(err error) error {
	var bad *pflag.InvalidValueError
	if !errors.As(err, &bad) {
		return err
	}
	wants := map[string]string{"int": "a whole number", "duration": "a time such as 10s or 5m",
		"bool": "true or false", "range": "a number such as 2 or a range such as 2:, ~:5 or @1:2, 0 or more"}[bad.GetFlag().Value.Type()]
	if wants == "" {
		return err
	}
	return fmt.Errorf("--%s %q: use %s", bad.GetFlag().Name, bad.GetValue(), wants)
}

// Command is the tree of commands with nothing behind it, for manual pages and completions.
func Command() *cobra.Command { return newRoot(IO{Now: time.Now}, true) }

// pressesTAB reports whether a shell asks what can stand at the end of its line.
func pressesTAB(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// newRoot makes the tree of commands. What TAB offers is only set up for whoever presses it: to go through all flags of all commands is
// a twentieth of the processor time of a command that prints its version.
func newRoot(x IO, tab bool) *cobra.Command {
	f := &flags{shares: share.In(filepath.Join(x.stateDir(), "share"), api.LimitsOf(api.DefaultBudget))}
	root := &cobra.Command{
		Use:   "flarewire",
		Short: "Watch and configure networks on Cloudflare's Magic Transit and Cloudflare WAN",
		Long: `flarewire watches and configures networks on Cloudflare's Magic Transit and Cloudflare WAN
(formerly Magic WAN): GRE and IPsec tunnels, and the BGP sessions over them.

Without a command it opens the full-screen program; --demo shows it without an account.
With --accessible it runs in line-oriented mode, for screen readers, dumb terminals and slow lines.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.version {
				return printVersion(x)
			}
			return runUI(cmd.Context(), x, f)
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			f.given = cmd.Flags().Changed
			noteLines(cmd, x, f)
			return f.oneProfile(cmd)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return badValue(err) })
	// cobra's own --version prints through text/template, which keeps every exported method in the program (docs/performance.md).
	root.Flags().BoolVarP(&f.version, "version", "v", false, "print version, commit, date and Go version")
	p := root.PersistentFlags()
	p.BoolVar(&f.demo, "demo", false, "use the simulated account in the program: no credentials, no network")
	p.StringVar(&f.demoAt, "demo-at", "", "stop the clock of --demo at this time (RFC 3339), for pictures")
	p.Var(profileFlag{f}, "profile", "use this profile's credential and no other (also FLAREWIRE_PROFILE)")
	p.StringVar(&f.account, "account", "", "account id (default CLOUDFLARE_ACCOUNT_ID, or the only account there is)")
	p.BoolVar(&f.readOnly, "read-only", false, "refuse all changes (also FLAREWIRE_READ_ONLY)")
	p.DurationVar(&f.refresh, "refresh", store.DefaultRefresh,
		"refresh interval, minimum 5s; every 5s for up to 5m while a session is coming up")
	p.StringVar(&f.theme, "theme", string(tui.ThemeAuto), "auto, dark, light, ansi or none")
	p.StringVar(&f.notify, "notify", "",
		"notify on state changes in the full-screen interface: off, bell or terminal (default: the config file's, else off)")
	p.StringVar(&f.start, "start", "overview", "the page to open first: overview, tunnels, gre, ipsec, routes, prefixes …")
	p.BoolVar(&f.accessible, "accessible", x.env("ACCESSIBLE") != "", "line-oriented mode instead of a full screen (also ACCESSIBLE)")
	p.StringVar(&f.debugLog, "debug-log", "", "append one line per request to this file; no secrets, no bodies")
	_ = p.MarkHidden("demo-at")
	root.AddCommand(newStatus(x, f), newList(x, f), newGet(x, f), newConfig(x, f), newCheck(x, f), newDiagnose(x, f), newWhere(x, f),
		newSnapshot(x, f), newBundle(x, f), newJournal(x, f), newMetrics(x, f), newRecord(x, f),
		newAuth(x, f), newSettings(x, f), newDemoServer(x), newVersion(x))
	root.SetOut(x.Out) // the completion command asks for it when it is made
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	exemplify(root)
	if tab {
		completions(root, x, f)
	}
	return root
}

// minRefresh keeps a program that is left running well below the API's rate limit.
const minRefresh = 5 * time.Second

func (f *flags) check(x IO) error {
	f.prefer(x)
	if f.refresh < minRefresh {
		return usage("--refresh %s is too often: use %s or more", f.refresh, minRefresh)
	}
	if _, err := tui.ParseTheme(f.theme); err != nil {
		return usage("%w", err)
	}
	if f.notify != "" {
		if _, err := tui.ParseNotify(f.notify); err != nil {
			return usage("--notify: %w", err)
		}
	}
	return nil
}

// prefer takes over what the config file says where no flag says otherwise. A file that cannot be read is an error when a credential is
// looked for, and none for the demo.
func (f *flags) prefer(x IO) {
	vault, err := f.resolver(x)
	if err != nil || f.given == nil {
		return
	}
	p := vault.Config.Preferences()
	if every, err := time.ParseDuration(p.Refresh); err == nil && !f.given("refresh") {
		f.refresh = every
	}
	if p.Theme != "" && !f.given("theme") {
		f.theme = p.Theme
	}
	if p.Start != "" && !f.given("start") {
		f.start = p.Start
	}
	f.notifyAll = p.Notify
}
