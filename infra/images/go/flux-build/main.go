// flux-build prints the objects that Flux Kustomizations apply, built and substituted as in the kustomize-controller:
// the same packages, called in the same order with the same options. It also prints which paths a build depends on. It
// needs no cluster, no network and no key: encrypted secrets stay encrypted.
//
// It reads a request from standard input and writes an answer to standard output, both as JSON (see request and answer).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// request lists the Kustomizations to build and their inputs.
type request struct {
	// Sources are the directories of the unpacked artifacts, by the name of the Flux source; absolute paths.
	Sources map[string]string `json:"sources"`
	// ConfigMaps are the ones to which postBuild.substituteFrom may refer, by namespace and name, one set for each
	// environment.
	ConfigMaps map[string]map[string]map[string]string `json:"configMaps"`
	Builds     []wanted                                `json:"builds"`
}

// wanted is one Kustomization to build.
type wanted struct {
	// Kustomization is the Flux object, complete.
	Kustomization map[string]any `json:"kustomization"`
	// ConfigMaps names a set of the request. Without a name, variables are not substituted.
	ConfigMaps string `json:"configMaps"`
}

// answer contains the result of every build, in the order of the request.
type answer struct {
	Builds []built `json:"builds"`
}

// built is the result of one build: its objects, or an error.
type built struct {
	Name    string           `json:"name"`
	Objects []map[string]any `json:"objects"`
	Error   string           `json:"error,omitempty"`
	// The paths in the source on which the result depends, sorted.
	dependencies
}

func main() {
	if err := goOffline(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var asked request
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return fmt.Errorf("invalid request: %w", err)
	}
	builder := builder{request: asked, kustomized: map[string]kustomized{}}
	result := answer{Builds: []built{}}
	for _, wanted := range asked.Builds {
		one := built{
			Name:    (&unstructured.Unstructured{Object: wanted.Kustomization}).GetName(),
			Objects: []map[string]any{},
		}
		objects, dependencies, err := builder.build(context.Background(), wanted)
		if err != nil {
			one.Error = err.Error()
		}
		for _, object := range objects {
			one.Objects = append(one.Objects, object.Object)
		}
		one.dependencies = dependencies
		result.Builds = append(result.Builds, one)
	}
	return json.NewEncoder(out).Encode(result)
}
