package journal

import (
	"io/fs"
	"syscall"
)

// FullDisk makes every write of this journal stop after n bytes, as a disk does that is full.
func (j *Journal) FullDisk(n int) {
	j.open = func(path string, flag int, mode fs.FileMode) (file, error) {
		f, err := openFile(path, flag, mode)
		if err != nil {
			return nil, err
		}
		return fullDisk{f, n}, nil
	}
}

type fullDisk struct {
	file
	left int
}

func (f fullDisk) Write(p []byte) (int, error) {
	n, _ := f.file.Write(p[:min(f.left, len(p))])
	return n, syscall.ENOSPC
}
