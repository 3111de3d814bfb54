//! The settings of an environment's infrastructure.

use serde_json::Value;

use crate::base::failure::{Failure, Kind, Location, Result};

/// Returns the path of the settings of `environment`'s infrastructure.
pub(super) fn path(environment: &str) -> String {
    format!("infra/scaleway/envs/{environment}.tfvars.json")
}

/// Parses the settings of `environment`'s infrastructure.
pub(super) fn parse(environment: &str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|error| {
        Failure::new(Kind::Environment, "the settings of the infrastructure are not valid JSON")
            .at(Location { file: path(environment).into(), position: Some((error.line(), error.column())) })
            .caused_by(&error)
    })
}
