package simedge

func cniOperations() []operation        { return nil }
func addressingOperations() []operation { return nil }
func analyticsOperations() []operation  { return nil }
func (e *Edge) furnishPrefixes()        {}
func (e *Edge) furnishLinks()           {}
