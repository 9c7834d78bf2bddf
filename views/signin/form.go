package signin

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/access"
	"flarewire/internal/rules"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
)

const (
	byToken = "token"
	byKey   = "key"
)

// NewForm asks for a credential. replace is the profile that gets a new one; empty asks for a name later.
func NewForm(deps *Deps, replace string) *form.Form {
	title := "Credential"
	if replace != "" {
		title = "New credential of " + replace
	}
	kind := func(want string) func(form.Values) bool { return func(v form.Values) bool { return v["kind"] == want } }
	return form.New(form.Options{
		Title: title, Verb: "verify", Start: "token", Values: form.Values{"kind": byToken, "account": deps.Resolver.Env.AccountID},
		Sections: []form.Section{{Fields: []form.Field{
			{Key: "kind", Label: "Sign in with", Control: form.Choice, Choices: []form.Option{{Value: byToken, Label: "API token"}, {Value: byKey,
				Label: "e-mail + Global API Key"}},
				Help: "a token can be limited to what is needed; a Global API Key cannot"},
			{Key: "token", Label: "API token", Control: form.Secret, When: kind(byToken), Check: field.Check(access.CheckToken)},
			{Key: "email", Label: "E-mail", When: kind(byKey), Check: field.Check(access.CheckEmail)},
			{Key: "key", Label: "Global API Key", Control: form.Secret, When: kind(byKey), Check: field.Check(access.CheckKey)},
			{Key: "account", Label: "Account id", Help: "leave it empty to choose from the list", Check: field.Check(checkAccount)},
		}}},
		Submit: func(v form.Values) tea.Cmd {
			credential, err := credentialOf(v)
			if err != nil {
				return tui.Toast(tui.Bad, err.Error())
			}
			deps.Hide(credential.Secret())
			return tui.Push(newCheck(deps, credential, replace))
		},
	})
}

func credentialOf(v form.Values) (keystore.Credential, error) {
	var c keystore.Credential
	var err error
	if v["kind"] == byKey {
		c, err = keystore.NewGlobalKey(v["email"], v["key"])
	} else {
		c, err = keystore.NewToken(v["token"])
	}
	c.AccountID = strings.TrimSpace(v["account"])
	return c, err
}

// accountDigits is the length of an account's id.
const accountDigits = 32

// checkAccount judges an account's id while it is typed; none is fine.
func checkAccount(text string) rules.Finding {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || len(text) == accountDigits && strings.Trim(text, "0123456789abcdef") == "":
		return rules.Finding{}
	case len(text) > accountDigits || strings.Trim(text, "0123456789abcdef") != "":
		return rules.Finding{Severity: rules.Error, Text: "an account's id has 32 characters, 0-9 and a-f"}
	}
	return rules.Finding{Severity: rules.Partial, Text: "an account's id has 32 characters, 0-9 and a-f"}
}
