package main

// checkFirst has the last check done before the wait for the journal's lock.
var checkFirst = []edit{{"internal/change/apply.go", "a.at(Noting)\n\tentries, err := a.beginAll(p, s)", `var early error
	if s.recheck != nil {
		early = s.recheck(ctx)
		s.recheck = func(context.Context) error { return early }
	}
	a.at(Noting)
	entries, err := a.beginAll(p, s)`}}

const (
	inChange    = "internal/change"
	applyFile   = "internal/change/apply.go"
	replaceFile = "internal/change/replace.go"
)

// writes are the statements about changes: items 1 to 9.
var writes = []mutation{
	{"1", "A replacement reads nothing between its deletion and its creation", "the list is read before the creation, not before the deletion",
		"TestNothingIsReadBetweenTheDeletionAndTheCreation", inChange, []edit{
			{replaceFile, "return remember(ctx)", "_ = remember\n\t\treturn nil"}, {replaceFile,
				"second.recheck, second.repeats = nil, replaceWaits", "second.repeats = replaceWaits"}}},
	{"1", "What cannot be read after it for a while does not stop it", "one reading after the change, no more",
		"TestAReplacementIsFinishedWhateverCannotBeReadMeanwhile", inChange, []edit{
			{"internal/change/settle.go", "for i := 0; !look(limited) && i < len(waits); i++ {", "for i := 0; !look(limited) && i < 0; i++ {"}}},
	{"1", "A creation that was certainly refused is sent again, each time noted", "no repetitions",
		"TestACertainRefusalOfTheCreationIsTriedAgainAndNoted", inChange, []edit{
			{replaceFile, "second.recheck, second.repeats = nil, replaceWaits", "second.recheck = nil"}}},
	{"1", "A creation whose outcome is not known is never sent again: it is looked for", "an unknown outcome is a refusal that may pass",
		"TestAnUnknownCreationOfAReplacementIsLookedFor", inChange, []edit{
			{applyFile, "if !r.refusedNow || ctx.Err() != nil", "if !r.refusedNow && r.Outcome != journal.Unknown || ctx.Err() != nil"}}},
	{"1", "A replacement that stopped offers create now and undo on its page", "no ways out",
		"TestAReplacementThatStopsHalfWayOffersBothWaysOut/400/c", "internal/testing/reliability", []edit{
			{"views/review/review.go", "append(own, r.waysOut()...)", "append(own, r.waysOut()[:0]...)"}}},
	{"1", "Its undo is in the journal", "the entry of the deletion does not hold the old tunnel",
		"TestAReplacementThatStoppedIsUndoneFromTheJournal", "internal/testing/reliability", []edit{
			{"internal/change/prepare.go", "w.entry(*p, r.Parent, raw(fresh), nil, req), request: req, recheck: w.unchanged",
				"w.entry(*p, r.Parent, nil, nil, req), request: req, recheck: w.unchanged"}}},
	{"1", "The MD5 key can be kept before the deletion", "it is not offered",
		"TestTheMD5KeyOfATunnelThatGoesCanBeKept", "internal/testing/reliability", []edit{
			{replaceFile, "if fresh.BGP != nil {\n\t\tp.Keep", "if false {\n\t\tp.Keep"}}},
	{"2", "No text says \"not done\" when a step was done", "the text of the second step is that of the whole",
		"TestAReplacementThatStopsHalfWayOffersBothWaysOut/400/u", "internal/testing/reliability", []edit{
			{replaceFile, `r.Text = title + ": the old tunnel is deleted, and the new one was not created. " + textOf(r.Err)`,
				`r.Text = title + ": not done: " + textOf(r.Err)`}}},
	{"2", "Nor when nobody knows whether the second step was done", "an unknown creation is \"not done\"",
		"TestAnUnknownCreationOfAReplacementIsLookedFor/false", inChange, []edit{
			{replaceFile, `r.Text = title + ": the old tunnel is deleted; whether the new one exists is unknown. "`,
				`r.Text = title + ": not done: "`}}},
	{"3", "Looking again settles a change of unknown outcome", "what is found is not written down",
		"TestAnUnknownDeletionIsLookedAtAgainAndUndone", "views", []edit{
			{"internal/change/lookagain.go", "if r.Outcome != e.Outcome && r.Outcome != journal.Unknown {", "if false {"}}},
	{"3", "Every kind of change, carried out or not", "what is not there is unknown",
		"TestAnUnknownChangeIsSettledByLookingAgain/delete/524,_carried_out_later", inChange, []edit{
			{"internal/change/lookagain.go", "return settled{outcome: journal.Done, id: e.ObjectID}\n",
				"return settled{outcome: journal.Unknown, id: e.ObjectID}\n"}}},
	{"3", "The next start settles it by itself", "no look at the start",
		"TestAChangeOfAKilledProgramIsSaidAndSettled", "views", []edit{
			{"views/kit/unsettled.go", "func (u *Unsettled) Init() tea.Cmd { return u.look(true) }",
				"func (u *Unsettled) Init() tea.Cmd { return nil }"}}},
	{"3", "The same after SIGHUP and SIGKILL, with the real program", "no look at the start",
		"TestAChangeUnderWayWhenTheProgramEndsIsFoundOutAtTheNextStart/SIGHUP,_by_itself", "internal/testing/e2e", []edit{
			{"views/kit/unsettled.go", "func (u *Unsettled) Init() tea.Cmd { return u.look(true) }",
				"func (u *Unsettled) Init() tea.Cmd { return nil }"}}},
	{"3", "Undo works from a change that was settled", "an entry without a result of its own cannot be undone",
		"TestAnUnknownDeletionIsLookedAtAgainAndUndone", "views", []edit{
			{"internal/change/lookagain.go", "r.JournalErr = (&applying{w: w}).end(e.ID, r)",
				"r.JournalErr = (&applying{w: w}).end(e.ID, Result{Outcome: journal.Unknown})"}}},
	{"3", "The start says in one line that a change of 22:58 has no known end", "it says nothing",
		"TestAChangeOfAKilledProgramIsSaidAndSettled", "views", []edit{
			{"views/kit/unsettled.go", "[]string{openAtStart(open), knownAtStart(known)}", "[]string{knownAtStart(known)}"}}},
	{"4", "A deletion is never sent as a dry run", "the server is asked before it",
		"TestADeletionIsNeverTriedBefore", inChange, []edit{
			{"internal/change/prepare.go", "p.steps = []step{w.deletion(r, &p, fresh, req)}",
				"p.steps = []step{w.deletion(r, &p, fresh, req)}\n\tw.askDryRun(ctx, &p, req)"}}},
	{"4", "A look at an undo sends no dry run of a creation, and when it is agreed to the journal has it first",
		"the dry run is sent with the look",
		"TestAServerThatOverlooksValidateOnly", inChange, []edit{
			{"internal/change/undo.go", "p, err := w.PrepareCreateLater(r, api.Object{}.With(u.Wanted, api.Object{})) // with",
				"p, err := w.PrepareCreate(ctx, r, api.Object{}.With(u.Wanted, api.Object{})) // with"}}},
	{"5", "An answer that says that the server may still be at work (524, 504, 503, 502, 408, none) is unknown, not \"not done\"",
		"only the absence of an answer counts so",
		"TestWhatMayStillHappenIsNotReportedAsFailed/generate_PSK/524", inChange, []edit{
			{"api/errors.go", "(e.Status == 0 && e.Kind != BadAnswer || e.Status == http.StatusRequestTimeout || e.Status > " +
				"http.StatusNotImplemented)", "e.Status == 0 && e.Kind != BadAnswer"}}},
	{"5", "So is no answer at all", "what is not there when it is read back is not done",
		"TestWhatMayStillHappenIsNotReportedAsFailed/delete/no_answer", inChange, []edit{
			{applyFile, "working := api.StillAtWork(err) && seen", "working := false && seen"}}},
	{"5", "The page says so, and finds the end out by itself", "no further look",
		"TestADeletionThatIsCarriedOutAfterA524", "views", []edit{
			{"views/kit/unsettled.go", "case RecheckMsg:\n\t\treturn u.look(false)", "case RecheckMsg:\n\t\treturn nil"}}},
	{"5", "For 5 minutes its absence proves nothing", "one minute",
		"TestAnUnknownChangeIsSettledByLookingAgain/delete/524,_not_carried_out", inChange, []edit{
			{applyFile, "const Patience = 5 * time.Minute", "const Patience = time.Minute"}}},
	{"5", "A new key says what that means", "no word of the key",
		"TestWhatMayStillHappenIsNotReportedAsFailed/generate_PSK/524", inChange, []edit{
			{applyFile, "if verb == journal.GeneratePSK {\n\t\ttext +=", "if false {\n\t\ttext +="}}},
	{"5", "\"Not done … may have been made\" is said nowhere", "the error of before is said after the object was read",
		"TestEveryWriteUnderEveryFaultIsSentOnceAndReportedTruly/update/500", inChange, []edit{
			{applyFile, "r.Err = api.Settled(err)", "r.Err = err"}}},
	{"6", "A key whose answer was lost is \"set, never shown\" in bring-up", "an unknown end of a generation counts for nothing",
		"TestAKeyThatNobodyHasStaysOneUntilANewOneWasShown/the_connection_ends", "views", []edit{
			{"views/tunnel/lostkey.go", "m.neverShown(id) // until it is", "_ = m.neverShown"}}},
	{"6", "Bring-up does not blame the router for it", "the step reads as reached",
		"TestAKeyThatNobodyHasStaysOneUntilANewOneWasShown/the_connection_ends", "views", []edit{
			{"views/tunnel/bringup.go", `key.bad = "set, never shown: nobody has it"`, `key.bad = ""`}}},
	{"6", "K beside it makes a new one", "the tunnel has a key, so none is offered",
		"TestAKeyThatIsLostInTheGuidedSetupIsOfferedAgain/the_connection_ends", "views", []edit{
			{"views/tunnel/bringup.go", "(!b.m.hasKey(t) || b.m.keyNobodyHas(t)) {\n\t\tout", "!b.m.hasKey(t) {\n\t\tout"}}},
	{"6", "The guided setup goes on offering it", "the action is dropped after the first try",
		"TestAKeyThatIsLostInTheGuidedSetupIsOfferedAgain/the_connection_ends", "views", []edit{
			{"views/tunnel/after.go", "!lost && (!wanted.PSK.IsZero() || m.keyed[r.ID])", "lost || !wanted.PSK.IsZero() || m.keyed[r.ID]"}}},
	{"6", "The state ends when a new key was shown", "it stays",
		"TestAKeyThatNobodyHasStaysOneUntilANewOneWasShown/an_empty_answer", "views", []edit{
			{"views/tunnel/lostkey.go", "delete(m.unshown, id)\n\t\tm.keyed", "m.keyed"}}},
	{"6", "So is one whose page was left while it was made", "what follows from the end of a change is done by its page",
		"TestAKeyWhosePageWasLeftIsOneThatNobodyHas", "views", []edit{
			{"views/review/ends.go", "return msg.review.ended(msg.result)", "return nil"}}},
	{"6", "The next start knows it", "the journal is not asked",
		"TestAKeyThatNobodyHasIsKnownAtTheNextStart/known_to_be_made", "views", []edit{
			{"views/tunnel/lostkey.go", "m.unshown[e.ObjectID] = e.Time\n\t\t}", "_ = e.Time\n\t\t}"}}},
	{"7", "What is sent is what was shown, also when a reading is about another object", "an answer about another object is taken",
		"TestWhatIsShownIsWhatIsSentWhateverIsRead/delete", inChange, []edit{
			{"api/collection.go", "err = a.sameID(id, c.resource.id(&v))", "_ = a.sameID"},
			{"internal/change/prepare.go", "req, err := r.In(w.options.Account).BuildDelete(id)",
				"req, err := r.In(w.options.Account).BuildDelete(r.id(fresh))"}}},
	{"8", "Who does not get the journal's lock within a limit sends nothing", "it goes on without the lock",
		"TestAJournalThatAnotherInstanceHolds", inChange, []edit{
			{"internal/statefile/openlocked.go", "return ErrLocked", "return nil"}}},
	{"8", "The check comes after the wait", "the check comes first",
		"TestTheLastCheckComesAfterTheWaitForTheJournal", inChange, checkFirst},
	{"8", "Meanwhile the page says what is waited for, and that nothing is sent", "it says \"Sending, once\"",
		"TestAChangeThatWaitsForTheJournalOfAnotherFlarewireSaysSo", "views", []edit{
			{"views/review/draw.go", "case stage == change.Noting:", "case stage == change.Stage(-1):"}}},
	{"8", "Who jumps away while it is sent is told that the change goes on and where its end will stand", "the question about the form below",
		"TestJumpingAwayWhileAChangeIsBeingSent", "views", []edit{
			{"tui/app.go", `o.Ongoing(act == "quit") != "" {`, `o.Ongoing(act == "quit") == "-" {`}}},
	{"8", "Its end stands there, in the real program too", "what follows from the end of a change is done by its page",
		"TestJumpingAwayDuringSendingSaysWhereTheEndWillStand", "internal/testing/e2e", []edit{
			{"views/review/ends.go", "return msg.review.ended(msg.result)", "return nil"}}},
	{"8", "The limit, with the real program: nothing is sent", "no limit but an hour",
		"TestALockThatNobodyLetsGoOfHoldsAChangeUpForALimitedTime", "internal/testing/e2e", []edit{
			{"internal/statefile/openlocked.go", "if time.Since(began) >= limit {", "if time.Since(began) >= limit+time.Hour {"}}},
	{"8", "The check after the wait, with the real program", "the check comes first",
		"TestWhatIsChangedDuringTheWaitForTheLockIsNoticed", "internal/testing/e2e", checkFirst},
	{"9", "What was not touched is sent back as it came, at every depth (interconnect: health_check.direction, source)",
		"unknown fields inside are left out",
		"TestWhatWasNotTouchedIsSentBackAsItCame/interconnect", inChange, []edit{
			{"api/build.go", "values = withUnknown(c.codec.goType(), values, o.JSON(), false)",
				"values = withUnknown(c.codec.goType(), values, nil, false)"}}},
	{"9", "So in tunnels (health_check, bgp)", "unknown fields inside are left out",
		"TestWhatWasNotTouchedIsSentBackAsItCame/GRE_tunnel", inChange, []edit{
			{"api/build.go", "values = withUnknown(c.codec.goType(), values, o.JSON(), false)",
				"values = withUnknown(c.codec.goType(), values, nil, false)"}}},
	{"9", "And in what is made anew: an undo, a replacement", "the object is made of the known fields",
		"TestWhatIsMadeAnewHasWhatIsUnknownInside/deleted_CNI", inChange, []edit{
			{"api/build.go", "values = withUnknown(c.codec.goType(), values, o.values, true)",
				"values = withUnknown(c.codec.goType(), values, nil, true)"}}},
}
