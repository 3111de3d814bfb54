//! The cluster and the registry that a promotion acts on.

use crate::{
    base::failure::Result, config::Environment, local::LocalContext, promotion::environment::ClusterTarget,
};

/// The target that `environment` is, which takes digests from the registry of `from`.
pub async fn open(
    engine: &LocalContext,
    environment: &Environment,
    from: &Environment,
) -> Result<ClusterTarget> {
    ClusterTarget::open(engine, environment.clone(), from, jiff::Timestamp::now()).await
}
