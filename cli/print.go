package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"flarewire/tui"
	"flarewire/tui/table"
)

// printTable gives a header and a line per row. On a terminal the columns share its width; everywhere
// else all of them are as wide as their widest value, so that nothing is cut.
func printTable[T any](columns []table.Column[T], id func(T) string, rows []T, sortBy string, reverse bool, c tui.Canvas) []string {
	t, c := fitTable(table.OnRows(columns), table.OnRow(id), table.Rows(rows), c)
	t.SortBy(sortBy, reverse)
	return t.Print(c)
}

func fitTable(columns []table.Column[table.Row], id func(table.Row) string, rows []table.Row, c tui.Canvas) (*table.Table[table.Row],
	tui.Canvas) {
	total := 0
	for i := range columns {
		col := &columns[i]
		widest := tui.Width(col.Title) + 1 // the sign of the sort column
		for _, row := range rows {
			widest = max(widest, tui.Width(col.Text(row, c.Now)))
		}
		if c.Width == unbounded {
			col.Width = widest
		}
		col.Width = min(col.Width, widest)
		col.Grow = widest - col.Width
		total += widest + tableGap
	}
	if c.Width == unbounded {
		c.Width = total + tableGap
	}
	t := table.New(columns, id)
	t.Set(rows)
	return t, c
}

// tableGap is at least what the table puts between two columns and before the first.
const tableGap = 2

// unbounded is the width of what is no terminal.
const unbounded = 1 << 12

// printRecord gives one row as a line per column.
func printRecord(columns []table.Column[table.Row], row table.Row, c tui.Canvas) []string {
	widest := 0
	for _, col := range columns {
		widest = max(widest, tui.Width(col.Title))
	}
	lines := make([]string, 0, len(columns))
	for _, col := range columns {
		line := tui.Line{{Text: tui.Fit(col.Title, widest+tableGap), Role: tui.Muted}, {Text: strings.TrimSpace(col.Text(row, c.Now))}}
		if c.Width == unbounded {
			c.Width = max(unbounded, line.Width())
		}
		lines = append(lines, line.Paint(c.Theme, c.Width))
	}
	return lines
}

// printLines writes to standard output; a reader that went away is trouble like any other.
func printLines(w io.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return trouble(err)
		}
	}
	return nil
}

// printRaw writes objects of the API, indented; every value keeps the server's own bytes.
func printRaw(w io.Writer, raw []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return trouble(fmt.Errorf("the API's answer is not JSON: %w", err))
	}
	b.WriteByte('\n')
	return writeJSON(w, b.Bytes())
}

// writeJSON writes JSON. On a terminal, what could move its cursor or turn its text around is written
// as an escape of the same meaning; JSON itself allows such characters from U+007F on.
func writeJSON(w io.Writer, text []byte) error {
	if _, ok := terminal(w); ok {
		text = escapeUnprintable(text)
	}
	if _, err := w.Write(text); err != nil {
		return trouble(err)
	}
	return nil
}

func escapeUnprintable(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		switch {
		case r < 0x7f || unicode.IsPrint(r):
			out = utf8.AppendRune(out, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
	}
	return out
}

// writeText writes a text that has its own line breaks.
func writeText(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return trouble(err)
	}
	return nil
}

// several lists the first names, and how many more there are.
func several(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
