// Package routerconfig writes the customer's side of a tunnel: configuration for a router, made from the tunnel's real
// values, to be read by a person and then pasted or copied to the device.
//
// Everything here but Save is a pure function. What cannot be written safely in a platform's syntax, and what is
// not known (the pre-shared key, the name of an interface), never appears in the text: in its place stands a placeholder
// that begins with Placeholder, with the reason. No text contains a pre-shared key unless the caller passes one.
package routerconfig
