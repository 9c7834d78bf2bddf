package fakesecretservice

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	serviceName = "org.freedesktop.secrets"
	servicePath = dbus.ObjectPath("/org/freedesktop/secrets")
	login       = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	noObject    = dbus.ObjectPath("/")
	promptFace  = "org.freedesktop.Secret.Prompt"
)

// secretStruct is the API's (oayays) struct.
type secretStruct struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// handlers maps a method's full name to what the keyring does.
var handlers = map[string]func(*Server, *peer, *dbus.Message, dbus.ObjectPath){
	"org.freedesktop.DBus.Hello":                    (*Server).hello,
	"org.freedesktop.DBus.AddMatch":                 (*Server).nothing,
	"org.freedesktop.DBus.RemoveMatch":              (*Server).nothing,
	"org.freedesktop.DBus.NameHasOwner":             (*Server).nameHasOwner,
	"org.freedesktop.DBus.StartServiceByName":       (*Server).startService,
	"org.freedesktop.DBus.Properties.Get":           (*Server).property,
	"org.freedesktop.Secret.Service.OpenSession":    (*Server).openSession,
	"org.freedesktop.Secret.Service.ReadAlias":      (*Server).readAlias,
	"org.freedesktop.Secret.Service.SearchItems":    (*Server).searchService,
	"org.freedesktop.Secret.Service.Unlock":         (*Server).unlockObjects,
	"org.freedesktop.Secret.Collection.CreateItem":  (*Server).createItem,
	"org.freedesktop.Secret.Collection.SearchItems": (*Server).searchCollection,
	"org.freedesktop.Secret.Item.GetSecret":         (*Server).getSecret,
	"org.freedesktop.Secret.Item.Delete":            (*Server).deleteItem,
	"org.freedesktop.Secret.Session.Close":          (*Server).nothing,
	promptFace + ".Prompt":                          (*Server).prompt,
}

// lookMethods are those that ask about the keyring's state without touching a secret.
var lookMethods = []string{
	"Hello", "AddMatch", "RemoveMatch", "NameHasOwner", "StartServiceByName", "Get", "ReadAlias",
}

// answer finds the method that was called. Calls of one client are answered in order, as a real provider does.
func (s *Server) answer(p *peer, call *dbus.Message) {
	path, _ := call.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	iface, _ := call.Headers[dbus.FieldInterface].Value().(string)
	member, _ := call.Headers[dbus.FieldMember].Value().(string)
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-s.closed:
			return
		}
	}
	if s.fault(SilentAfterLook) && !slices.Contains(lookMethods, member) && iface != "org.freedesktop.Secret.Service" {
		return
	}
	handler := handlers[iface+"."+member]
	if handler == nil {
		p.fail(call, "org.freedesktop.DBus.Error.UnknownMethod", "no method "+iface+"."+member)
		return
	}
	if s.fault(GarbageAnswers) && iface != "org.freedesktop.DBus" {
		p.reply(call, int32(7))
		return
	}
	handler(s, p, call, path)
}

func (s *Server) hello(p *peer, call *dbus.Message, _ dbus.ObjectPath)   { p.reply(call, ":1.7") }
func (s *Server) nothing(p *peer, call *dbus.Message, _ dbus.ObjectPath) { p.reply(call) }

func (s *Server) nameHasOwner(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	p.reply(call, !s.fault(NoProvider) && !s.fault(ProviderCrashes) && !s.fault(ProviderNeverComes))
}

func (s *Server) startService(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	switch {
	case s.fault(ProviderNeverComes):
	case s.fault(ProviderCrashes):
		p.fail(call, "org.freedesktop.DBus.Error.Spawn.ChildExited", "Process org.freedesktop.secrets exited with status 1")
	default:
		p.fail(call, "org.freedesktop.DBus.Error.ServiceUnknown",
			"The name org.freedesktop.secrets was not provided by any .service files")
	}
}

func (s *Server) property(p *peer, call *dbus.Message, path dbus.ObjectPath) {
	name, _ := call.Body[1].(string)
	switch {
	case name == "Collections" && path == servicePath:
		collections := []dbus.ObjectPath{}
		if !s.fault(NoCollection) {
			collections = append(collections, login)
		}
		p.reply(call, dbus.MakeVariant(collections))
	case name == "Locked" && path == login:
		s.mu.Lock()
		locked := !s.unlock
		s.mu.Unlock()
		p.reply(call, dbus.MakeVariant(locked))
	default:
		p.fail(call, "org.freedesktop.DBus.Error.UnknownProperty", "no property "+name)
	}
}

func (s *Server) openSession(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	p.reply(call, dbus.MakeVariant(""), dbus.ObjectPath("/org/freedesktop/secrets/session/s1"))
}

