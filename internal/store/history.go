package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"flarewire/internal/secret"
	"flarewire/internal/sorting"
	"flarewire/internal/statefile"
)

const (
	// DefaultHistorySize bounds the file, in bytes: some 20,000 events.
	DefaultHistorySize = 4 << 20
	// historyAge is how long events are kept when the file has to shrink.
	historyAge = 35 * 24 * time.Hour
	// beatEvery is how often a run notes that it still watches; what a killed run watched after its last
	// note counts as not watched.
	beatEvery = 5 * time.Minute
	// maxSpans bounds the times of watching that are kept when the file has to shrink.
	maxSpans = 500
)

// History keeps events over restarts: a file of JSON lines, appended under a lock, so that several instances
// may share it. It holds names and states, and no secrets.
type History struct {
	path    string
	maxSize int64
	run     string // names the lines of this stretch of watching
	began   time.Time
	redact  secret.Redactor
	others  []byte // what another program has kept: see Add
	read    int64  // how far Load and appended have read the file
}

// HistoryPath is where the history of a profile's account lies below the state folder.
func HistoryPath(stateDir, profile, accountID string) string {
	return filepath.Join(stateDir, "history", url.QueryEscape(profile)+"-"+url.QueryEscape(accountID)+".jsonl")
}

// OpenHistory prepares a history; maxSize of zero means DefaultHistorySize. Nothing is touched before the
// first event.
func OpenHistory(path string, now time.Time, maxSize int64) *History {
	if maxSize <= 0 {
		maxSize = DefaultHistorySize
	}
	h := &History{path: path, maxSize: maxSize}
	h.begin(now)
	return h
}

// begin starts a stretch of watching.
func (h *History) begin(now time.Time) {
	h.run, h.began = fmt.Sprintf("%d-%d", os.Getpid(), now.UnixNano()), now
}

// resume ends the stretch of watching at the last good look, zero for none, and starts another one: what happened in
// between was not seen.
func (h *History) resume(last, now time.Time) error {
	var err error
	if !last.IsZero() {
		err = h.add(nil, last, true)
	}
	h.begin(now)
	return err
}

// line is one line of the file: an event, or the time for which a run has watched so far.
type line struct {
	Event *Event `json:"event,omitempty"`
	Run   string `json:"run,omitempty"`
	Span  *Span  `json:"watched,omitempty"`
}

// Past is what the file holds.
type Past struct {
	Events  []Event // oldest first, each once
	spans   []Span  // in which runs watched, the oldest first; they do not overlap
	Damaged int     // lines that could not be read and were left out
}

// Load reads the history. A file that is not there is empty; lines that are cut off or damaged are left out
// and counted.
func (h *History) Load() (Past, error) {
	content, from, err := h.content(0)
	if err != nil {
		return Past{}, h.trouble("cannot be read", err)
	}
	h.read = from + int64(bytes.LastIndexByte(content, '\n')+1)
	return parse(slices.Concat(content, []byte("\n"), h.others)), nil
}

// Add has Load also return what another program has kept of the same account. It is not written into this history.
func (h *History) Add(text []byte) { h.others = text }

// Text is the history as it is kept, for another program.
func (h *History) Text() ([]byte, error) {
	content, _, err := h.content(0)
	return content, err
}

// appended are the events that were written since Load or the last call, by whomever. A line that is being written is read the next
// time; of a file that was written anew, because it was full, all is given.
func (h *History) appended() ([]Event, error) {
	content, from, err := h.content(h.read)
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(content, '\n') + 1
	h.read = from + int64(whole)
	return parse(content[:whole]).Events, nil
}

