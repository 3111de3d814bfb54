package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	securefs "github.com/fluxcd/pkg/kustomize/filesys"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// dependencies are the paths on which a build depends, relative to the source and sorted.
type dependencies struct {
	// Files were read.
	Files []string `json:"files"`
	// Probed were looked up: whether they are a file, a directory or missing matters.
	Probed []string `json:"probed"`
	// Listed are directories: the names of all files below them matter.
	Listed []string `json:"listed"`
}

// recorder is the controller's file system without remote bases: it refuses paths outside the source. It records every
// path that is read.
type recorder struct {
	filesys.FileSystem
	root                  string
	files, probed, listed map[string]bool
}

func newRecorder(root string) (*recorder, error) {
	secure, err := securefs.MakeFsOnDiskSecure(root)
	if err != nil {
		return nil, err
	}
	return &recorder{
		FileSystem: secure, root: root,
		files: map[string]bool{}, probed: map[string]bool{}, listed: map[string]bool{},
	}, nil
}

func (r *recorder) dependencies() dependencies {
	sorted := func(paths map[string]bool) []string {
		return append([]string{}, slices.Sorted(maps.Keys(paths))...)
	}
	return dependencies{Files: sorted(r.files), Probed: sorted(r.probed), Listed: sorted(r.listed)}
}

// record adds a path inside the source. No build succeeds that reads others.
func (r *recorder) record(paths map[string]bool, path string) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return
	}
	relative, err := filepath.Rel(r.root, absolute)
	if err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		paths[filepath.ToSlash(relative)] = true
	}
}

func (r *recorder) probe(path string) { r.record(r.probed, path) }

func (r *recorder) list(path string) { r.record(r.listed, path) }

// Open reads a file.
func (r *recorder) Open(path string) (filesys.File, error) {
	file, err := r.FileSystem.Open(path)
	r.recordRead(path, err)
	return file, err
}

// ReadFile reads a file.
func (r *recorder) ReadFile(path string) ([]byte, error) {
	content, err := r.FileSystem.ReadFile(path)
	r.recordRead(path, err)
	return content, err
}

func (r *recorder) recordRead(path string, err error) {
	if err == nil {
		r.record(r.files, path)
	} else {
		r.probe(path)
	}
}

// Exists looks a path up.
func (r *recorder) Exists(path string) bool {
	r.probe(path)
	return r.FileSystem.Exists(path)
}

// IsDir looks a path up.
func (r *recorder) IsDir(path string) bool {
	r.probe(path)
	return r.FileSystem.IsDir(path)
}

// CleanedAbs looks a path up.
func (r *recorder) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	r.probe(path)
	return r.FileSystem.CleanedAbs(path)
}

// ReadDir lists a directory.
func (r *recorder) ReadDir(path string) ([]string, error) {
	r.list(path)
	return r.FileSystem.ReadDir(path)
}

// Glob lists the directories that match a pattern.
func (r *recorder) Glob(pattern string) ([]string, error) {
	fixed := pattern
	if at := strings.IndexAny(fixed, "*?["); at >= 0 {
		fixed = fixed[:at]
	}
	r.list(filepath.Dir(fixed + "x"))
	return r.FileSystem.Glob(pattern)
}

// Walk lists a directory.
func (r *recorder) Walk(path string, visit filepath.WalkFunc) error {
	r.list(path)
	return r.FileSystem.Walk(path, visit)
}
