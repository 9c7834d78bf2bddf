package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/views/kit"
)

func newList(x IO, f *flags) *cobra.Command {
	var out output
	var prefix string
	var watching bool
	var open secrets
	cmd := &cobra.Command{
		Use:   "list RESOURCE",
		Short: "Print all objects of one kind",
		Long: `Print all objects of one kind.

` + resourceHelp() + `
With -o json: one array of the API's own objects, with every field. MD5 keys are masked
unless --show-secrets asks for them.

--watch goes on until ctrl+c: the table is redrawn in place, JSON is appended, an array each time.
-o jsonl prints only what changes, one line of JSON for each object that is new, changed or gone.

Exit code: 0 done, 1 API or network error, 2 wrong usage or no credentials.`,
		Args: resourceArgs(1, "list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if watching {
				return watchList(cmd.Context(), x, f, out, args[0], prefix, open)
			}
			return runList(cmd.Context(), x, f, out, args[0], prefix, open)
		},
	}
	out.flag(cmd, changesOutput)
	prefixFlag(cmd, &prefix)
	open.flag(cmd)
	cmd.Flags().BoolVar(&watching, "watch", false, "repeat at the --refresh interval until ctrl+c")
	return cmd
}

func runList(ctx context.Context, x IO, f *flags, out output, word, prefix string, open secrets) error {
	read, err := f.fetch(ctx, x, out, word, prefix, changesOutput)
	if err != nil {
		return err
	}
	s, rows := read.session, read.rows
	defer s.close()
	switch {
	case out == changesOutput:
		err = new(differences).print(x, s.now(), rows.observation(s.now(), open, read.partial))
	case out == "json":
		err = printRaw(x.Out, open.mask(array(rows)))
	case rows.count() == 0:
		fmt.Fprintf(x.Err, "There is no %s in account %s.\n", read.what.One, s.account.ID)
	default:
		err = printLines(x.Out, rows.table(f.canvas(x, s.now())))
	}
	return cmp.Or(err, read.partial)
}

// watchList is runList again and again.
func watchList(ctx context.Context, x IO, f *flags, out output, word, prefix string, open secrets) error {
	r, err := f.kindToList(out, word, prefix, changesOutput)
	if err != nil {
		return err
	}
	s, err := f.open(ctx, x)
	if err != nil {
		return err
	}
	defer s.close()
	return f.watchLoop(ctx, x, s.now, out, func(ctx context.Context) observation {
		at := s.now()
		ctx, cancel := context.WithTimeout(ctx, defaultStatusTimeout)
		defer cancel()
		rows, err := r.of(ctx, s, out, prefix)
		partial, err := onlyPartial(err)
		if err == nil && partial != nil && rows.count() == 0 {
			err = partial // as of one look: nothing was read
		}
		if err != nil {
			return observation{trouble: err}
		}
		return rows.observation(at, open, partial)
	})
}

// observation is a list for a command that goes on.
func (o objects) observation(at time.Time, open secrets, partial error) observation {
	g := observation{at: at, trouble: partial, lines: o.table, doc: json.RawMessage(open.mask(array(o)))}
	for i := range o.count() {
		g.rows = append(g.rows, row{id: o.id(i), doc: json.RawMessage(open.mask(o.object(i)))})
	}
	return g
}

// fetched is what `list` and `get` work with.
type fetched struct {
	session *session
	rows    objects
	what    resource
	partial error // why rows, or what stands in them, are missing; nil when the list is whole
}

// fetch does what `list` and `get` share: check the usage before anything is sent, then read the list.
func (f *flags) fetch(ctx context.Context, x IO, out output, word, prefix string, forms ...string) (fetched, error) {
	r, err := f.kindToList(out, word, prefix, forms...)
	if err != nil {
		return fetched{}, err
	}
	s, err := f.open(ctx, x)
	if err != nil {
		return fetched{}, err
	}
	rows, err := r.of(ctx, s, out, prefix)
	partial, err := onlyPartial(err)
	if err == nil && partial != nil && rows.count() == 0 {
		err = partial
	}
	if err != nil {
		s.close()
		return fetched{}, refused(err)
	}
	return fetched{s, rows, r, partial}, nil
}

// kindToList checks the usage; forms are what -o takes besides the ones that every command has.
func (f *flags) kindToList(out output, word, prefix string, forms ...string) (resource, error) {
	if err := out.check(forms...); err != nil {
		return resource{}, err
	}
	r, err := resourceNamed(word)
	if err == nil && prefix != "" && !r.ofPrefix() {
		err = usage("--prefix narrows bgp-prefixes and bindings only, not %s", r.name())
	}
	return r, err
}

// onlyPartial tells an answer of which some elements could not be used from one that failed.
func onlyPartial(err error) (partial, failed error) {
	if p := new(api.PartialError); errors.As(err, &p) || errors.As(err, new(kit.NotInColumns)) {
		return trouble(err), nil
	}
	return nil, err
}

// array joins the objects to one JSON array in the API's order.
func array(rows objects) []byte {
	b := []byte{'['}
	for i := range rows.count() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, rows.object(i)...)
	}
	return append(b, ']')
}

// resourceHelp lists the resources with what they are.
func resourceHelp() string {
	var b strings.Builder
	b.WriteString("Resources:\n")
	for _, r := range resources() {
		fmt.Fprintf(&b, "  %-18s%s\n", r.name(), r.help())
	}
	return b.String()
}

// resourceArgs wants a resource, and for `get` a name too.
func resourceArgs(count int, command string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usage("%s needs a resource: one of %s", command, strings.Join(resourceNames(), ", "))
		case len(args) < count:
			return usage("%s %s needs the name or the id of one; flarewire list %[2]s shows them", command, tui.Clean(args[0]))
		case len(args) > count:
			return usage("%s takes %d argument(s) and got %d: put a name with blanks into quotes", command, count, len(args))
		}
		return nil
	}
}

func prefixFlag(cmd *cobra.Command, prefix *string) {
	cmd.Flags().StringVar(prefix, "prefix", "", "with bgp-prefixes and bindings: only those of this prefix, by CIDR or id")
}

// secrets says whether MD5 keys and the like are printed as they are.
type secrets bool

func (s *secrets) flag(cmd *cobra.Command) {
	cmd.Flags().BoolVar((*bool)(s), "show-secrets", false, "with -o json: print MD5 keys as they are")
}

func (s secrets) mask(object []byte) []byte {
	if s {
		return object
	}
	return api.Mask(object)
}