// content is the file from an offset on; from the beginning when it is shorter. It returns the offset that it is from.
func (h *History) content(offset int64) (text []byte, from int64, err error) {
	file, err := statefile.Open(h.path, os.O_RDONLY|statefile.NoFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil {
		if info.Size() < offset {
			offset = 0
		}
		// Somebody else's file of any size must not fill the memory; a file of ours is never twice the bound.
		offset = max(offset, info.Size()-2*h.maxSize)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil, 0, err
	}
	text, err = io.ReadAll(io.LimitReader(file, 2*h.maxSize))
	return text, offset, err
}

func parse(content []byte) Past {
	var past Past
	runs := map[string]Span{}
	for text := range bytes.Lines(content) {
		var l line
		switch err := json.Unmarshal(text, &l); {
		case err == nil && l.Event != nil && !l.Event.At.IsZero():
			past.Events = append(past.Events, *l.Event)
		case err == nil && l.Span != nil && !l.Span.To.Before(l.Span.From):
			runs[l.Run] = *l.Span
			if l.Run == "" { // merged ones have no run
				past.spans = append(past.spans, *l.Span)
			}
		case len(bytes.TrimSpace(text)) > 0:
			past.Damaged++
		}
	}
	delete(runs, "")
	for _, s := range runs {
		past.spans = append(past.spans, s)
	}
	past.spans = merge(past.spans)
	sorting.Sort(past.Events, func(a, b Event) int { return a.At.Compare(b.At) })
	past.Events = once(past.Events)
	return past
}

// merge joins spans that overlap or touch.
func merge(list []Span) []Span {
	sorting.Sort(list, func(a, b Span) int { return a.From.Compare(b.From) })
	var out []Span
	for _, s := range list {
		if n := len(out) - 1; n >= 0 && !s.From.After(out[n].To) {
			if s.To.After(out[n].To) {
				out[n].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// unwatched is for how long of the time from since to until nobody watched.
func (p Past) unwatched(since, until time.Time) time.Duration {
	gap := until.Sub(since)
	for _, s := range p.spans {
		from, to := s.From, s.To
		if from.Before(since) {
			from = since
		}
		if to.After(until) {
			to = until
		}
		if to.After(from) {
			gap -= to.Sub(from)
		}
	}
	return max(gap, 0)
}

// add appends events and, after a good look at all tunnels, that they were watched until now.
func (h *History) add(events []Event, now time.Time, good bool) error {
	var text bytes.Buffer
	for i := range events {
		h.write(&text, line{Event: &events[i]})
	}
	if good {
		h.write(&text, line{Run: h.run, Span: &Span{h.began, now}})
	}
	if err := statefile.PrivateDir(filepath.Dir(h.path)); err != nil {
		return h.trouble("has no usable directory", err)
	}
	unlock, err := statefile.Lock(h.path + ".lock")
	if err != nil {
		return h.trouble("cannot be locked", err)
	}
	defer unlock()
	if err := h.appendLocked(text.Bytes(), now); err != nil {
		return h.trouble("cannot be written", err)
	}
	return nil
}

func (h *History) write(to *bytes.Buffer, l line) {
	encoded, err := json.Marshal(l)
	if err != nil {
		return // times outside of what JSON can say: there is nothing to keep
	}
	to.WriteString(h.redact.Redact(string(encoded)))
	to.WriteByte('\n')
}

func (h *History) appendLocked(text []byte, now time.Time) (err error) {
	info, err := os.Stat(h.path)
	if err == nil && info.Size()+int64(len(text)) > h.maxSize {
		return h.shrink(text, now)
	}
	file, err := statefile.Open(h.path, os.O_RDWR|os.O_CREATE|os.O_APPEND|statefile.NoFollow, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err = file.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := file.Chmod(0o600); err != nil {
			return err
		}
	}
	// A line that was cut off must not swallow the next one.
	last := []byte{'\n'}
	if n := info.Size(); n > 0 {
		if _, err := file.ReadAt(last, n-1); err != nil {
			return err
		}
	}
	if last[0] != '\n' {
		text = append([]byte{'\n'}, text...)
	}
	_, err = file.Write(text)
	return err
}

// shrink writes the file anew: the last state of every tunnel, and of the rest the newest that fit into half
// of the bound.
func (h *History) shrink(added []byte, now time.Time) error {
	content, _, err := h.content(0)
	if err != nil {
		return err
	}
	past := parse(append(append(content, '\n'), added...))
	var text bytes.Buffer
	for _, s := range past.spans[max(0, len(past.spans)-maxSpans):] {
		h.write(&text, line{Span: &s})
	}
	kept := keep(past.Events, now)
	var lines [][]byte
	size := int64(text.Len())
	for i := len(kept) - 1; i >= 0; i-- {
		var one bytes.Buffer
		h.write(&one, line{Event: &kept[i]})
		if size += int64(one.Len()); size > h.maxSize/2 {
			break
		}
		lines = append(lines, one.Bytes())
	}
	for _, l := range slices.Backward(lines) {
		text.Write(l)
	}
	return statefile.Replace(h.path, text.Bytes())
}

// keep orders events so that the last that fit are the right ones: those that tell the present state of a
// tunnel, then by age.
func keep(events []Event, now time.Time) []Event {
	anchor := map[string]int{}
	for i, e := range events {
		switch e.Kind {
		case SessionChanged, FirstSeen:
			anchor[e.ObjectID] = i
		case Gone:
			delete(anchor, e.ObjectID)
		}
	}
	var rest, anchors []Event
	for i, e := range events {
		if at, is := anchor[e.ObjectID]; is && at == i {
			anchors = append(anchors, e)
		} else if now.Sub(e.At) < historyAge {
			rest = append(rest, e)
		}
	}
	return append(rest, anchors...)
}

// trouble words an error. The path in it is the user's own.
func (h *History) trouble(what string, err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("the history %s %s (%w): make room or correct its permissions; what happened before this start is not known",
		h.path, what, err)
}
