package main

import "slices"

// table is all of them, in the order of the items.
func table() []mutation { return slices.Concat(writes, secrets, said) }
