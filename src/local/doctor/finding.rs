//! The findings of the checks, and the list of all checks, which `docs/doctor.md` documents.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// No problem.
    Ok,
    /// Information; not a problem.
    Info,
    /// It works with limitations.
    Warning,
    /// It does not work.
    Error,
}

/// A fix that `doctor --fix` can apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Sets a kernel setting until the next boot; requires root.
    Kernel {
        /// Its name, for example `fs.inotify.max_user_watches`.
        key: &'static str,
        /// Its new value.
        value: u64,
    },
    /// Runs `scripts/host`, which installs and starts missing tools; requires root.
    Host,
    /// Removes the access of other users to a directory.
    Private {
        /// The directory.
        folder: PathBuf,
    },
    /// Fetches the CA certificate from the cluster into `ca.crt`.
    Authority,
}

/// The finding of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable name.
    pub id: &'static str,
    /// Its severity.
    pub level: Level,
    /// The observation.
    pub text: String,
    /// Why it matters; `None` if there is no problem.
    pub cause: Option<&'static str>,
    /// The next step, if there is one.
    pub hint: Option<String>,
    /// The fix of `doctor --fix`; serialised as a boolean that is true if there is one.
    #[serde(rename = "fixable", serialize_with = "is_some")]
    pub fix: Option<Fix>,
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn is_some<S: Serializer>(fix: &Option<Fix>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(fix.is_some())
}

impl Finding {
    pub(super) fn ok(id: &'static str, text: impl Into<String>) -> Self {
        Self { id, level: Level::Ok, text: text.into(), cause: None, hint: None, fix: None }
    }

    pub(super) fn bad(
        id: &'static str,
        level: Level,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (text, hint) = (text.into(), Some(hint.into()));
        Self { id, level, text, cause: cause(id), hint, fix: None }
    }

    pub(super) fn fixed_by(mut self, fix: Fix) -> Self {
        self.fix = (self.level > Level::Info).then_some(fix);
        self
    }
}

/// Every check: its stable name and why it matters.
pub const CHECKS: [(&str, &str); 17] = [
    ("docker", "the cluster's nodes, the registry and the fleet are containers"),
    ("cgroup", "kubelet limits memory and processors by control groups"),
    ("disk", "images, volumes and the build cache need space; kubelet evicts pods on a full disk"),
    ("memory", "the whole stack uses up to 2.5 GiB; with less memory the kernel kills processes"),
    ("processors", "with one processor the start of the cluster times out"),
    (
        "inotify.watches",
        "kubelet and the controllers watch files; without watches they fail with `too many open files`",
    ),
    (
        "inotify.instances",
        "every container runtime and controller uses some; without them they fail with `too many open files`",
    ),
    ("clock", "certificates created with a slow clock are not yet valid elsewhere"),
    (
        "clock.daemon",
        "a container daemon whose clock differs makes tokens and certificates invalid; virtual machines drift while a laptop sleeps",
    ),
    ("ports.https", "the gateway listens on it"),
    ("ports.registry", "the local image registry listens on it"),
    ("state.private", "the state directory contains the cluster's administrator key"),
    ("names.public", "programs reach the platform by its public name, which must resolve to this machine"),
    ("gateway.authority", "programs that use `ca.crt` must be able to verify the gateway"),
    ("gateway.system", "programs without their own setting use the system's trust store"),
    ("trust.former", "a trusted certificate authority of a removed environment is an unnecessary risk"),
    ("trust.expiry", "every connection fails when the CA certificate expires"),
];

/// Why the check called `id` matters.
fn cause(id: &str) -> Option<&'static str> {
    CHECKS.iter().find(|(name, _)| *name == id).map(|(_, why)| *why)
}
