//! Upstream workloads whose resources this project patches. `capacity` counts them, and `tests/containers.rs`
//! checks that there are no others.

pub const COUNTED: [&str; 7] = [
    "cert-manager",
    "cert-manager-cainjector",
    "cert-manager-webhook",
    "cnpg-controller-manager",
    "envoy-gateway",
    "kustomize-controller",
    "source-controller",
];
