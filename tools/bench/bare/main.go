// Command bare is the least that a Go program does for the same answer as `flarewire status -o json`: both lists of tunnels at once by
// net/http,
// decoded, and printed as JSON. What flarewire takes longer than this is flarewire's own.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	lists, wrong := make([]map[string]any, 2), make([]error, 2)
	var both sync.WaitGroup
	for i, kind := range []string{"gre", "ipsec"} {
		both.Go(func() { lists[i], wrong[i] = read(ctx, kind) })
	}
	both.Wait()
	for _, err := range wrong {
		if err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(lists)
}

func read(ctx context.Context, kind string) (map[string]any, error) {
	url := os.Getenv("CLOUDFLARE_BASE_URL") + "/accounts/" + os.Getenv("CLOUDFLARE_ACCOUNT_ID") + "/magic/" + kind + "_tunnels"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("CLOUDFLARE_API_TOKEN"))
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", kind, answer.Status)
	}
	var list map[string]any
	return list, json.NewDecoder(answer.Body).Decode(&list)
}
