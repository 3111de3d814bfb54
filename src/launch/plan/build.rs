//! From what is wanted and what was seen to the steps between them.

use super::{Plan, Step};

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Digest of the artifact.
    pub digest: String,
    /// Number of simulated buoys.
    pub buoys: u16,
}

/// What was seen of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// There is none.
    Absent,
    /// A part of it is missing or does not answer.
    Partial(String),
    /// Its nodes exist, stopped.
    Stopped,
    /// It answers.
    Running {
        /// The digest that Flux was told to follow.
        digest: Option<String>,
        /// Whether every phase is ready at that digest.
        ready: bool,
    },
}

/// What was seen of the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fleet {
    /// There is none.
    Absent,
    /// One runs, or stands still, with other settings or another image.
    Stale,
    /// It runs as it should.
    Current,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The cluster.
    pub cluster: Cluster,
    /// The fleet.
    pub fleet: Fleet,
}

/// The steps from `observed` to `desired`.
///
/// Taking any prefix of them and planning again ends in the same state: that is what makes a crash harmless.
pub fn build(desired: &Desired, observed: &Observed) -> Plan {
    let mut steps = Vec::new();
    let (digest, ready) = match &observed.cluster {
        Cluster::Absent => {
            steps.push(Step::CreateCluster);
            (None, false)
        }
        Cluster::Partial(reason) => {
            steps.push(Step::RecreateCluster { reason: reason.clone() });
            (None, false)
        }
        Cluster::Stopped => {
            steps.push(Step::StartCluster);
            (None, false)
        }
        Cluster::Running { digest, ready } => (digest.clone(), *ready),
    };
    if digest.as_ref() != Some(&desired.digest) {
        steps.push(Step::Deliver { from: digest, to: desired.digest.clone() });
        steps.push(Step::AwaitPhases);
    } else if !ready {
        steps.push(Step::AwaitPhases);
    }
    match (desired.buoys, observed.fleet) {
        (0, Fleet::Absent) | (1.., Fleet::Current) => {}
        (0, _) => steps.push(Step::RemoveFleet),
        (_, Fleet::Absent) => steps.push(Step::StartFleet),
        (_, Fleet::Stale) => steps.push(Step::ReplaceFleet),
    }
    steps.push(Step::Verify);
    Plan { steps }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn desired() -> Desired {
        Desired { digest: "sha256:b".into(), buoys: 12 }
    }

    /// What the world looks like after a step, if it succeeds.
    fn take(step: &Step, mut world: Observed) -> Observed {
        match step {
            Step::CreateCluster | Step::RecreateCluster { .. } => {
                world.cluster = Cluster::Running { digest: None, ready: false };
            }
            // A cluster that was stopped still follows the digest it followed.
            Step::StartCluster => {
                world.cluster = Cluster::Running { digest: Some("sha256:a".into()), ready: false };
            }
            Step::Deliver { to, .. } => {
                world.cluster = Cluster::Running { digest: Some(to.clone()), ready: false };
            }
            Step::AwaitPhases => {
                if let Cluster::Running { ready, .. } = &mut world.cluster {
                    *ready = true;
                }
            }
            Step::StartFleet | Step::ReplaceFleet => world.fleet = Fleet::Current,
            Step::RemoveFleet => world.fleet = Fleet::Absent,
            Step::Verify => {}
        }
        world
    }

    fn any_world() -> impl Strategy<Value = Observed> {
        let cluster = prop_oneof![
            Just(Cluster::Absent),
            Just(Cluster::Partial("1 of 3 nodes".into())),
            Just(Cluster::Stopped),
            (proptest::option::of("sha256:[abc]"), any::<bool>())
                .prop_map(|(digest, ready)| Cluster::Running { digest, ready }),
        ];
        let fleet = prop_oneof![Just(Fleet::Absent), Just(Fleet::Stale), Just(Fleet::Current)];
        (cluster, fleet).prop_map(|(cluster, fleet)| Observed { cluster, fleet })
    }

    #[test]
    fn an_environment_as_wanted_is_only_looked_at() {
        let cluster = Cluster::Running { digest: Some("sha256:b".into()), ready: true };
        assert!(build(&desired(), &Observed { cluster, fleet: Fleet::Current }).changes_nothing());
    }

    #[test]
    fn no_buoys_means_no_fleet() {
        let desired = Desired { buoys: 0, ..desired() };
        let cluster = Cluster::Running { digest: Some("sha256:b".into()), ready: true };
        let plan = build(&desired, &Observed { cluster, fleet: Fleet::Stale });
        assert_eq!(plan.steps, [Step::RemoveFleet, Step::Verify]);
    }

    proptest! {
        #[test]
        fn a_crash_after_any_prefix_is_harmless(world in any_world(), crashes in proptest::collection::vec(0usize..6, 0..4)) {
            let mut world = world;
            for after in crashes {
                for step in build(&desired(), &world).steps.iter().take(after) {
                    world = take(step, world);
                }
            }
            for step in build(&desired(), &world).steps {
                world = take(&step, world);
            }
            prop_assert!(build(&desired(), &world).changes_nothing(), "{world:?}");
        }
    }
}
