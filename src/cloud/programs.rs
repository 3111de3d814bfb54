//! The binaries of OpenTofu and Scaleway's provider: installed ones if suitable, otherwise built from their Go
//! modules.

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
/// From the oldest version that locks a state in a bucket to the next major version.
const SUPPORTED: std::ops::Range<(u32, u32)> = (1, 10)..(2, 0);

/// The binaries that run the modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// OpenTofu.
    pub tofu: PathBuf,
    /// The provider and its version without `v` if it was built here; otherwise OpenTofu downloads it.
    pub provider: Option<(PathBuf, String)>,
}

/// Returns a supported OpenTofu from `PATH`, otherwise both binaries built here.
///
/// A machine without OpenTofu has no provider mirror either, so both are built together.
pub async fn programs(context: &InfraContext) -> Result<Programs> {
    match installed().await {
        Some(tofu) => Ok(Programs { tofu, provider: None }),
        None => built(context, &[TOFU, PROVIDER]).await,
    }
}

/// The same binaries with a provider built here, if the provider registry is unreachable.
pub async fn with_provider(context: &InfraContext, programs: Programs) -> Result<Programs> {
    let text = "OpenTofu's registry is unreachable: building the provider from its Go module".to_owned();
    context.events.emit(Event::Notice { text });
    let built = built(context, &[PROVIDER]).await?;
    Ok(Programs { provider: built.provider, ..programs })
}

async fn built(context: &InfraContext, names: &[&str]) -> Result<Programs> {
    let (source, options) = ((&context.project, &context.dirs), (&context.events, context.cores));
    let built = images::programs(source, options, names).await?;
    let provider = built.get(PROVIDER);
    Ok(Programs {
        tofu: built.get(TOFU).map(|program| program.path.clone()).unwrap_or_default(),
        provider: provider.map(|one| (one.path.clone(), one.version.trim_start_matches('v').to_owned())),
    })
}

async fn installed() -> Option<PathBuf> {
    let path = locate(TOFU).ok()?;
    is_suitable(&path).await.then_some(path)
}

async fn is_suitable(path: &Path) -> bool {
    let output = Invocation::new(path).args(["version", "-json"]).capture().await;
    output.is_ok_and(|output| is_supported(&output.stdout))
}

#[derive(Deserialize)]
struct Version {
    terraform_version: String,
}

/// Whether the output of `tofu version -json` names a supported version.
fn is_supported(output: &str) -> bool {
    let Ok(version) = serde_json::from_str::<Version>(output) else { return false };
    let mut numbers = version.terraform_version.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => SUPPORTED.contains(&(major, minor)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_with_bucket_locks_are_supported() {
        let output =
            |version: &str| format!("{{\"terraform_version\":\"{version}\",\"platform\":\"linux_any\"}}");
        for version in ["1.10.0", "1.12.6", "1.13.0-beta1"] {
            assert!(is_supported(&output(version)), "{version}");
        }
        for version in ["1.9.4", "0.12.31", "2.0.0", "new"] {
            assert!(!is_supported(&output(version)), "{version}");
        }
        assert!(!is_supported("Terraform v1.12"));
    }
}
