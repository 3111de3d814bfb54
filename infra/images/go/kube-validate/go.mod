// Judges objects as the API server of the node image does, with the same packages of Kubernetes.
// Versions come from go.work in this directory: those of the node image. That is why this file requires no module.
module seasense.local/kube-validate

go 1.26.0
