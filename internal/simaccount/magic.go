package simaccount

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"
)

// Codes of the /magic service.
const (
	notOnboarded   = 1012
	invalidRequest = 1022
)

// magicResource describes one kind of object under /accounts/{account_id}/magic.
type magicResource struct {
	kind     Resource
	plural   string // the key of the list; kind when empty
	singular string
	title    string // in error texts
	goName   string // in the decoder's error texts
	notFound int
	fields   []field
	rules    func(c *call, kind Resource, o Object, self *record) error
}

func (m *magicResource) key() string { return or(m.plural, string(m.kind)) }

// operations are the rows of the table for this resource; a CNI's tunnel interface can neither be created nor deleted.
func (m *magicResource) operations(full bool) []operation {
	all := "/accounts/{account_id}/magic/" + string(m.kind)
	one := all + "/{id}"
	ops := []operation{
		{method: http.MethodGet, path: all, needs: magicReaders, notOnboardedCode: notOnboarded, run: m.list},
		{method: http.MethodPut, path: all, needs: magicWriters, notOnboardedCode: notOnboarded, run: m.updateMany},
		{method: http.MethodGet, path: one, needs: magicReaders, notOnboardedCode: notOnboarded, run: m.get},
		{method: http.MethodPut, path: one, needs: magicWriters, notOnboardedCode: notOnboarded, run: m.updateOne},
	}
	if !full {
		return ops
	}
	return append(ops,
		operation{method: http.MethodPost, path: all, needs: magicWriters, notOnboardedCode: notOnboarded, run: m.create},
		operation{method: http.MethodDelete, path: one, needs: magicWriters, notOnboardedCode: notOnboarded, run: m.remove},
	)
}

// wrap words a refusal as the service does.
func (m *magicResource) wrap(doing string, err error) error {
	var i *invalid
	if !errors.As(err, &i) {
		return err
	}
	context := "error validating " + m.title
	if i.parsing {
		context = "error parsing request body while " + doing + " " + m.title
	}
	return newProblem(http.StatusBadRequest, invalidRequest, "Invalid Request: "+context+": "+i.text)
}

// lookup finds the object that the path names; a deleted one can be read for a moment, but not written.
func (m *magicResource) lookup(c *call, id string, toWrite bool) (*record, error) {
	r := c.server.objects[m.kind].byID[id]
	if r == nil || (toWrite && !r.gone.IsZero()) {
		return nil, newProblem(http.StatusNotFound, m.notFound, fmt.Sprintf("%s not found", m.title))
	}
	return r, nil
}

func (m *magicResource) list(c *call) (any, error) {
	return c.listJSON(m.key(), c.server.objects[m.kind].list), nil
}

// listJSON writes {key:[…]} from the encoded objects.
func (c *call) listJSON(key string, records []*record) json.RawMessage {
	var b bytes.Buffer
	b.Grow(64 + 1024*len(records))
	b.WriteString(`{"` + key + `":[`)
	for i, r := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		c.server.writeTunnel(&b, r, c.now, c.newTarget)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func (c *call) view(r *record) json.RawMessage { return c.server.tunnelJSON(r, c.now, c.newTarget) }

func (m *magicResource) get(c *call) (any, error) {
	r, err := m.lookup(c, c.vars["id"], false)
	if err != nil {
		return nil, err
	}
	return Object{m.singular: c.view(r)}, nil
}

// create answers with the object for the current body, and with a list for the older {plural:[…]} form.
func (m *magicResource) create(c *call) (any, error) {
	body, err := c.object("[]magic." + m.goName)
	if err != nil {
		return nil, m.wrap("creating", err)
	}
	bodies, legacy, err := m.bodies(body)
	if err != nil {
		return nil, m.wrap("creating", err)
	}
	var made []*record
	for _, b := range bodies {
		r, err := m.createOne(c, b)
		if err != nil {
			for _, r := range made {
				c.server.objects[m.kind].remove(r)
			}
			return nil, m.wrap("creating", err)
		}
		made = append(made, r)
	}
	if legacy {
		return c.listJSON(m.key(), made), nil
	}
	return c.view(made[0]), nil
}

// bodies splits a body into objects; isList says that it had the {plural:[…]} form.
func (m *magicResource) bodies(body map[string]any) (all []map[string]any, isList bool, err error) {
	raw, isList := body[m.key()]
	if !isList {
		return []map[string]any{body}, false, nil
	}
	items, ok := raw.([]any)
	if !ok || len(items) == 0 {
		return nil, true, misfit("json: cannot unmarshal %s into Go struct field .%s of type []magic.%s", jsonName(raw), m.key(), m.goName)
	}
	for _, item := range items {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, true, misfit("json: cannot unmarshal %s into Go value of type magic.%s", jsonName(item), m.goName)
		}
		all = append(all, o)
	}
	return all, true, nil
}

