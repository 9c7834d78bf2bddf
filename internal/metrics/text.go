package metrics

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	vm "github.com/VictoriaMetrics/metrics"
)

// Format is how the metrics are written.
type Format int

// The formats. Text is what everything takes that reads metrics of Prometheus; neither has timestamps.
const (
	Text        Format = iota // Prometheus' text format 0.0.4
	OpenMetrics               // 1.0.0, for whoever asks for it
)

// ContentType is what a server says about the format.
func (f Format) ContentType() string {
	if f == OpenMetrics {
		return "application/openmetrics-text; version=1.0.0; charset=utf-8"
	}
	return "text/plain; version=0.0.4; charset=utf-8"
}

// Accepted is the format for an Accept header: OpenMetrics only when it is asked for.
func Accepted(header string) Format {
	if strings.Contains(header, "application/openmetrics-text") {
		return OpenMetrics
	}
	return Text
}

// counter ends the name of everything that only grows.
const counter = "_total"

// family is a metric with its series.
type family struct {
	name, help string
	series     []series
	seen       map[string]bool
}

type series struct {
	name  string
	value float64
}

// add adds a series. labels are names and values in turn; of two with the same labels the first stays, because a second one would
// make the whole answer unreadable.
func (f *family) add(value float64, labels ...string) {
	var b strings.Builder
	b.WriteString(f.name)
	for i := 0; i+1 < len(labels); i += 2 {
		b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		fmt.Fprintf(&b, `%s="%s"`, labels[i], escape(labels[i+1]))
	}
	if len(labels) > 0 {
		b.WriteString("}")
	}
	if name := b.String(); !f.seen[name] {
		f.seen[name] = true
		f.series = append(f.series, series{name, value})
	}
}

// escape writes a label's value; what is no UTF-8 would make the whole answer unreadable.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(text, "\uFFFD"))
}

func (f *family) write(b *bytes.Buffer, format Format) {
	if len(f.series) == 0 {
		return
	}
	name, kind := f.name, "gauge"
	write := vm.WriteGaugeFloat64
	if strings.HasSuffix(name, counter) {
		kind, write = "counter", vm.WriteCounterFloat64
		if format == OpenMetrics {
			name = strings.TrimSuffix(name, counter)
		}
	}
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, f.help, name, kind)
	for _, s := range f.series {
		write(b, s.name, s.value)
	}
}

// writeAll writes what has series.
func writeAll(w io.Writer, format Format, families []*family) error {
	var b bytes.Buffer
	for _, f := range families {
		f.write(&b, format)
	}
	if format == OpenMetrics {
		b.WriteString("# EOF\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}
