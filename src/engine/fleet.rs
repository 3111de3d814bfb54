//! The fleet: a container beside the cluster that reaches it only through the public gateway.
