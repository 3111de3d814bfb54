// flux-build prints the objects that Flux Kustomizations apply, built and substituted as in the kustomize-controller:
// the same packages, called in the same order with the same options. It needs no cluster, no network and no key:
// encrypted secrets stay encrypted.
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
	// ConfigMaps are the ones to which postBuild.substituteFrom may refer, by namespace and name.
	ConfigMaps map[string]map[string]string `json:"configMaps"`
	// Kustomizations are the Flux objects, complete.
	Kustomizations []map[string]any `json:"kustomizations"`
}

// answer contains the objects of every Kustomization, in the order of the request.
type answer struct {
	Builds []built `json:"builds"`
}

// built is the result of one Kustomization: its objects, or an error.
type built struct {
	Name    string           `json:"name"`
	Objects []map[string]any `json:"objects"`
	Error   string           `json:"error,omitempty"`
}

func main() {
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
	result := answer{Builds: []built{}}
	for _, object := range asked.Kustomizations {
		one := built{Name: (&unstructured.Unstructured{Object: object}).GetName(), Objects: []map[string]any{}}
		objects, err := build(context.Background(), asked, object)
		if err != nil {
			one.Error = err.Error()
		}
		for _, object := range objects {
			one.Objects = append(one.Objects, object.Object)
		}
		result.Builds = append(result.Builds, one)
	}
	return json.NewEncoder(out).Encode(result)
}
