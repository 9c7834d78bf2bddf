package tui

import (
	"regexp"
	"sync/atomic"
	"time"
)

// When the program begins it asks the terminal about itself. Who leaves at once on a slow line would find the answers in the shell, as if
// they had been typed.
const (
	// answersWithin is how long after the question an answer may be on its way.
	answersWithin = 5 * time.Second
	// answersAwaited is how long the end of the program waits for them, where the terminal answers nothing at all.
	answersAwaited = 1500 * time.Millisecond
)

// questions is what was asked of the terminal. There is one terminal, however many programs show themselves on it in turn.
var questions struct {
	asked   atomic.Int64 // when, in nanoseconds; 0: nothing is awaited
	colours atomic.Bool  // its background is awaited
	modes   atomic.Bool  // its modes are awaited
}

func asking(colours bool) {
	questions.asked.Store(time.Now().UnixNano())
	questions.colours.Store(colours)
	questions.modes.Store(true)
}

// awaitingAnswers reports whether an answer may still come.
func awaitingAnswers() bool {
	asked := questions.asked.Load()
	return asked != 0 && time.Since(time.Unix(0, asked)) < answersWithin && (questions.colours.Load() || questions.modes.Load())
}

// lastAnswer is the answer to the question that TakeAnswers adds: terminals answer in order, and every one knows that question (primary
// device attributes, DEC and ECMA-48).
var lastAnswer = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

const lastQuestion = "\x1b[c"
