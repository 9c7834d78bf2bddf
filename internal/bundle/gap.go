package bundle

import (
	"slices"
	"strings"

	"flarewire/api"
)

// Gap is a reason why parts are not in the bundle, or not as they are now, with all the parts that it is true of.
type Gap struct {
	What  string   // what became of the parts: "Not known"
	Parts []string // by their names
	Why   string   // one line
}

// What became of a part that could not be read.
const (
	notKnown  = "Not known"
	notAnew   = "Not read anew" // what was read before is in the file; about.json says when
	notWholly = "Not read wholly"
)

// String is the gap as a sentence.
func (g Gap) String() string { return g.What + ": " + strings.Join(g.Parts, ", ") + ". Why: " + g.Why }

// Gaps are the parts that could not be read, or not anew, or not wholly, each reason once; the secrets of c are not in it.
func (c Contents) Gaps() []Gap {
	var gaps []Gap
	sources := aboutOf(c).Sources
	if err := c.Snapshot.HistoryErr; err != nil {
		sources = append(sources, source{Name: "history of earlier runs", err: err})
	}
	for _, s := range sources {
		if s.err == nil {
			continue
		}
		what, why := s.became(), c.clean(reasonOf(s.err))
		i := slices.IndexFunc(gaps, func(g Gap) bool { return g.What == what && g.Why == why })
		if i < 0 {
			i, gaps = len(gaps), append(gaps, Gap{What: what, Why: why})
		}
		gaps[i].add(s)
	}
	return gaps
}

// add names one more part. Several of one tunnel's analytics are named together; about.json has each.
func (g *Gap) add(s source) {
	if n := len(g.Parts); s.tunnel != "" && n > 0 && strings.HasSuffix(g.Parts[n-1], " of "+s.tunnel) {
		g.Parts[n-1] = "the analytics of " + s.tunnel
		return
	}
	g.Parts = append(g.Parts, s.Name)
}

// became says what became of a source that brought an error.
func (s source) became() string {
	switch {
	case s.Fetched == nil:
		return notKnown
	case s.Failures > 0:
		return notAnew
	}
	return notWholly
}

// reasonOf is an error on one line, without the request that it happened to; of joined ones each reason once.
func reasonOf(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, one := range joined.Unwrap() {
			all = append(all, reasonOf(one))
		}
		return once(all)
	}
	if e, ok := err.(*api.Error); ok { //nolint:errorlint // what wraps one says something of its own
		return oneLine(e.Reason())
	}
	return oneLine(err.Error())
}

// oneLine puts the lines of joined errors behind each other, each once.
func oneLine(text string) string { return once(strings.Split(text, "\n")) }

func once(texts []string) string {
	var out []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}
