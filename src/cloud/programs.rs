//! OpenTofu and Scaleway's provider: as installed where that serves, built from their Go modules otherwise.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::InfraContext;
use crate::{
    base::{
        event::Event,
        failure::Result,
        tool::{Invocation, locate},
    },
    images,
};

const TOFU: &str = "tofu";
const PROVIDER: &str = "terraform-provider-scaleway";
/// The oldest that locks a state in a bucket, and the first that may be another language.
const RIGHT: std::ops::Range<(u32, u32)> = (1, 10)..(2, 0);

/// What runs the modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// OpenTofu.
    pub tofu: PathBuf,
    /// The provider and its version without a `v`, where it was built here; OpenTofu fetches it by itself otherwise.
    pub provider: Option<(PathBuf, String)>,
}

/// OpenTofu on `PATH` in a right version, and nothing else; else both, built here.
///
/// Whoever has no OpenTofu installed has none of its registry's providers either, so both are made together.
pub async fn programs(context: &InfraContext) -> Result<Programs> {
    match installed().await {
        Some(tofu) => Ok(Programs { tofu, provider: None }),
        None => built(context, &[TOFU, PROVIDER]).await,
    }
}

/// The same programs with a provider that was built here: for where the registry of providers cannot be reached.
pub async fn with_provider(context: &InfraContext, programs: Programs) -> Result<Programs> {
    let text = "OpenTofu's registry gives no provider; building it from its Go module".to_owned();
    context.events.emit(Event::Notice { text });
    let built = built(context, &[PROVIDER]).await?;
    Ok(Programs { provider: built.provider, ..programs })
}

async fn built(context: &InfraContext, names: &[&str]) -> Result<Programs> {
    let (here, how) = ((&context.project, &context.dirs), (&context.events, context.cores));
    let made = images::programs(here, how, names).await?;
    let provider = made.get(PROVIDER);
    Ok(Programs {
        tofu: made.get(TOFU).map(|program| program.path.clone()).unwrap_or_default(),
        provider: provider.map(|one| (one.path.clone(), one.version.trim_start_matches('v').to_owned())),
    })
}

async fn installed() -> Option<PathBuf> {
    let path = locate(TOFU).ok()?;
    serves(&path).await.then_some(path)
}

async fn serves(path: &Path) -> bool {
    let asked = Invocation::new(path).args(["version", "-json"]).capture().await;
    asked.is_ok_and(|told| is_right(&told.stdout))
}

#[derive(Deserialize)]
struct Version {
    terraform_version: String,
}

/// Whether what `tofu version -json` wrote is a version that these modules can be run with.
fn is_right(told: &str) -> bool {
    let Ok(version) = serde_json::from_str::<Version>(told) else { return false };
    let mut numbers = version.terraform_version.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => RIGHT.contains(&(major, minor)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_that_locks_states_in_buckets_is_right() {
        let told =
            |version: &str| format!("{{\"terraform_version\":\"{version}\",\"platform\":\"linux_amd64\"}}");
        for right in ["1.10.0", "1.12.6", "1.13.0-beta1"] {
            assert!(is_right(&told(right)), "{right}");
        }
        for wrong in ["1.9.4", "0.12.31", "2.0.0", "new"] {
            assert!(!is_right(&told(wrong)), "{wrong}");
        }
        assert!(!is_right("Terraform v1.12"));
    }
}
