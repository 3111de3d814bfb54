//! What a check found, and the list of all checks: the document `docs/doctor.md` says the same.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// All is well.
    Ok,
    /// Worth knowing, and no fault.
    Info,
    /// It will work, perhaps badly.
    Warning,
    /// It will not work.
    Error,
}

/// What `doctor --fix` may do by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Set a kernel setting until the next boot; only root may.
    Kernel {
        /// Its name, for example `fs.inotify.max_user_watches`.
        key: &'static str,
        /// Its new value.
        value: u64,
    },
    /// Run `scripts/host`, which installs and starts what is missing; only root may.
    Host,
    /// Close a folder to everybody else.
    Private {
        /// The folder.
        folder: PathBuf,
    },
    /// Write the authority's certificate anew from what the cluster says.
    Authority,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable name.
    pub id: &'static str,
    /// How it is meant.
    pub level: Level,
    /// What was found.
    pub text: String,
    /// Why it matters; absent where all is well.
    pub cause: Option<&'static str>,
    /// What to do, where something is to be done.
    #[serde(rename = "hint")]
    pub cure: Option<String>,
    /// What `doctor --fix` does about it; told as whether it can.
    #[serde(rename = "fixable", serialize_with = "whether")]
    pub fix: Option<Fix>,
}

#[expect(clippy::ref_option, reason = "serde hands the field over so")]
fn whether<S: Serializer>(fix: &Option<Fix>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(fix.is_some())
}

impl Finding {
    pub(super) fn ok(id: &'static str, text: impl Into<String>) -> Self {
        Self { id, level: Level::Ok, text: text.into(), cause: None, cure: None, fix: None }
    }

    pub(super) fn bad(
        id: &'static str,
        level: Level,
        text: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        let (text, cure) = (text.into(), Some(cure.into()));
        Self { id, level, text, cause: cause(id), cure, fix: None }
    }

    pub(super) fn fixed_by(mut self, fix: Fix) -> Self {
        self.fix = (self.level > Level::Info).then_some(fix);
        self
    }
}

/// Every check: its stable name, and why it matters.
pub const CHECKS: [(&str, &str); 17] = [
    ("docker", "the cluster's nodes, the registry and the fleet are containers"),
    ("cgroup", "kubelet limits memory and processors by control groups"),
    ("disk", "images, volumes and the build cache need room; a full disk makes kubelet evict pods"),
    ("memory", "the whole stack takes up to 2.5 GiB; with less the kernel ends processes"),
    ("processors", "with one processor the cluster's start runs into its time limits"),
    (
        "inotify.watches",
        "kubelet and the controllers watch files; without watches they fail with `too many open files`",
    ),
    (
        "inotify.instances",
        "every container runtime and controller takes some; without them they fail with `too many open files`",
    ),
    ("clock", "certificates that are made by a clock that is behind are not valid yet elsewhere"),
    (
        "clock.daemon",
        "a container daemon whose clock differs makes tokens and certificates invalid; virtual machines drift while a laptop sleeps",
    ),
    ("ports.https", "the gateway listens there"),
    ("ports.registry", "the local image registry listens there"),
    ("state.private", "the state folder holds the cluster's administrator key"),
    ("names.public", "programs reach the platform by its public name, which must mean this machine"),
    ("gateway.authority", "programs that are given `ca.crt` must verify the gateway with it"),
    ("gateway.system", "programs that are given nothing trust what the system's store trusts"),
    ("trust.former", "what was trusted for an environment that is gone is trusted for nothing"),
    ("trust.expiry", "an authority that ends takes every connection with it"),
];

/// Why the check called `id` matters.
fn cause(id: &str) -> Option<&'static str> {
    CHECKS.iter().find(|(name, _)| *name == id).map(|(_, why)| *why)
}
