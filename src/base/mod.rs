//! The foundation of all other modules: failures, events, processes, Git, Docker, Kubernetes, waiting, YAML.

pub mod atomic_file;
pub mod docker;
pub mod event;
pub mod failure;
pub mod git;
pub mod k8s;
pub mod timing;
pub mod tool;
pub mod wait;
pub mod yaml;
