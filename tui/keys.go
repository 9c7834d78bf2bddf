package tui

import (
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// arrived is what was pressed, of a key as the terminal reported it. Esc and the next key in one read (tmux waits for what may follow an
// esc, slow lines join what was sent apart) look like one key with alt: no key of ours has alt, so they are two. Where the terminal tells
// keys apart by itself (plain is false) alt is alt, but for two esc. With ctrl, a letter of another alphabet is the key on which it is
// printed; only
// with ctrl, because a plain letter is what it says, and only there, or y and z would change places on a QWERTZ keyboard.
func arrived(msg tea.KeyPressMsg, plain bool) []tea.KeyPressMsg {
	if msg.Mod.Contains(tea.ModCtrl) && msg.Code > unicode.MaxASCII && msg.Code < tea.KeyExtended && msg.BaseCode != 0 {
		msg.Code, msg.ShiftedCode, msg.Text = msg.BaseCode, 0, ""
	}
	msg.BaseCode = 0 // the library would call the key by it
	if !plain && msg.Code != tea.KeyEscape || !msg.Mod.Contains(tea.ModAlt) || msg.Code >= tea.KeyExtended {
		return []tea.KeyPressMsg{msg}
	}
	rest := msg
	rest.Mod &^= tea.ModAlt
	if rest.Mod&^tea.ModShift == 0 && unicode.IsPrint(rest.Code) {
		if rest.Mod.Contains(tea.ModShift) {
			if rest.ShiftedCode == 0 {
				rest.ShiftedCode = unicode.ToUpper(rest.Code)
			}
			rest.Code = rest.ShiftedCode
		}
		rest = tea.KeyPressMsg{Code: rest.Code, Text: string(rest.Code)}
	}
	return []tea.KeyPressMsg{{Code: tea.KeyEscape}, rest}
}

// pressed is a key press: one key, or two that came as one.
func (a *App) pressed(msg tea.KeyPressMsg) tea.Cmd {
	caught := a.catchUp()
	a.touched, a.pressedOn = a.opts.Now(), a.top()
	keys := arrived(msg, !a.told)
	if len(keys) > 1 && a.taking() && msg.Code != tea.KeyEscape {
		keys = keys[:0]
		keys = append(keys, msg) // where text is taken, alt has meanings: a word back, a word on
	}
	cmds := []tea.Cmd{caught}
	for _, key := range keys {
		a.heard()
		a.answering = true
		cmds = append(cmds, a.instant(a.key(key)))
		a.answering = false
	}
	return tea.Batch(cmds...)
}

// taking reports whether what is typed is text now.
func (a *App) taking() bool {
	return a.palette.open || a.dialog != nil && a.dialog.Confirm != "" || a.dialog == nil && a.capturing()
}

// unknown is a key without a meaning. It is said once on a page: who types blindly hears of it, who knows is not
// told again.
func (a *App) unknown(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	if r, _ := utf8.DecodeRuneInString(msg.Text); msg.Text == "" || !unicode.IsPrint(r) || a.meaningless[key] {
		return nil
	}
	if a.meaningless == nil {
		a.meaningless = map[string]bool{}
	}
	a.meaningless[key] = true
	return Toast(Muted, key+" does nothing here; "+KeyOf("help", "?")+" lists the keys")
}