func (m *magicResource) createOne(c *call, body map[string]any) (*record, error) {
	d := decoder{typeName: m.goName, newTarget: c.newTarget, create: true}
	o, err := d.object(m.fields, body, "")
	if err != nil {
		return nil, err
	}
	o = withDefaults(m.fields, o)
	if err := m.rules(c, m.kind, o, nil); err != nil {
		return nil, err
	}
	r := &record{kind: m.kind, obj: o, created: c.now}
	o["created_on"], o["modified_on"] = stamp(c.now), stamp(c.now)
	r.takePSK(c.now)
	if c.dry {
		id := c.server.hash("dry run", c.server.answers)
		r.id, o["id"] = hexText(id[:16]), hexText(id[:16])
	} else {
		r.id = c.server.newID(m.kind)
		o["id"] = r.id
		c.server.objects[m.kind].add(r)
	}
	if m.kind == IPsecTunnels {
		o["remote_identities"] = c.server.remoteIdentities(r.id)
	}
	r.startOver(c.now)
	return r, nil
}

// draft is the object as it would be after the update.
func (m *magicResource) draft(c *call, r *record, body map[string]any) (*record, error) {
	d := decoder{typeName: m.goName, newTarget: c.newTarget}
	sent, err := d.object(m.fields, body, "")
	if err != nil {
		return nil, err
	}
	next := *r
	next.obj = merge(m.fields, r.obj, sent)
	next.changed()
	if err := m.rules(c, m.kind, next.obj, r); err != nil {
		return nil, err
	}
	next.obj["modified_on"] = stamp(c.now)
	next.takePSK(c.now)
	if restarts(r, &next) {
		next.startOver(c.now)
	}
	return &next, nil
}

// restarts says whether a running session ends because of the change.
func restarts(before, after *record) bool {
	if before.psk != after.psk {
		return true
	}
	for _, name := range []string{
		"bgp", "interface_address", "cloudflare_endpoint", "customer_endpoint", "cloudflare_gre_endpoint", "customer_gre_endpoint",
	} {
		if !reflect.DeepEqual(before.obj[name], after.obj[name]) {
			return true
		}
	}
	return false
}

func (m *magicResource) updateOne(c *call) (any, error) {
	r, err := m.lookup(c, c.vars["id"], true)
	if err != nil {
		return nil, err
	}
	body, err := c.object("magic." + m.goName)
	if err != nil {
		return nil, m.wrap("updating", err)
	}
	next, err := m.draft(c, r, body)
	if err != nil {
		return nil, m.wrap("updating", err)
	}
	if !c.dry {
		*r = *next
	}
	return Object{"modified": true, "modified_" + m.singular: c.view(next)}, nil
}

// updateMany changes all or none: {plural:[{id,…},…]}.
func (m *magicResource) updateMany(c *call) (any, error) {
	body, err := c.object("[]magic." + m.goName)
	if err != nil {
		return nil, m.wrap("updating", err)
	}
	bodies, isList, err := m.bodies(body)
	if err == nil && !isList {
		err = refuse("%s is required", m.key())
	}
	if err != nil {
		return nil, m.wrap("updating", err)
	}
	var before, after []*record
	for _, b := range bodies {
		id, _ := b["id"].(string)
		if id == "" {
			return nil, m.wrap("updating", refuse("id is required"))
		}
		r, err := m.lookup(c, id, true)
		if err != nil {
			return nil, err
		}
		next, err := m.draft(c, r, b)
		if err != nil {
			return nil, m.wrap("updating", err)
		}
		before, after = append(before, r), append(after, next)
	}
	for i := range before {
		if !c.dry {
			*before[i] = *after[i]
		}
	}
	key := "modified_" + m.key()
	var shown map[string]json.RawMessage
	if err := json.Unmarshal(c.listJSON(key, after), &shown); err != nil {
		return nil, err
	}
	return Object{"modified": true, key: shown[key]}, nil
}

// remove marks the object as deleted; it stays readable for deleteLag.
func (m *magicResource) remove(c *call) (any, error) {
	r, err := m.lookup(c, c.vars["id"], true)
	if err != nil {
		return nil, err
	}
	shown := c.view(r)
	if !c.dry || m.kind == Routes { // validate_only is not documented for routes
		r.gone = c.now.Add(deleteLag)
	}
	return Object{"deleted": true, "deleted_" + m.singular: shown}, nil
}

// takePSK moves a key that was just written out of the visible object.
func (r *record) takePSK(now time.Time) {
	if r.kind != IPsecTunnels {
		return
	}
	sent, _ := r.obj["psk"].(string)
	delete(r.obj, "psk")
	if sent != "" && sent != r.psk {
		r.setPSK(sent, now)
	}
	if r.obj["psk_metadata"] == nil {
		r.obj["psk_metadata"] = Object{}
	}
}

func (r *record) setPSK(psk string, now time.Time) {
	r.psk = psk
	r.obj["psk_metadata"] = Object{"last_generated_on": stamp(now)}
	r.changed()
}
