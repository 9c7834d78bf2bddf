package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"flarewire/internal/sorting"
	"flarewire/tui"
)

func newGet(x IO, f *flags) *cobra.Command {
	var out output
	var prefix string
	var open secrets
	cmd := &cobra.Command{
		Use:   "get RESOURCE NAME|ID",
		Short: "Print one object by its name or id",
		Long: `Print one object by its name or id.

` + resourceHelp() + `
With -o json: the API's own object, with every field. MD5 keys are masked
unless --show-secrets asks for them.

Exit code: 0 done, 1 not found, or API or network error, 2 wrong usage, no credentials, or an
ambiguous name (the ids are listed).`,
		Args: resourceArgs(2, "get"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runGet(cmd.Context(), x, f, out, args[0], args[1], prefix, open)
		},
	}
	out.flag(cmd)
	prefixFlag(cmd, &prefix)
	open.flag(cmd)
	return cmd
}

// runGet looks the object up in its list: the lists hold whole objects, so that one request serves
// names, ids, and what is near to a name that does not exist.
func runGet(ctx context.Context, x IO, f *flags, out output, word, asked, prefix string, open secrets) error {
	read, err := f.fetch(ctx, x, out, word, prefix)
	if err != nil {
		return err
	}
	s, rows := read.session, read.rows
	defer s.close()
	i, err := find(rows, read.what.One, read.what.name(), asked)
	if err != nil {
		return cmp.Or(read.partial, err) // it may be among what could not be used
	}
	if out == "json" {
		return printRaw(x.Out, open.mask(rows.object(i)))
	}
	return printLines(x.Out, rows.record(i, f.canvas(x, s.now())))
}

// named is what can be looked up by name or id.
type named interface {
	count() int
	id(i int) string
	name(i int) string
}

// find gives the index of the one object with that id or name. An id comes before a name that looks
// like it; capitals matter only when nothing else tells two names apart.
func find(rows named, one, word, asked string) (int, error) {
	for _, same := range []func(i int) bool{
		func(i int) bool { return rows.id(i) == asked },
		func(i int) bool { return rows.name(i) == asked },
		func(i int) bool {
			return strings.EqualFold(rows.name(i), asked) || strings.EqualFold(rows.id(i), asked)
		},
	} {
		var found []int
		for i := range rows.count() {
			if same(i) {
				found = append(found, i)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return 0, ambiguous(rows, one, asked, found)
	}
	return 0, notFound(rows, one, word, asked)
}

func ambiguous(rows named, one, asked string, found []int) error {
	ids := make([]string, len(found))
	for n, i := range found {
		ids[n] = tui.Clean(rows.id(i))
	}
	return usage("%q is the name of %d objects of the kind %s: use the id, one of %s", tui.Clean(asked), len(found), one,
		strings.Join(ids, ", "))
}

func notFound(rows named, one, word, asked string) error {
	text := fmt.Sprintf("there is no %s %q", one, tui.Clean(asked))
	switch near := nearNames(rows, asked); {
	case len(near) > 0:
		text += "; did you mean " + strings.Join(near, ", ") + "?"
	case rows.count() == 0:
		text += ": the account has none"
	case word != "":
		text += "; flarewire list " + word + " shows all"
	}
	return trouble(errors.New(text))
}

// maxNear is how many names a sentence can hold.
const maxNear = 3

// nearNames are the names that contain what was asked or differ from it in a few letters, the nearest first.
func nearNames(rows named, asked string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	asked = strings.ToLower(asked)
	for i := range rows.count() {
		name := strings.ToLower(rows.name(i))
		distance := levenshtein.ComputeDistance(name, asked)
		if asked != "" && strings.Contains(name, asked) {
			distance = 0
		}
		if name != "" && distance <= max(1, len(asked)/4) {
			near = append(near, candidate{tui.Clean(rows.name(i)), distance})
		}
	}
	sorting.Sort(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	near = slices.Compact(near)
	var names []string
	for _, c := range near[:min(len(near), maxNear)] {
		names = append(names, c.name)
	}
	return names
}

// refused gives an error of the API its exit code; one that has a code already keeps it.
func refused(err error) error {
	var f failure
	if errors.As(err, &f) {
		return err
	}
	return trouble(err)
}
