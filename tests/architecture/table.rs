//! The module table: what each module may use, in the order of the data's flow from the base up.

use std::{collections::BTreeMap, sync::LazyLock};

/// Every module and the other modules that it may use. The longest entry that matches a file counts.
///
/// Each entry is `module:` and the modules that it may use, over one or more lines.
const TEXT: &str = "
base/duration:
base/event:
base/failure:
base/give_up:
promotion/migrations:
promotion/probe_stats:
promotion/readings:
base/atomic_file: base/failure
base/digest: base/failure
base/event_file: base/event base/failure
base/file_lock: base/duration base/failure
base/platform: base/failure
base/http:
base/signal: base/failure
base/tool: base/failure
base/wait: base/failure
base/yaml: base/failure
config: base/digest base/failure base/platform
launch/plan: base/digest base/duration
promotion/trial: base/failure promotion/migrations
promotion/target: base/digest base/failure promotion/probe_stats promotion/readings promotion/trial
promotion/verdict: promotion/probe_stats
base/docker: base/failure base/platform base/tool
base/git: base/failure base/tool
base/k8s: base/digest base/failure base/http base/tool base/wait
base/oci: base/digest base/platform
base/timing: base/atomic_file base/event base/failure
cloud/cost: base/failure base/yaml config
promotion/gates: base/digest base/failure promotion/migrations promotion/target
phases: base/digest base/event base/failure base/give_up base/k8s base/wait config
promotion/store: base/atomic_file base/digest base/failure base/git base/http base/k8s base/tool base/wait config
    promotion/gates promotion/verdict
registry: base/digest base/docker base/failure base/http base/k8s base/oci base/wait config
ui: base/duration base/event base/failure base/timing
workloads: base/digest base/docker base/failure base/http base/k8s base/wait config
images: base/atomic_file base/digest base/docker base/event base/failure base/file_lock base/git base/http base/k8s base/oci
    base/platform base/tool base/yaml config registry
local: base/atomic_file base/digest base/docker base/event base/failure base/file_lock base/k8s base/tool base/wait
    config images
observe: base/digest base/docker base/event base/failure base/k8s base/wait config local phases workloads
promotion/report: base/digest config promotion/gates promotion/store promotion/target promotion/trial
    promotion/verdict
artifact: base/atomic_file base/digest base/event base/failure base/git base/k8s base/oci base/tool
    base/yaml config images registry
cloud: base/event base/failure base/http base/k8s base/platform base/tool base/wait cloud/cost config images local
diagnose: base/atomic_file base/docker base/event base/failure base/k8s base/timing config images local
    observe
promotion/driver: base/digest base/event base/failure base/give_up base/wait config promotion/gates promotion/probe_stats
    promotion/readings promotion/report promotion/store promotion/target promotion/trial promotion/verdict
compare: artifact base/digest base/event base/failure base/git base/yaml config images promotion/store
launch: artifact base/digest base/docker base/duration base/event base/event_file base/failure base/k8s
    base/signal base/timing base/tool base/wait config diagnose images launch/plan local observe phases
    registry workloads
promotion/context: base/digest base/docker base/event base/failure base/git config local promotion/driver
    promotion/store promotion/target promotion/verdict
promotion/environment: artifact base/digest base/event base/failure base/k8s base/oci base/wait base/yaml
    config diagnose images local observe phases promotion/probe_stats promotion/readings promotion/store promotion/target
    promotion/trial registry workloads
promotion/digest_prefix: base/digest base/failure promotion/store
promotion/evidence: artifact base/digest base/failure base/git cloud/cost compare config images local
    promotion/context promotion/driver promotion/gates promotion/store promotion/target
promotion: base/digest base/event base/failure config images local promotion/context promotion/digest_prefix
    promotion/driver promotion/environment promotion/evidence promotion/store promotion/target registry
cli: artifact base/docker base/event base/failure base/git base/http base/k8s base/signal base/timing base/tool
    base/wait cloud cloud/cost compare config diagnose images launch local observe phases promotion
    promotion/driver promotion/environment promotion/gates promotion/report promotion/store
    promotion/verdict registry ui workloads
";

/// The table: each module with the other modules that it may use.
pub static TABLE: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut module = "";
    for word in TEXT.split_whitespace() {
        match word.strip_suffix(':') {
            Some(name) => {
                assert!(table.insert(name, Vec::new()).is_none(), "`{name}` is in the table twice");
                module = name;
            }
            None => table.get_mut(module).unwrap().push(word),
        }
    }
    table
});

/// Crates and paths that only some modules may name; `apps` are programs of their own.
pub const EXTERNAL: [(&str, &[&str]); 17] = [
    ("bollard::", &["base/docker"]),
    ("kube::", &["base/k8s"]),
    ("k8s_openapi::", &["base/k8s"]),
    ("oci_client::", &["registry"]),
    // A client that is made elsewhere may use a proxy for this machine.
    ("reqwest::Client::", &["base/http", "workloads/gateway"]),
    ("indicatif::", &["ui"]),
    ("ratatui::", &["ui"]),
    ("crossterm::", &["ui"]),
    ("notify_debouncer_full::", &["launch/watch"]),
    ("ignore::", &["artifact", "launch/watch"]),
    // `ui` names the choices of `--output` and `--color`.
    ("clap::", &["cli", "ui"]),
    ("tokio::process", &["base/tool"]),
    ("std::process::Command", &["base/tool"]),
    ("Invocation::new(\"git\")", &["base/git"]),
    ("NamedTempFile::new_in", &["base/atomic_file"]),
    // DOCKER_HOST and NO_COLOR are conventions, not settings of ours; Git's variables are not inherited.
    ("std::env::var", &["config", "base/docker", "base/tool", "ui"]),
    ("tokio::time::sleep", &["base/wait"]),
];

/// The names of processor architectures, and the module that may use them.
pub const ARCHITECTURES: ([&str; 4], &str) = (["amd64", "arm64", "x86_64", "aarch64"], "base/platform");

/// Largest number of lines of a source file.
pub const MAX_LINES: usize = 300;
/// Largest median of lines of the source files.
pub const MAX_MEDIAN: usize = 120;
