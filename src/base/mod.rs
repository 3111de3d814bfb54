//! What every module may use: failures, events, child processes, Docker, Kubernetes, waiting, YAML.

pub mod atomic_file;
pub mod digest;
pub mod docker;
pub mod event;
pub mod failure;
pub mod k8s;
pub mod timing;
pub mod tool;
pub mod wait;
pub mod yaml;
