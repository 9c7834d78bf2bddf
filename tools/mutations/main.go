// Command mutations takes one mend after the other out of the program and demands that the test which keeps it fails: `make mutations`.
// The tree itself is not touched: the go command reads the changed file by an overlay. What is kept, by which test, and the figure of the
// last run are in docs/mutations.md, which this command writes with -write.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"
)

func main() {
	only := flag.String("only", "", "a regular expression: only the mutations whose item, test or statement it matches")
	write := flag.Bool("write", false, "write docs/mutations.md, with the figure when all were run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, "..", *only, *write); err != nil {
		fmt.Fprintln(os.Stderr, "mutations: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, root, only string, write bool) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	red, tried, held := 0, 0, map[string]bool{}
	var failed []error
	for _, m := range table() {
		if !pattern.MatchString(m.String()) {
			continue
		}
		tried++
		start := time.Now()
		err := m.breaks(ctx, root, held)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		said := "red"
		if err != nil {
			said = "NOT RED: " + err.Error()
			failed = append(failed, fmt.Errorf("%s: %w", m, err))
		} else {
			red++
		}
		fmt.Printf("%s: %s (%.0f s)\n", m, said, time.Since(start).Seconds())
	}
	fmt.Printf("%d of %d red\n", red, tried)
	if err := errors.Join(failed...); err != nil {
		return err
	}
	if tried == 0 {
		return errors.New("no mutation is called so")
	}
	if !write {
		return nil
	}
	figure := ""
	if tried == len(table()) {
		figure = fmt.Sprintf("%d of %d red", red, tried)
	}
	return writeDocument(root, figure, time.Now())
}
