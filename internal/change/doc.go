// Package change is the one way to write to the account: read again, show the difference, let the server check it, send
// once, read back, write it down. It has no screen: a view prepares a Plan, shows it, and applies it when the user agrees.
//
//	plan, err := change.PrepareUpdate(ctx, writer, change.GRETunnels, opened, wanted)
//	… show plan.Differences, plan.Requests, plan.Warnings; when plan.Blocked() == "" and the user agrees:
//	result := writer.Apply(ctx, plan)
//
// What holds for every change:
//
//   - An object that differs from what the form was opened with is a conflict, shown field by field and sent only after it
//     was accepted. It is compared once more right before sending.
//   - The request shown is the request sent: one api.Request, which is compared once more when it goes out.
//   - A request that changes something is sent at most once per plan. Only the creation of a replaced tunnel is sent again, for a
//     minute, when the server has certainly refused it for a reason that passes; each time has its entry in the journal.
//     When the result of a request is not known, the object is read back and the result says done, not done or unknown.
//   - Done is said of what was read back. A field that did not take effect is named, and so is one that changed unasked.
//   - Advertising and withdrawing a prefix are acts of their own and never part of another change.
//   - A pre-shared key is in Result.Secret, in memory, and nowhere else.
package change
