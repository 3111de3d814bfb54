//! The module table: what each module may use, in the order of the data's flow from the base up.

/// Every module and the modules that it may use beside itself. The longest entry that matches a file counts.
pub const TABLE: [(&str, &[&str]); 11] = [
    ("base/atomic_file", &[]),
    ("base/event", &[]),
    ("base/failure", &[]),
    ("base/git", &["base/failure", "base/tool"]),
    ("base/tool", &["base/failure"]),
    ("base/wait", &["base/failure"]),
    ("base/docker", &["base/failure", "base/tool"]),
    ("base/k8s", &["base/event", "base/failure", "base/tool", "base/wait"]),
    ("base/timing", &["base/atomic_file", "base/event", "base/failure"]),
    ("base/yaml", &["base/failure"]),
    ("config", &["base/failure"]),
];

/// Crates and paths that only some modules may name; `apps` are programs of their own.
pub const EXTERNAL: [(&str, &[&str]); 16] = [
    ("bollard::", &["base/docker"]),
    ("kube::", &["base/k8s"]),
    ("k8s_openapi::", &["base/k8s"]),
    ("oci_client::", &["registry"]),
    ("indicatif::", &["ui"]),
    ("ratatui::", &["ui"]),
    ("crossterm::", &["ui"]),
    ("notify_debouncer_full::", &["launch/watch"]),
    ("ignore::", &["launch/watch"]),
    // `ui` names the choices of `--output` and `--color`.
    ("clap::", &["cli", "ui"]),
    ("tokio::process", &["base/tool"]),
    ("std::process::Command", &["base/tool"]),
    ("Invocation::new(\"git\")", &["base/git"]),
    ("NamedTempFile::new_in", &["base/atomic_file"]),
    // DOCKER_HOST and NO_COLOR are conventions, not settings of ours.
    ("std::env::var", &["config", "base/docker", "ui"]),
    ("tokio::time::sleep", &["base/wait"]),
];

/// Largest number of lines of a source file.
pub const MAX_LINES: usize = 300;
/// Largest median of lines of the source files.
pub const MAX_MEDIAN: usize = 120;
