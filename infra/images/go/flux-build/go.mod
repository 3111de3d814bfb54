// Builds the objects that Flux Kustomizations apply, with the packages of the kustomize-controller that runs in the clusters.
// Versions come from go.work in this directory: the controller's own versions, which override the ones in this file.
module seasense.local/flux-build

go 1.26.7

require (
	github.com/cyphar/filepath-securejoin v0.7.0
	github.com/fluxcd/kustomize-controller/api v1.9.5
	github.com/fluxcd/pkg/kustomize v1.35.6
	github.com/fluxcd/pkg/runtime v0.110.3
	github.com/fluxcd/pkg/ssa v0.76.2
	github.com/google/cel-go v0.30.0
	k8s.io/api v0.36.4
	k8s.io/apimachinery v0.36.4
	sigs.k8s.io/controller-runtime v0.24.1
	sigs.k8s.io/kustomize/api v0.21.1
	sigs.k8s.io/kustomize/kyaml v0.21.1
)
