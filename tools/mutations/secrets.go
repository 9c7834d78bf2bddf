package main

const noSecret = "TestNoSecretOfARequestComesBackInAText"

// secrets are the statements about secrets, rights and files: items 10 to 12.
var secrets = []mutation{
	{"10", "No secret of a request comes back in an error text: pre-shared key, MD5 key, pairing key",
		"what was sent is not taken out of the answer",
		noSecret, "api", []edit{
			{"api/client.go", "secret.Hide(text, secrets...)", "secret.Hide(text)"}}},
	{"10", "Nor the credential", "the client does not look for it",
		noSecret, "api", []edit{
			{"api/client.go", "c.half.Redact(c.redactor.Redact(secret.Hide(text, secrets...)))", "secret.Hide(text, secrets...)"}}},
	{"10", "Also as JSON escapes it (quotes, backslashes)", "that form is not looked for",
		"TestRedactorFindsEveryForm", "internal/secret", []edit{
			{"internal/secret/redactor.go", "forms = append(forms, inside, quoted(inside), strings.ReplaceAll(inside, \"/\", `\\/`))", "_ = inside"},
			{"internal/secret/redactor.go", "text, quoted(text), quoted(quoted(text)), html", "text, html"}}},
	{"10", "Also in hexadecimal", "that form is not looked for",
		noSecret, "api", []edit{
			{"internal/secret/redactor.go", "hexadecimal, strings.ToUpper(hexadecimal), percentEncoded(hexadecimal)",
				"percentEncoded(hexadecimal)"}}},
	{"10", "Also in base64", "that form is not looked for",
		"TestRedactorFindsEveryForm", "internal/secret", []edit{
			{"internal/secret/redactor.go", "forms = append(forms, base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStd",
				"_ = append(forms, base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStd"},
			{"internal/secret/redactor.go", "for offset := range 3 {", "for offset := range 0 {"}}},
	{"10", "Nor a short one, as a word", "only secrets of six and more characters are looked for",
		noSecret, "api", []edit{
			{"internal/secret/redactor.go", `short != "" && len(short) < shortestRedacted`, `short == "-"`}}},
	{"10", "None is in journal.jsonl, `journal -o json`, the line of `check`, the debug log, any file",
		"the client takes none out of what comes",
		"TestNoSecretOfAChangeIsInATextOrAFile", "cli", []edit{
			{"api/client.go", "return c.half.Redact(c.redactor.Redact(secret.Hide(text, secrets...)))", "return text"}}},
	{"10", "None is on any page of the screen", "the client takes none out of what comes",
		"TestNoSecretIsOnAnyScreen", "internal/testing/reliability", []edit{
			{"api/client.go", "return c.half.Redact(c.redactor.Redact(secret.Hide(text, secrets...)))", "return text"}}},
	{"11", "A profile's read_only holds with CLOUDFLARE_API_TOKEN for the same account", "only the profile in use counts",
		"TestAnotherCredentialDoesNotUnlockAReadOnlyAccount/token_alone", "cli", []edit{
			{"keystore/accountguard.go", "if p.ReadOnly && !decides && !g.ReadOnly {", "if false && !decides {"}}},
	{"11", "And with $CREDENTIALS_DIRECTORY", "only the profile in use counts",
		"TestAnotherCredentialDoesNotUnlockAReadOnlyAccount/systemd's_credential", "cli", []edit{
			{"keystore/accountguard.go", "if p.ReadOnly && !decides && !g.ReadOnly {", "if false && !decides {"}}},
	{"11", "In the transport, not only on the screen", "the sender does not know it",
		"TestAnotherCredentialDoesNotUnlockAReadOnlyAccount/token_and_account", "cli", []edit{
			{"cli/session.go", "s.readOnly, s.why = true, cmp.Or(s.why, g.Why)\n\t\ts.sender.MakeReadOnly()",
				"s.readOnly, s.why = true, cmp.Or(s.why, g.Why)"}}},
	{"11", "So does production", "only the profile in use counts",
		"TestAnotherCredentialDoesNotUnlockAReadOnlyAccount/token_alone", "cli", []edit{
			{"keystore/accountguard.go", "if p.Production && !g.Production {", "if false {"}}},
	{"11", "Commands say so", "no notice",
		"TestAnotherCredentialDoesNotUnlockAReadOnlyAccount/token_alone", "cli", []edit{
			{"keystore/accountguard.go", "if len(said) > 0 {", "if false {"}}},
	{"12", "CLOUDFLARE_BASE_URL that is set and empty is an error (exit 2, `check` 3)", "it is Cloudflare's own address",
		"TestAnEmptyAddressIsNotCloudflares", "cli", []edit{
			{"cli/cli.go", `if value == "" && slices.ContainsFunc(`, `if value == "-" && slices.ContainsFunc(`}}},
	{"12", "Combining marks are bounded, in lists and on pages", "nothing is cut",
		"TestAccentsWithoutEndAreCutOnEveryPage", "views", []edit{
			{"tui/text.go", "} else if marks++; marks > maxMarks {", "} else if marks++; marks < 0 {"},
			{"tui/text.go", "if joined := []rune(one); len(joined) > maxJoined {", "if joined := []rune(one); len(joined) < 0 {"}}},
	{"12", "And in notifications", "nothing is cut",
		"TestNoticeIsHarmless", "tui", []edit{
			{"tui/notify.go", "if all := []rune(text); len(all) > maxNotice {", "if all := []rune(text); len(all) < 0 {"},
			{"tui/text.go", "if joined := []rune(one); len(joined) > maxJoined {", "if joined := []rune(one); len(joined) < 0 {"}}},
	{"12", "A named pipe in place of config.toml, the journal or the debug log is an error", "only what cannot be opened is",
		"TestANamedPipeInPlaceOfAFileHoldsNothingUp/config,_check", "cli", []edit{
			{"internal/statefile/open.go", "if err == nil && !info.Mode().IsRegular() {", "if false && !info.Mode().IsRegular() {"}}},
	{"12", "And holds no command up, `check --timeout 2s` in the real program either", "opening waits for the other end",
		"TestANamedPipeHoldsNoProgramUp", "internal/testing/e2e", []edit{
			{"internal/statefile/open.go", "os.OpenFile(path, flag|noWait, mode)", "os.OpenFile(path, flag|noWait&0, mode)"}}},
}
