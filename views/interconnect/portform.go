package interconnect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
)

// The two kinds of ports, as the form's choice.
const (
	physical = "physical"
	partner  = "partner"
)

// blankPort is a new port in a slot, or in none yet.
func blankPort(slotID string) api.Interconnect { return api.Interconnect{SlotID: slotID} }

// portForm makes the form for ordering a port. There is none for changing it.
func (m *Module) portForm(title string, i api.Interconnect, submit func(api.Interconnect) tea.Cmd) form.Options {
	cable := func(v form.Values) bool { return v["kind"] == physical }
	circuit := func(v form.Values) bool { return v["kind"] == partner }
	values := form.Values{"kind": physical, "slot_id": i.SlotID, "type": only(m.types(false)), "partner_type": only(m.types(true))}
	typeField := func(key string, when func(form.Values) bool, isPartner bool) form.Field {
		return form.Field{Key: key, Label: "Type", When: when,
			Help:    "Cloudflare lists no types; " + tui.KeyOf("suggest", "ctrl+n") + " cycles through those of this account",
			Suggest: func(form.Values) []string { return m.types(isPartner) }, Check: checkType}
	}
	return form.Options{Title: title, Verb: "review", Values: values,
		Needs: store.Needs(store.TargetsOf(store.Slots, store.Ports)...),
		Sections: []form.Section{{Fields: []form.Field{
			{Key: "kind", Label: "Kind", Control: form.Choice, Help: "A cross-connect in a data center, or a circuit from Google Cloud",
				Choices: []form.Option{{Value: physical, Label: "physical port"}, {Value: partner, Label: "Google Cloud partner"}}},
			{Key: "slot_id", Label: "Slot", When: cable, Help: "One of the free slots; or press " + tui.KeyOf("new", "n") + " on one in :slots",
				Control: form.Pick, Free: true, ChoicesNow: func(form.Values) []form.Option { return m.freeSlots() }, Explain: m.slotLive,
				Check: m.checkSlot},
			{Key: "speed", Label: "Speed", When: cable, Help: "Empty takes the slot's speed", Check: m.checkSpeed},
			typeField("type", cable, false),
			{Key: "bandwidth", Label: "Bandwidth", When: circuit, Help: strings.Join(rules.Bandwidths(), " "),
				Suggest: func(form.Values) []string { return rules.Bandwidths() }, Check: field.Check(rules.Bandwidth)},
			{Key: "pairing_key", Label: "Pairing key", Control: form.Secret, When: circuit,
				Help:  "From the VLAN attachment in Google Cloud; not stored",
				Check: field.Check(rules.PairingKey)},
			typeField("partner_type", circuit, true),
		}}},
		Submit: func(v form.Values) tea.Cmd { return submit(orderOf(v)) },
	}
}

// orderOf is what was typed, as the object to create.
func orderOf(v form.Values) api.Interconnect {
	trim := func(key string) string { return strings.TrimSpace(v[key]) }
	if v["kind"] == partner {
		return api.Interconnect{Type: trim("partner_type"), Bandwidth: trim("bandwidth"), PairingKey: api.NewSecret(trim("pairing_key"))}
	}
	return api.Interconnect{Type: trim("type"), SlotID: trim("slot_id"), Speed: trim("speed")}
}

// types are those of the account's ports, of partners or of cables.
func (m *Module) types(isPartner bool) []string {
	var out []string
	for _, p := range m.ports().Rows {
		if p.Partner() == isPartner && p.Type != "" {
			out = append(out, p.Type)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// only is the one of a list that has no other; a choice among several is the user's.
func only(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return ""
}

func checkType(v string, _ form.Values) form.Finding {
	if strings.TrimSpace(v) == "" {
		return form.Finding{Level: form.Incomplete, Text: "The API wants a type; your account team knows the word"}
	}
	return form.Finding{}
}

func (m *Module) freeSlots() []form.Option {
	var out []form.Option
	for _, s := range bySite(m.slots().Rows) {
		if !s.Occupied {
			out = append(out, form.Option{Value: s.ID, Label: s.ID + "  " + slotText(s)})
		}
	}
	return out
}

func (m *Module) slotLive(v form.Values) string {
	if s, ok := m.slotWith(strings.TrimSpace(v["slot_id"])); ok {
		return slotText(s)
	}
	return ""
}

// slotText is a slot in a few words.
func slotText(s api.Slot) string {
	text := field.Or(s.Site, "-") + ", " + field.Or(s.Speed, "-")
	if s.Facility != nil {
		text += ", " + s.Facility.Name
	}
	return text
}

func (m *Module) checkSlot(v string, _ form.Values) form.Finding {
	if v == "" {
		return form.Finding{Level: form.Incomplete, Text: "Choose a free slot: " + tui.KeyOf("suggest", "ctrl+n") + " goes through them"}
	}
	v = strings.TrimSpace(v)
	s, known := m.slotWith(v)
	switch {
	case known && s.Occupied:
		return form.Finding{Level: form.Error, Text: "This slot is occupied: choose a free one"}
	case !known && !m.slots().Complete():
		return form.Finding{Level: form.Error, Text: "Cannot tell whether this slot is free: " + m.env.Feed.Last().Entry(store.Slots).Why()}
	case !known:
		return field.WorstOf(field.Finding(rules.UUID(v)), form.Finding{Level: form.Warning, Text: "This slot is not in the list"})
	}
	return field.Finding(rules.UUID(v))
}

func (m *Module) checkSpeed(v string, all form.Values) form.Finding {
	s, known := m.slotWith(strings.TrimSpace(all["slot_id"]))
	if v != "" && known && s.Speed != "" && s.Speed != strings.TrimSpace(v) {
		return form.Finding{Level: form.Warning, Text: "The slot has " + s.Speed}
	}
	return form.Finding{}
}

// guardPort says what an order means: it is the one creation that is a commercial act.
func (m *Module) guardPort(_, wanted api.Interconnect) change.Guards {
	if wanted.SlotID == "" {
		return change.Guards{
			Warnings: []string{"This orders a circuit: it uses up the pairing key, and Google and Cloudflare may charge for it"},
			Consequences: []string{"The port is Pending until the circuit is up; then make a CNI over it (n there)",
				"A port cannot be changed later, only deleted"},
		}
	}
	where := "slot " + wanted.SlotID
	if s, ok := m.slotWith(wanted.SlotID); ok {
		where = slotText(s)
	}
	return change.Guards{
		Warnings: []string{fmt.Sprintf("This orders a port (%s): it takes the slot, and your contract may charge for it", where)},
		Consequences: []string{"You have to order the cross-connect from the data center, with the letter of authorization (L on its page)",
			"The port is Pending until the cable is connected; then make a CNI over it (n there)",
			"A port cannot be changed later, only deleted"},
	}
}

// endOfPort is what the deletion of a port means, for the world outside of the API too.
func (m *Module) endOfPort(ctx context.Context, i api.Interconnect) []string {
	out := m.env.Dependents(ctx, portSubject(i))
	if i.SlotID == "" {
		return append(out, "The circuit is given back. Delete the VLAN attachment in Google Cloud too: it may go on costing money.")
	}
	return append(out, "The port is given back, and somebody else may take the slot. Cancel the cross-connect with the data center: it may "+
		"go on costing money.")
}
