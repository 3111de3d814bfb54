// Judges objects as the API server of the node image does, with the same packages of Kubernetes.
// Versions come from go.work in this directory: those of the node image, which override the ones in this file.
module seasense.local/kube-validate

go 1.26.0

require (
	k8s.io/api v0.36.4
	k8s.io/apiextensions-apiserver v0.36.4
	k8s.io/apimachinery v0.36.4
	k8s.io/apiserver v0.36.4
	k8s.io/client-go v0.36.4
	k8s.io/kube-aggregator v0.36.4
	k8s.io/kubernetes v1.36.4
	k8s.io/pod-security-admission v0.36.4
	sigs.k8s.io/structured-merge-diff/v6 v6.3.0
)
