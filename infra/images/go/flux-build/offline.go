package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
)

// errRemote is the reason why nothing outside the source is read: what a digest contains would depend on the network.
var errRemote = errors.New("the tree must not read from the network")

// offline refuses every request.
type offline struct{}

func (offline) RoundTrip(request *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("%s: %w", request.URL.Redacted(), errRemote)
}

// goOffline makes this process unable to reach the network: kustomize uses the default HTTP client, and starts git.
func goOffline() error {
	http.DefaultTransport = offline{}
	return os.Setenv("PATH", "")
}

// decodeStrictly decodes the kustomization of a directory as kustomize does for nested ones. The controller drops
// unknown fields of the first one without a word.
func decodeStrictly(files *recorder, folder string) error {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		path := filepath.Join(folder, name)
		content, err := files.ReadFile(path)
		if err != nil {
			continue
		}
		var kustomization types.Kustomization
		if err := kustomization.Unmarshal(content); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}
