package api

// SenderOf returns the sender of the client that built the request. Outside of this package's tests there is no way to it.
func SenderOf(r Request) *Sender { return &Sender{r.built.client} }
