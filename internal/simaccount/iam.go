package simaccount

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func iamOperations() []operation {
	return []operation{
		{method: "GET", path: "/accounts", run: listAccounts},
		{method: "GET", path: "/accounts/{account_id}", run: getAccount},
		{method: "GET", path: "/accounts/{account_id}/tokens/verify", run: verifyAccountToken},
		{method: "GET", path: "/user/tokens/verify", run: verifyUserToken},
		{method: "GET", path: "/user", run: getUser},
	}
}

// AddAccount adds a further account that the credentials can see. It is empty and not onboarded: code 1012.
func (s *Server) AddAccount(id, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addAccount(id, name, "standard")
}

func (s *Server) addAccount(id, name, kind string) {
	s.accounts = append(s.accounts, Object{
		"id": id, "name": name, "type": kind, "created_on": stamp(s.start.AddDate(-3, 0, -12)),
		"settings": Object{"enforce_twofactor": true, "abuse_contact_email": nil},
	})
	delete(s.accounts[len(s.accounts)-1]["settings"].(Object), "abuse_contact_email")
}

// listAccounts pages as documented: page from 1, per_page 5 to 50, 20 by default.
func listAccounts(c *call) (any, error) {
	page, err := c.number("page", 1, 1, 1<<20)
	if err != nil {
		return nil, err
	}
	perPage, err := c.number("per_page", 20, 5, 50)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(c.server.accounts)
	if name := c.query.Get("name"); name != "" {
		all = slices.DeleteFunc(all, func(a Object) bool { return !strings.Contains(a["name"].(string), name) })
	}
	if c.query.Get("direction") == "desc" {
		slices.Reverse(all)
	}
	from := min((page-1)*perPage, len(all))
	part := all[from:min(from+perPage, len(all))]
	return paged{result: part, info: Object{
		"page": page, "per_page": perPage, "count": len(part),
		"total_count": len(all), "total_pages": (len(all) + perPage - 1) / perPage,
	}}, nil
}

// number reads a whole number from the query.
func (c *call) number(name string, otherwise, low, high int) (int, error) {
	s := c.query.Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, newProblem(http.StatusBadRequest, 1001, "Invalid value for parameter "+name)
	}
	return n, nil
}

func getAccount(c *call) (any, error) {
	for _, a := range c.server.accounts {
		if a["id"] == c.vars["account_id"] {
			return a, nil
		}
	}
	return nil, newProblem(http.StatusForbidden, 9109, "Unauthorized to access requested resource")
}

func verifyUserToken(c *call) (any, error)    { return verify(c.token, false) }
func verifyAccountToken(c *call) (any, error) { return verify(c.token, true) }

// verify answers for a token of the right kind only; a key has nothing to verify.
func verify(t *token, accountOwned bool) (any, error) {
	if t.kind != AuthToken || t.accountOwned != accountOwned {
		return nil, invalidToken()
	}
	result := Object{"id": t.id, "status": t.status}
	if t.status != "active" {
		return result, nil
	}
	return withMessage{result: result, note: Object{
		"code": 10000, "message": "This API Token is valid and active", "type": nil,
	}}, nil
}

// getUser is for people: a token of the account has no user behind it.
func getUser(c *call) (any, error) {
	if c.token.accountOwned {
		return nil, notPermitted()
	}
	return Object{
		"id": "7c5dae5552338874e5053f2534d2767a", "first_name": "Robin", "last_name": "Operator", "country": nil,
		"two_factor_authentication_enabled": true, "suspended": false,
	}, nil
}
