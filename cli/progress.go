package cli

import (
	"fmt"
	"time"

	"flarewire/internal/store"
)

// progressAfter is how many requests a command makes without a word about how far it is.
const progressAfter = 20

// progress tells on a terminal how far a long reading is, on one line that is drawn again and erased at the end. Into a file or
// a pipe it says only that it has to wait, once.
func (f *flags) progress(x IO) func(store.Progress) {
	_, onTerminal := terminal(x.Err)
	var told time.Time
	return func(p store.Progress) {
		switch {
		case !p.Until.IsZero() && p.Until != told:
			told = p.Until
			done := ""
			if p.All > 0 { // before that the lists themselves are awaited
				done = fmt.Sprintf(" (%d of %d details read)", p.Read, p.All)
			}
			fmt.Fprintf(x.Err, "%sflarewire: paused: its own API rate budget is used up, next request in %d s%s\n", eraser(onTerminal),
				max(int(p.Until.Sub(x.Now()).Seconds()), 1), done)
		case onTerminal && p.All > progressAfter && p.Read < p.All:
			fmt.Fprintf(x.Err, "\r%sreading details: %d of %d", eraser(true), p.Read, p.All)
		case onTerminal && p.All > progressAfter:
			fmt.Fprint(x.Err, "\r"+eraser(true))
		}
	}
}

func eraser(onTerminal bool) string {
	if onTerminal {
		return eraseLine
	}
	return ""
}
