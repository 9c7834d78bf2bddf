package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
)

// abilities are the operations a collection has, as a set.
type abilities uint8

const (
	canList abilities = 1 << iota
	canGet
	canCreate
	canUpdate
	canDelete
	canBulk

	canAll = canList | canGet | canCreate | canUpdate | canDelete | canBulk
)

// form is how the collection's answers are wrapped.
type form uint8

const (
	nested form = iota // envelope; lists, items and changes stand under their own keys of result (magic/*)
	plain              // envelope; result is the list or the object itself (addressing/*)
	bare               // no envelope; lists are {"items","next"} (cni/*)
)

// permissions of a collection's operations; one group of each list is enough. nil: Cloudflare lists none.
type permissions struct{ read, create, update, remove []string }

// kind describes one collection, but for the Go type of its objects. Everything the API can do with it follows from this table
// entry.
type kind struct {
	name    string // in Operations
	service Service
	path    string // template of the collection
	item    string // name of the path parameter of one object
	form    form
	plural  string // key of the list in result; of the bulk update in the body
	single  string // key of the object in result
	can     abilities
	dryRun  abilities // the operations that take validate_only
	target  bool      // the calls take x-magic-new-hc-target
	filters []string  // query parameters of the list
	perms   permissions
	patch   bool     // update is PATCH, not PUT
	create  []string // keys that a create may send, in this order
	modify  []string // keys that an update may send
	// clearable are texts that "" clears; they are sent as "" when the object that was read had them and the new one does not.
	clearable []string
	secretKey string // key of the write-only value (see secretHolder), sent only when it is set in this call
}

// resource is a kind together with the Go type of its objects.
type resource[T any] struct {
	kind

	prepare func(account string, v *T) // fills in what the API requires and the caller need not know
	id      func(v *T) string
}

func (r *resource[T]) decode(values json.RawMessage) (Object, error) {
	var v T
	if len(values) == 0 {
		return ObjectOf(v), nil
	}
	err := json.Unmarshal(values, &v)
	return ObjectOf(v), err
}

func (r *resource[T]) goType() reflect.Type { return reflect.TypeFor[T]() }

// prepared encodes an object as it is to be sent.
func (r *resource[T]) prepared(account string, o Object) (json.RawMessage, error) {
	v, ok := As[T](o)
	if !ok {
		if err := json.Unmarshal(o.values, &v); err != nil {
			return nil, err
		}
	}
	if r.prepare != nil {
		r.prepare(account, &v)
	}
	return encode(&v)
}

// read decodes an object of an answer and returns what is kept of its bytes, and its id.
func (r *resource[T]) read(raw json.RawMessage) (kept json.RawMessage, id string, err error) {
	var v T
	if err := decodeInto(raw, &v); err != nil {
		return nil, "", err
	}
	if h, ok := any(&v).(rawHolder); ok {
		raw = h.JSON()
	}
	return raw, r.id(&v), nil
}

// operation returns the Operation for one ability.
func (r *kind) operation(a abilities) Operation {
	op := Operation{Service: r.service, Path: r.path, ValidateOnly: r.dryRun&a != 0, TargetHeader: r.target, Changes: true}
	if a == canGet || a == canUpdate || a == canDelete {
		op.Path += "/{" + r.item + "}"
	}
	switch a {
	case canList:
		op.Name, op.Method, op.Permissions, op.Changes = ".list", http.MethodGet, r.perms.read, false
		op.Query = r.filters
		if r.form == bare {
			op.Query = append([]string{"cursor", "limit"}, r.filters...)
		}
	case canGet:
		op.Name, op.Method, op.Permissions, op.Changes = ".get", http.MethodGet, r.perms.read, false
	case canCreate:
		op.Name, op.Method, op.Permissions = ".create", http.MethodPost, r.perms.create
	case canUpdate:
		op.Name, op.Method, op.Permissions = ".update", http.MethodPut, r.perms.update
		if r.patch {
			op.Method = http.MethodPatch
		}
	case canBulk:
		op.Name, op.Method, op.Permissions = ".bulk_update", http.MethodPut, r.perms.update
	case canDelete:
		op.Name, op.Method, op.Permissions = ".delete", http.MethodDelete, r.perms.remove
	}
	op.Name = r.name + op.Name
	return op
}

// operations lists what the collection can do.
func (r *kind) operations() []Operation {
	var list []Operation
	for a := canList; a <= canBulk; a <<= 1 {
		if r.can&a != 0 {
			list = append(list, r.operation(a))
		}
	}
	return list
}

// title is the resource's name for a sentence.
func (r *kind) title() string { return strings.ReplaceAll(r.name, "_", " ") }