func (s *Server) readAlias(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	if s.fault(NoCollection) {
		p.reply(call, noObject)
		return
	}
	p.reply(call, login)
}

func (s *Server) unlockObjects(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	objects, _ := call.Body[0].([]dbus.ObjectPath)
	s.mu.Lock()
	open := s.unlock
	s.mu.Unlock()
	switch {
	case s.fault(NoCollection):
		p.reply(call, []dbus.ObjectPath{}, noObject)
	case open:
		p.reply(call, objects, noObject)
	default:
		p.reply(call, []dbus.ObjectPath{}, s.newPrompt(p, dbus.MakeVariant(objects), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.unlock = true
		}))
	}
}

func (s *Server) createItem(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	var properties map[string]dbus.Variant
	var value secretStruct
	var replace bool
	if err := dbus.Store(call.Body, &properties, &value, &replace); err != nil {
		p.fail(call, "org.freedesktop.DBus.Error.InvalidArgs", err.Error())
		return
	}
	attributes, _ := properties["org.freedesktop.Secret.Item.Attributes"].Value().(map[string]string)
	if s.fault(PromptOnStore) {
		p.reply(call, noObject, s.newPrompt(p, dbus.MakeVariant(noObject), func() { s.store(attributes, value.Value) }))
		return
	}
	if s.fault(ForgetsStores) {
		p.reply(call, noObject, noObject)
		return
	}
	p.reply(call, s.store(attributes, value.Value), noObject)
}

func (s *Server) searchService(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	found := s.search(call)
	s.mu.Lock()
	open := s.unlock
	s.mu.Unlock()
	if open {
		p.reply(call, found, []dbus.ObjectPath{})
		return
	}
	p.reply(call, []dbus.ObjectPath{}, found)
}

func (s *Server) searchCollection(p *peer, call *dbus.Message, _ dbus.ObjectPath) {
	p.reply(call, s.search(call))
}

func (s *Server) getSecret(p *peer, call *dbus.Message, path dbus.ObjectPath) {
	session, _ := call.Body[0].(dbus.ObjectPath)
	s.mu.Lock()
	item, ok := s.items[path]
	s.mu.Unlock()
	if !ok {
		p.fail(call, "org.freedesktop.Secret.Error.NoSuchObject", "no such item")
		return
	}
	p.reply(call, secretStruct{Session: session, Parameters: []byte{}, Value: item.value, ContentType: "text/plain"})
}

func (s *Server) deleteItem(p *peer, call *dbus.Message, path dbus.ObjectPath) {
	remove := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.items, path)
	}
	if s.fault(PromptOnDelete) {
		p.reply(call, s.newPrompt(p, dbus.MakeVariant(""), remove))
		return
	}
	remove()
	p.reply(call, noObject)
}

// newPrompt makes a prompt object; done happens when the user answers it.
func (s *Server) newPrompt(p *peer, result dbus.Variant, done func()) dbus.ObjectPath {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	path := dbus.ObjectPath(fmt.Sprintf("/org/freedesktop/secrets/prompt/p%d", s.next))
	s.prompts[path] = func() {
		switch {
		case s.fault(PromptUnanswered):
		case s.fault(BusLostInPrompt):
			_ = p.conn.Close()
		case s.fault(StrangeSignalInPrompt):
			p.signal(servicePath, "org.freedesktop.Secret.Service", "CollectionChanged", login)
		case s.fault(PromptDismissed):
			p.signal(path, promptFace, "Completed", true, dbus.MakeVariant(""))
		default:
			done()
			p.signal(path, promptFace, "Completed", false, result)
		}
	}
	return path
}

func (s *Server) prompt(p *peer, call *dbus.Message, path dbus.ObjectPath) {
	s.mu.Lock()
	s.raised++
	answer := s.prompts[path]
	delete(s.prompts, path)
	s.mu.Unlock()
	p.reply(call)
	if answer != nil {
		answer()
	}
}

// store puts an item into the keyring, in the place of one with the same attributes.
func (s *Server) store(attributes map[string]string, value []byte) dbus.ObjectPath {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, item := range s.items {
		if maps.Equal(item.attributes, attributes) {
			s.items[path] = stored{attributes, value}
			return path
		}
	}
	s.next++
	path := login + dbus.ObjectPath(fmt.Sprintf("/%d", s.next))
	s.items[path] = stored{attributes, value}
	return path
}

// search returns the items that have all the attributes asked for.
func (s *Server) search(call *dbus.Message) []dbus.ObjectPath {
	wanted, _ := call.Body[0].(map[string]string)
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []dbus.ObjectPath{}
	for path, item := range s.items {
		matches := true
		for key, value := range wanted {
			matches = matches && item.attributes[key] == value
		}
		if matches {
			found = append(found, path)
		}
	}
	return found
}
