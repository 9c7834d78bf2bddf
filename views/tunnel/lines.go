package tunnel

import (
	"fmt"
	"strings"
	"time"

	"flarewire/tui"
	"flarewire/views/kit"
)

// Following implements tui.Follower: each step is said when it is reached.
func (b *BringUp) Following() bool { return true }

// Tell implements tui.Speaker: a step and how far it is stand apart by room where they are drawn.
func (b *BringUp) Tell(now time.Time) tui.Telling {
	var out tui.Telling
	for _, line := range b.Draw(tui.Boundless(now)) {
		line = strings.TrimSpace(line)
		if step, how, ok := strings.Cut(line, "  "); ok {
			line = step + ": " + strings.TrimSpace(how)
		}
		out.Above = append(out.Above, line)
	}
	return out
}

// Tell implements tui.Speaker: the configuration is told line by line, every sign of it.
func (r *RouterConfig) Tell(time.Time) tui.Telling {
	head := fmt.Sprintf("For %s. %d of %d; next-platform goes on.", r.platforms[r.at].Title(), r.at+1, len(r.platforms))
	if r.holdsKey() {
		head += " With the pre-shared key."
	}
	if r.err != nil {
		return tui.Telling{Above: []string{head, kit.ErrorText(r.err)}}
	}
	return tui.Telling{Above: append([]string{head, ""}, strings.Split(strings.TrimRight(r.config.Text(), "\n"), "\n")...)}
}
