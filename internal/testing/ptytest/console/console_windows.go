package console

import "os"

// lineDiscipline has no counterpart here.
type lineDiscipline struct{}

func (lineDiscipline) differs(lineDiscipline) bool { return false }

// start always fails: what follows is never reached, it only lets the package build.
func (c *Console) start(Options) error { return ErrUnsupported }

func (c *Console) readLineDiscipline() lineDiscipline { return lineDiscipline{} }

func (c *Console) readAvailable() ([]byte, error) { return nil, ErrUnsupported }

// Resize gives ErrUnsupported.
func (c *Console) Resize(int, int) error { return ErrUnsupported }

// Signal gives ErrUnsupported.
func (c *Console) Signal(os.Signal) error { return ErrUnsupported }

func (c *Console) exitCode() int { return -1 }
