// kube-validate prints what the API server would refuse in objects that Flux applies: the same packages, called in the
// same order as for a request that creates an object. It needs no cluster and no network.
//
// It reads a request from standard input and writes an answer to standard output, both as JSON (see request and answer).
// What depends on the content of a cluster (quotas, webhooks, names that exist already) is not judged.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	kjson "sigs.k8s.io/json"
)

// request lists the objects to judge and what the cluster contains before.
type request struct {
	// Definitions are the CustomResourceDefinitions of the cluster.
	Definitions []map[string]any `json:"definitions"`
	// Namespaces are the labels of the namespaces, by name.
	Namespaces map[string]map[string]string `json:"namespaces"`
	Objects    []map[string]any             `json:"objects"`
}

// answer contains the problems of every object, in the order of the request.
type answer struct {
	Problems [][]problem `json:"problems"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var asked request
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	// The decoder of Kubernetes: integers do not become floating-point numbers.
	unknown, err := kjson.UnmarshalStrict(text, &asked)
	if err := errors.Join(append(unknown, err)...); err != nil {
		return fmt.Errorf("invalid request: %w", err)
	}
	validator, err := newValidator(asked)
	if err != nil {
		return err
	}
	result := answer{Problems: [][]problem{}}
	for _, object := range asked.Objects {
		problems := validator.problems(object)
		if problems == nil {
			problems = []problem{}
		}
		result.Problems = append(result.Problems, problems)
	}
	return json.NewEncoder(out).Encode(result)
}
