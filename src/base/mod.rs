//! The foundation of all other modules: failures, events, processes, Git, Docker, Kubernetes, waiting, YAML.

pub mod atomic_file;
pub mod digest;
pub mod docker;
pub mod duration;
pub mod event;
pub mod event_file;
pub mod failure;
pub mod file_lock;
pub mod git;
pub mod give_up;
pub mod http;
pub mod k8s;
pub mod oci;
pub mod platform;
pub mod signal;
pub mod timing;
pub mod tool;
pub mod wait;
pub mod yaml;
