//! How long an environment is wanted: as long as a process lives, until a moment, or, without a lease, until somebody
//! removes it.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Owner;
use crate::base::atomic_file::replace_private;
use crate::local::LocalContext;
use crate::{
    base::failure::{Context, Kind, Result},
    config::Environment,
};

const FILE: &str = "lease.json";

/// What an environment lives by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The process it lives and dies with.
    pub process: Option<u32>,
    /// When it goes in any case.
    pub deadline: Option<Timestamp>,
    /// The folder under which its lock lies.
    pub cache: PathBuf,
}

impl Lease {
    /// A lease that begins `now`.
    pub fn new(context: &LocalContext, process: Option<u32>, ttl: Duration, now: Timestamp) -> Self {
        let ttl = SignedDuration::try_from(ttl).unwrap_or(SignedDuration::MAX);
        Self { process, deadline: now.checked_add(ttl).ok(), cache: context.dirs.cache().to_owned() }
    }

    /// Reads what is written down in `state`; what cannot be read counts as absent.
    pub fn read(state: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(state.join(FILE)).ok()?).ok()
    }

    /// Writes it into the state folder of `environment`, and into what is known of its owner.
    pub fn write(&self, context: &LocalContext, environment: &Environment, now: Timestamp) -> Result<()> {
        let cluster = environment.cluster_name();
        let created = Owner::read(&context.dirs, &cluster).map_or(now, |owner| owner.created);
        let ttl = self.deadline.map(|deadline| deadline.duration_since(created).as_secs());
        Owner {
            project: context.project.root().to_owned(),
            environment: environment.name().to_string(),
            https_port: environment.https_port(),
            created,
            ttl_seconds: ttl.and_then(|seconds| u64::try_from(seconds).ok()),
        }
        .write(&context.dirs, &cluster)?;
        let text = serde_json::to_string_pretty(self).context(Kind::Internal, "write down the lease")?;
        replace_private(&context.dirs.state(&cluster).join(FILE), text.as_bytes())
    }
}

/// A name that no other run has: `ci-` and eight hexadecimal digits.
pub fn fresh_name() -> String {
    // The only source of chance in the standard library: the keys of a hash map.
    let chance = RandomState::new().build_hasher().finish();
    format!("ci-{:08x}", chance & u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{fake::TestEnv, fixture::local};

    #[tokio::test]
    async fn a_lease_ends_when_it_was_promised_however_old_the_environment_is() {
        let world = TestEnv::new("exit 1").await;
        let (context, environment) = (&world.context, local());
        let at = |second| Timestamp::from_second(second).unwrap();
        let hour = Duration::from_hours(1);
        Lease::new(context, None, hour, at(10)).write(context, &environment, at(10)).unwrap();
        let renewed = Lease::new(context, None, hour, at(100));
        renewed.write(context, &environment, at(100)).unwrap();
        let owner = Owner::read(&context.dirs, "seasense-local").unwrap();
        assert_eq!((owner.created, owner.deadline()), (at(10), Some(at(3700))));
        assert_eq!(Lease::read(&context.dirs.state("seasense-local")), Some(renewed));
        assert_eq!(Lease::read(Path::new("/nowhere")), None);
    }

    #[test]
    fn names_differ_and_are_legal_for_a_cluster() {
        let names: std::collections::BTreeSet<String> = (0..100).map(|_| fresh_name()).collect();
        assert_eq!(names.len(), 100);
        assert!(names.iter().all(|name| name.len() == 11 && name.starts_with("ci-")), "{names:?}");
    }
}
