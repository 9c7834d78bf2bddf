package main

const (
	noCause    = "TestNoWrongCauseIsSaidAsAFact"
	adviceFile = "api/advice.go"
	byClock    = "TestTheAgeOfAStatusIsByCloudflaresClock"
)

// said are the statements about what the program says, and about input and limits: items 13 to 21.
var said = []mutation{
	{"13", "An HTML 403 of a firewall is no bad token", "the status decides",
		noCause + "/a_firewall's_page", "api", []edit{
			{"api/classify.go", "if foreign && kind != ServerTrouble {", "if false && kind != ServerTrouble {"}}},
	{"13", "9109 \"from location\" is an address filter, not a bad token", "the code alone decides",
		noCause + "/from_another_address", "api", []edit{
			{adviceFile, `return has(e.Messages, 9109) && slices`, `return has(e.Messages, 0) && slices`}}},
	{"13", "`success:false` in a 200 is Cloudflare's, not a portal's", "whatever is no error status comes from elsewhere",
		noCause + "/no_success", "api", []edit{
			{"api/classify.go", "e.foreign, e.unusable = foreign, a.status < 300", "e.foreign, e.unusable = foreign, false"}}},
	{"13", "6111 is a malformed header, not a token to roll", "it reads as a bad token",
		noCause + "/quotes_around_the_token", "api", []edit{
			{adviceFile, "case has(e.Messages, 6003, 6103, 6111, 9106):", "case false:"}}},
	{"13", "A base URL without /client/v4 is named", "\"check the id\"",
		noCause + "/an_address_without_its_path", "api", []edit{
			{"api/classify.go", "e.oddBase = !strings.HasSuffix(c.base.Path, apiPath)", "e.oddBase = false"}}},
	{"13", "The server's sentence first, then ours", "ours alone",
		"TestTheServersSentenceComesFirstWhereThereIsRoom/no_rows", "views", []edit{
			{"views/live/live.go", "advice == \"\" || !errors.As(err, &e) || e.Status == 0 || e.Said() == \"\" {",
				"true || !errors.As(err, &e) {"}}},
	{"13", "\"Ray ID\"", "it is called request",
		noCause + "/a_firewall's_page", "api", []edit{
			{"api/errors.go", `" [Ray ID %s]"`, `" [request %s]"`}}},
	{"13", "`documentation_url` is kept", "it is dropped",
		noCause + "/a_document", "api", []edit{
			{"api/answer.go", "DocumentationURL: clean(hide(m.DocURL))", `DocumentationURL: ""`}}},
	{"14", "A status from the future is not fresh", "its age is below zero, and so below every limit",
		byClock + "/the_status_is_from_the_future", "cli", []edit{
			{"internal/store/clock.go", "return at.Sub(now) > clockTolerance", "return false"}}},
	{"14", "A slow clock makes no old data young", "ages are by the clock of this machine",
		byClock + "/a_slow_clock_makes_old_data_young", "cli", []edit{
			{"internal/store/clock.go", "ahead := cmp.Or(s.fetchers.ClockAhead(), s.ahead).Round(time.Second)", "ahead := cmp.Or(s.ahead)"}}},
	{"14", "\"clock differs by 6 h\"", "nothing is said",
		byClock + "/the_machine's_clock_is_fast", "cli", []edit{
			{"internal/store/clock.go", "if s.ClockAhead == 0 {", "if true {"}}},
	{"14", "`--max-age` takes it for not fresh", "it refuses only what is too old",
		byClock + "/the_status_is_from_the_future", "cli", []edit{
			{"cli/check.go", "store.ClockDiffers(updated.Sub(now)), o.maxAge > 0", "store.ClockDiffers(updated.Sub(now)), false"}}},
	{"15", "The summary's states add up to all tunnels: `unknown` is one of them", "it is left out",
		"TestTheSummaryAddsUpToTheTunnels/all_is_read", "cli", []edit{
			{"cli/status.go", `set("unknown", counts.By[store.Unknown])`, `set("unknown", 0)`}}},
	{"15", "`health_down` is in the JSON", "it is not set",
		"TestTheSummaryAddsUpToTheTunnels/all_is_read", "cli", []edit{
			{"cli/status.go", `set("health_down", counts.HealthDown)`, `_ = counts.HealthDown`}}},
	{"15", "Header, `check`, short line and JSON give the same sums", "`check` leaves out the tunnels without BGP",
		"TestAllTotalsAgree", "cli", []edit{
			{"cli/check.go", "add(\"no_bgp\", j.By[store.NoBGP])", "add(\"no_bgp\", 0)"}}},
	{"16", "An unknown `approved` claims nothing", "whatever is not V is not approved",
		"TestAnUnknownApprovalClaimsNothing", "views/prefix", []edit{
			{"views/prefix/state.go", "return r.Approved != pendingMark", "return r.Approved == approvedMark"}}},
	{"16", "An empty or comment-only config.toml stops no command", "it has no version",
		"TestAnEmptyConfigFileStopsNoCommand", "cli", []edit{
			{"keystore/config.go", "if len(meta.Keys()) == 0 {", "if len(meta.Keys()) < 0 {"}}},
	{"16", "A key of a newer program warns", "it is an error",
		"TestAKeyOfANewerProgramIsNamedAndKept", "keystore", []edit{
			{"keystore/preferences.go", "func mayProtect(", "func mayProtect(key toml.Key) bool { return true }\n\nfunc formerly("}}},
	{"16", "Except for what may protect", "everything unknown is a warning",
		"TestConfigErrorsNameLineAndKey/unknown_key", "keystore", []edit{
			{"keystore/preferences.go", "func mayProtect(", "func mayProtect(key toml.Key) bool { return false }\n\nfunc formerly("}}},
	{"16", "`token_command` as text is said in words of the file", "the library's words",
		"TestConfigErrorsNameLineAndKey/command_as_text", "keystore", []edit{
			{"keystore/config.go", "if line := commandAsText(text); line > 0 {", "if line := commandAsText(text); line < 0 {"}}},
	{"16", "`version = 1` and the keys stand in a document, whose example holds", "the example has another version",
		"TestTheExampleOfTheSettingsHolds", "cli", []edit{
			{"cli/config.example.toml", "version = 1", "version = 2"}}},
	{"16", "Preferences of the file are in force; a flag goes before them", "the file's theme is not taken",
		"TestTheConfigFilesPreferencesAreInForceUnlessAFlagSaysOtherwise", "cli", []edit{
			{"cli/cli.go", `if p.Theme != "" && !f.given("theme") {`, `if p.Theme != "" && f.given("theme") {`}}},
	{"16", "What the program keeps (the order of a list) is state, and the file goes before it", "what was kept goes first",
		"TestTheFileGoesBeforeWhatWasKept", "internal/preference", []edit{
			{"internal/preference/preference.go", "if said, is := f.says[key]; is {", "if said, is := f.says[key]; is && f.known[key] == \"\" {"}}},
	{"17", "HTTPS_PROXY that cannot be read is refused, and nothing goes past it", "it counts as none",
		"TestAProxyThatCannotBeReadIsRefused", "api", []edit{
			{"api/proxy.go", "if err != nil || proxy.Hostname() == \"\" {\n\t\treturn nil, errProxy",
				"if err != nil || proxy.Hostname() == \"\" {\n\t\treturn nil, nil"}}},
	{"17", "A proxy's password never appears", "the error has the address",
		"TestAProxyThatCannotBeReadIsRefused", "api", []edit{
			{"api/proxy.go", "if err != nil || proxy.Hostname() == \"\" {\n\t\treturn nil, errProxy",
				"if err != nil || proxy.Hostname() == \"\" {\n\t\treturn nil, errors.Join(errProxy, errors.New(text))"}}},
	{"17", "`list` and `get -o json` mask `md5_key`", "they print it",
		"TestAnMD5KeyIsPrintedOnlyWhenAskedFor", "cli", []edit{
			{"cli/list.go", "if s {\n\t\treturn object", "if s || true {\n\t\treturn object"}}},
	{"17", "`--show-secrets` prints it", "it is masked always",
		"TestAnMD5KeyIsPrintedOnlyWhenAskedFor", "cli", []edit{
			{"cli/list.go", "if s {\n\t\treturn object", "if s && false {\n\t\treturn object"}}},
	{"17", "A route is a subject of `diagnose` by its prefix", "routes are in no list of names",
		"TestARouteIsDiagnosedByItsPrefix", "cli", []edit{
			{"internal/diagnose/facts.go", "if asked(subject) && !slices", "if false && !slices"}}},
	{"17", "A bulk deletion is undone in bulk", "the plans do not know of each other",
		"TestABulkDeletionIsUndoneInBulk", "views", []edit{
			{"views/review/batch.go", "plans = change.Together(plans)", "_ = change.Together"}}},
	{"17", "Undone entries say so", "they are done, as before",
		"TestABulkDeletionIsUndoneInBulk", "views", []edit{
			{"internal/journal/read.go", "e.UndoneBy, e.undoing = undo.ID, undo.Outcome == Unknown", "_ = undo"}}},
	{"17", "The review of a key does not contradict itself", "it says \"at once\" as well",
		"TestTheReviewOfANewKeySaysOnceWhenItTakesEffect", "views", []edit{
			{"internal/change/psk.go", `"Cloudflare shows the new key only once`,
				`"The old key is not accepted at once any more. Cloudflare shows the new key only once`}}},
	{"17", "Bring-up waits for nothing on a tunnel that is up", "what was there before is waited for",
		"TestBringUpOfATunnelThatIsUpWaitsForNothing", "views", []edit{
			{"views/tunnel/bringup.go", "if ok && t.State == store.Up && out[i].off == \"\" {", "if false && out[i].off == \"\" {"}}},
	{"18", "A name is compared as it is seen: accents (NFC)", "by its characters",
		"TestANameThatCannotBeTypedIsDeletedAllTheSame/decomposed", "views", []edit{
			{"tui/confirm.go", "norm.NFC.String(text)", "norm.NFC.String(\"\")+text"}}},
	{"18", "Blanks at the ends and no-break blanks", "they count",
		"TestANameThatCannotBeTypedIsDeletedAllTheSame/no-break_blank", "views", []edit{
			{"tui/confirm.go", "case unicode.IsSpace(r):\n\t\t\treturn ' '", "case unicode.IsSpace(r):\n\t\t\treturn r"},
			{"tui/confirm.go", `strings.Join(strings.Fields(norm.NFC.String(text)), " ")`, "norm.NFC.String(text)"}}},
	{"18", "Characters without a width", "they count",
		"TestANameThatCannotBeTypedIsDeletedAllTheSame/zero_width", "views", []edit{
			{"tui/confirm.go", "return -1", "return r"}}},
	{"18", "The id may be typed in its place", "it may not",
		"TestANameThatCannotBeTypedIsDeletedAllTheSame/by_its_id", "views", []edit{
			{"tui/confirm.go", `d.ConfirmID != "" && strings`, `d.ConfirmID == "-" && strings`}}},
	{"19", "The demo's `:activity` has what was changed, with its undo and export", "the demo has no journal",
		"TestTheDemoRemembersWhatWasChangedAndWritesNothing", "internal/testing/e2e", []edit{
			{"cli/ui.go", "return s.past\n", "return nil\n"}}},
	{"19", "In memory: nothing is on the disk", "the demo writes where everybody else does",
		"TestTheDemoRemembersWhatWasChangedAndWritesNothing", "internal/testing/e2e", []edit{
			{"cli/ui.go", "return s.past\n", "return x.journal()\n"}}},
	{"19", "The demo's diagnosis knows what was changed in it", "everybody who asks gets a journal of his own",
		"TestTheDemosDiagnosisKnowsWhatWasChangedInIt", "cli", []edit{
			{"cli/ui.go", "if s.past == nil { // everybody", "if s.past == nil || true { // everybody"}}},
	{"19", "The demo's events are in memory", "the history is written where everybody else's is",
		"TestTheDemoRemembersWhatWasChangedAndWritesNothing", "internal/testing/e2e", []edit{
			{"cli/beside.go", "if s.source == demoSource {\n\t\treturn nil\n", "if s.source == \"-\" {\n\t\treturn nil\n"}}},
	{"19", "An unreadable journal is said, with how many lines", "it reads as empty",
		"TestADamagedJournalIsSaidOnThePage", "views", []edit{
			{"views/activity/activity.go", "out.Note, out.Incomplete = note, true", "_ = note"}}},
	{"20", "Proposals are awaited before a question is asked", "they are not",
		"TestPipedAnswersDoNotDependOnLatency", "internal/testing/reliability", []edit{
			{"tui/form/form.go", "return f.opts.Waiting != nil && f.opts.Waiting(f.Values())", "return f.opts.Waiting != nil && false"}}},
	{"20", "A choice that nobody can verify is refused", "it is taken",
		"TestAChoiceThatCannotBeCheckedIsRefused", "internal/testing/reliability", []edit{
			{"views/interconnect/cniform.go", `return form.Finding{Level: form.Error, Text: "Cannot tell`,
				`return form.Finding{Level: form.Warning, Text: "Cannot tell`}}},
	{"21", "`r=0;t=3600` stops nothing for longer than Cloudflare's window", "an hour is believed",
		"TestAnHourOnAGoodAnswerIsTakenForCloudflaresWindow", "internal/testing/reliability", []edit{
			{"api/ledger.go", "min(until.UnixMilli(), now.Add(limitWindow).UnixMilli())", "until.UnixMilli()"},
			{"api/ledger.go", "	t.Blocked = min(t.Blocked, now.Add(limitWindow).UnixMilli())\n", ""}}},
	{"21", "The terminal's answers never reach the shell", "nobody takes them at the end",
		"TestTheTerminalsAnswersDoNotReachTheShell", "internal/testing/e2e", []edit{
			{"cli/ui.go", "defer tui.TakeAnswers(keys, x.Out)", "_ = keys"}}},
	{"21", "CLOUDFLARE_ACCOUNT_ID with a line break is trimmed", "it is taken as it is",
		"TestALineBreakAtTheEndOfAVariableCountsForNothing", "cli", []edit{
			{"keystore/environment.go", `strings.TrimSpace(values["CLOUDFLARE_ACCOUNT_ID"])`, `values["CLOUDFLARE_ACCOUNT_ID"]`}}},
	{"21", "CLOUDFLARE_BASE_URL too", "it is taken as it is",
		"TestALineBreakAtTheEndOfAVariableCountsForNothing", "cli", []edit{
			{"cli/cli.go", "value := strings.TrimSpace(x.env(name))", "value := x.env(name)"}}},
	{"21", "FLAREWIRE_PROFILE too", "it is taken as it is",
		"TestALineBreakAtTheEndOfAVariableCountsForNothing", "cli", []edit{
			{"keystore/environment.go", `strings.TrimSpace(values["FLAREWIRE_PROFILE"])`, `values["FLAREWIRE_PROFILE"]`}}},
	{"21", "\"Delete 1 tunnel\", not \"tunnels\"", "the plural always",
		"TestOneOfAThingIsNotSeveral", "tui", []edit{
			{"tui/count.go", "if n != 1 {", "if n != -1 {"}}},
	{"21", "No literal `\\n` in `not_known`", "the lines of several errors are printed as they are",
		"TestReasonsOfSeveralFailuresAreOneLineEach", "cli", []edit{
			{"cli/diagnose.go", `why = strings.Join(strings.Fields(e.Err.Error()), " ")`, `why = strings.ReplaceAll(e.Err.Error(), "\n", "\\n")`}}},
}
