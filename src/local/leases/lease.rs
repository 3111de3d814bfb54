//! The lease of an ephemeral environment: it ends with a process or at a deadline.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Owner;
use crate::{
    base::{
        atomic_file::replace_private,
        failure::{Context, Kind, Result},
    },
    config::Environment,
    local::{LocalContext, place::Place},
};

const FILE: &str = "lease.json";

/// The lease of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The process that the environment is bound to.
    pub process: Option<u32>,
    /// The latest time at which the environment is removed.
    pub deadline: Option<Timestamp>,
    /// The cache directory of its lock.
    pub cache: PathBuf,
}

impl Lease {
    /// A lease that starts `now`.
    pub fn new(context: &LocalContext, process: Option<u32>, ttl: Duration, now: Timestamp) -> Self {
        let ttl = SignedDuration::try_from(ttl).unwrap_or(SignedDuration::MAX);
        Self { process, deadline: now.checked_add(ttl).ok(), cache: context.dirs.cache().to_owned() }
    }

    /// Reads the lease in `state`; an unreadable one counts as absent.
    pub fn read(state: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(state.join(FILE)).ok()?).ok()
    }

    /// Writes the lease to the state directory of `environment`, and its end to the owner record.
    pub fn write(&self, context: &LocalContext, environment: &Environment, now: Timestamp) -> Result<()> {
        let cluster = environment.cluster_name();
        let created = Owner::read(&context.dirs, &cluster).map_or(now, |owner| owner.created);
        let ttl = self.deadline.map(|deadline| deadline.duration_since(created).as_secs());
        Owner {
            project: context.project.root().to_owned(),
            environment: environment.name().clone(),
            https_port: environment.https_port(),
            created,
            ttl_seconds: ttl.and_then(|seconds| u64::try_from(seconds).ok()),
            place: Some(Place::of(context.project.root())),
        }
        .write(&context.dirs, &cluster)?;
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "encode the lease")?;
        replace_private(&context.dirs.state(&cluster).join(FILE), text.as_bytes())
    }
}

/// A unique environment name: `ci-` and eight hexadecimal digits.
pub fn unique_name() -> String {
    // The only random source of the standard library is the keys of a hash map.
    let random = RandomState::new().build_hasher().finish();
    format!("ci-{:08x}", random & u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{fake::TestEnv, fixture::local};

    #[tokio::test]
    async fn lease_counts_from_its_start_and_not_from_the_creation() {
        let env = TestEnv::new("exit 1").await;
        let (context, environment) = (&env.context, local());
        let at = |second| Timestamp::from_second(second).unwrap();
        let hour = Duration::from_hours(1);
        Lease::new(context, None, hour, at(10)).write(context, &environment, at(10)).unwrap();
        let renewed = Lease::new(context, None, hour, at(100));
        renewed.write(context, &environment, at(100)).unwrap();
        let owner = Owner::read(&context.dirs, "seasense-local").unwrap();
        assert_eq!(owner.created, at(10));
        assert_eq!(owner.deadline(), Some(at(3700)));
        assert_eq!(Lease::read(&context.dirs.state("seasense-local")), Some(renewed));
        assert_eq!(Lease::read(Path::new("/nowhere")), None);
    }

    #[test]
    fn names_are_unique_and_valid_for_a_cluster() {
        let names: std::collections::BTreeSet<String> = (0..100).map(|_| unique_name()).collect();
        assert_eq!(names.len(), 100);
        assert!(names.iter().all(|name| name.len() == 11 && name.starts_with("ci-")), "{names:?}");
    }
}
