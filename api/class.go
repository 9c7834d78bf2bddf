package api

import "context"

// Class is the importance of a request. All requests of a credential come out of one share (see Share); the lower the class, the
// smaller the part of the share that it may use up, so that what is more important always finds some of it left.
type Class uint8

// The classes, the most important first. A change is above all of them, whatever its context says: it never waits for the share.
const (
	ClassPerson  Class = iota // a person waits for it; also every call whose context names no class
	ClassTunnels              // state and health of the tunnels
	ClassPage                 // what the open page shows beside them
	// ClassBackground is for details that nobody is looking at, and for what reads in bulk: whoever waits for that waits for
	// minutes anyway, and should not be without requests afterwards.
	ClassBackground
)

// ceilings are the parts of the share, in percent, up to which requests of a class are sent. What all classes have used counts.
var ceilings = [...]int64{ClassPerson: 100, ClassTunnels: 85, ClassPage: 75, ClassBackground: 65}

// ceiling is how many requests may have been used before one more of this class.
func (c Class) ceiling(share int) int64 {
	c = min(c, ClassBackground)
	return max((int64(share)*ceilings[c]+99)/100, 1)
}

type classKey struct{}

// WithClass gives the calls made with the context a class.
func WithClass(ctx context.Context, class Class) context.Context {
	return context.WithValue(ctx, classKey{}, class)
}

// ClassOf returns the class of the calls made with the context.
func ClassOf(ctx context.Context) Class {
	class, _ := ctx.Value(classKey{}).(Class)
	return class
}
