//! The only user of the Kubernetes API, and the only place that waits.
