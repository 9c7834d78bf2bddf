// Package tui is the frame of the full-screen program: the root model, the stack of views, the key
// map, palette, filter line, help, dialogs, theme and layout. It knows no Cloudflare resource; the
// views package implements its interfaces.
package tui
