//! Workloads of upstream whose resources are patches of ours: `capacity` counts them, `tests/containers.rs` sees that there are
//! no others.

pub const COUNTED: [&str; 7] = [
    "cert-manager",
    "cert-manager-cainjector",
    "cert-manager-webhook",
    "cnpg-controller-manager",
    "envoy-gateway",
    "kustomize-controller",
    "source-controller",
];
