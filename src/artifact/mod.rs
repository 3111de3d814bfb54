//! Packs the `gitops/` tree and the pinned upstream manifests into one OCI artifact: same tree, same digest.
