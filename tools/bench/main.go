// Command bench measures flarewire and prints one table, all from one run: `make bench`.
// What is measured, how, and what came out is in docs/performance.md.
//
// Where two programs are compared they run in turn (A B A B …) on the same machine and the ratio of each
// pair is kept, because absolute times say more about the machine and its load than about the programs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
)

func main() {
	short := flag.Bool("short", false, "only the commands, not the screen: under 20 s with a warm build cache")
	check := flag.Bool("check", false, "exit with 1 when a goal is missed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	code := 0
	if err := run(ctx, *short, *check); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		code = 1
	}
	os.Exit(code)
}

// part is one group of measurements.
type part struct {
	name    string
	measure func(context.Context, *workshop) ([]row, error)
}

func run(ctx context.Context, short, check bool) error {
	shop, err := openWorkshop(ctx)
	if err != nil {
		return err
	}
	defer shop.close()
	parts := []part{{"status", measureStatus}, {"start of a command", measureStart}}
	if !short {
		parts = append(parts, part{"own work", measureWork}, part{"screen", measureScreen}, part{"an hour of watching", measureHour})
	}
	var rows []row
	for _, p := range parts {
		progress("measuring: %s", p.name)
		more, err := p.measure(ctx, shop)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, more...)
	}
	fmt.Printf("%s/%s, %d CPUs, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	if err := print(os.Stdout, rows); err != nil {
		return err
	}
	if check && slices.ContainsFunc(rows, row.missed) {
		return fmt.Errorf("a goal is missed: see the table")
	}
	return nil
}

// progress tells the waiting person what happens; standard output is for the table alone.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
