//go:build !race

package ptytest

const raceDetector = false
