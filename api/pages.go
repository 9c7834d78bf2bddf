package api

import (
	"fmt"
	"time"
)

// The bounds of a list in pages. A server whose pages never end must not take the account's requests, nor the memory.
const (
	maxListPages = 20               // a fifteenth of DefaultBudget, and 1,000 accounts
	maxListTime  = 2 * time.Minute  // four times DefaultTimeout; the page under way then may take its own time in addition
	maxListBytes = DefaultBodyLimit // of all pages together: as much as one answer may have

	accountsPerPage = 50 // the largest that the API allows
)

// paging counts the pages of one list.
type paging struct {
	client *Client
	start  time.Time
	pages  int
	bytes  int
}

func (c *Client) paging() *paging { return &paging{client: c, start: c.now()} }

// more is asked after every page that is not the last. It refuses to read on without end.
func (p *paging) more(a *answer) error {
	p.pages++
	p.bytes += len(a.body)
	took := p.client.now().Sub(p.start)
	end := fmt.Sprintf("the list did not end after %d page", p.pages)
	if p.pages > 1 {
		end += "s"
	}
	switch {
	case p.pages >= maxListPages:
		return a.unusable(end)
	case took >= maxListTime:
		return a.unusable(fmt.Sprintf("%s and %s", end, took.Round(time.Second)))
	case p.bytes >= maxListBytes:
		return a.unusable(fmt.Sprintf("%s and %d MB", end, p.bytes>>20))
	}
	return nil
}
