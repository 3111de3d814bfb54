//! The programs for this machine in supply `pull`: an installed one of the pinned version, else the pinned release, else
//! a build.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Download,
    download::{mirrored, place},
};
use crate::{
    base::{
        event::{Event, Step},
        failure::{Context, Failure, Kind, Result},
        oci,
        tool::{Invocation, locate},
    },
    config::{
        Infra,
        infra::{Pins, Tool},
    },
    images::{Lock, LockedTool, SupplyContext, build_supply},
    registry::ReadError,
};

/// A program prints its version within this time.
const LIMIT: Duration = Duration::from_secs(10);

/// Records the programs for this machine in `lock`.
pub async fn tools(context: &SupplyContext, infra: &Infra, pins: &Pins, lock: &mut Lock) -> Result<()> {
    let (mut missing, mut reasons) = (BTreeSet::new(), Vec::new());
    for (name, tool) in infra.recipes.tool.iter().filter(|(_, tool)| !tool.on_demand) {
        let found = match installed(context, name, tool).await {
            Some(path) => Ok(path),
            None => downloaded(context, infra, pins, name).await,
        };
        match found {
            Ok(path) => {
                let sha256 = hash(&path)?;
                lock.tools.insert(name.clone(), LockedTool { path, sha256, version: tool.version.clone() });
            }
            Err(ReadError::Refused(failure)) => return Err(failure),
            Err(ReadError::Unavailable(failure)) => {
                let text = format!("building {name} on this machine: {}", failure.with_causes());
                context.events.emit(Event::Warning { text });
                reasons.push(failure.message);
                missing.insert(name.clone());
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut infra = infra.clone();
    infra.recipes.tool.retain(|name, _| missing.contains(name));
    let built = build_supply::make(context, &infra, &BTreeSet::new(), true).await;
    let builder = built.map_err(|failure| reasons.into_iter().fold(failure, Failure::because))?;
    for (name, tool) in &infra.recipes.tool {
        lock.tools.insert(name.clone(), build_supply::lock_tool(&builder, tool)?);
    }
    Ok(())
}

/// The program on `PATH`, if it has exactly the version of `tool`.
async fn installed(context: &SupplyContext, name: &str, tool: &Tool) -> Option<PathBuf> {
    let path = locate(name).ok()?;
    let asked = Invocation::new(&path).args(&tool.version_command).limit(LIMIT).capture().await;
    let output = asked.map(|asked| asked.stdout).unwrap_or_default();
    if prints(&output, &tool.version) {
        return Some(path);
    }
    let found = output.lines().next().unwrap_or("no version").trim().to_owned();
    let text =
        format!("`{}` is not used: it reports `{found}`, and {} is pinned", path.display(), tool.version);
    context.events.emit(Event::Notice { text });
    None
}

/// Whether a word of `output` is `version`, with or without the metadata of a build.
fn prints(output: &str, version: &str) -> bool {
    output.split_whitespace().any(|word| word.split('+').next() == Some(version))
}

/// The pinned release, downloaded unless the cache has it.
async fn downloaded(
    context: &SupplyContext,
    infra: &Infra,
    pins: &Pins,
    name: &str,
) -> Result<PathBuf, ReadError> {
    let host = context.platforms.host;
    let pin = pins.program.get(name).and_then(|pin| Some((pin, pin.digests.get(&host)?)));
    let Some((pin, digest)) = pin else {
        return Err(ReadError::Unavailable(Failure::new(
            Kind::Tool,
            format!("no release of {name} is pinned for {host}"),
        )));
    };
    let path = place(context.dirs.cache(), name, digest);
    // A file appears there only after its content was verified.
    if path.is_file() {
        return Ok(path);
    }
    let url = mirrored(&pin.url_for(host), &infra.versions);
    let member = pin.member.as_ref().map(|member| host.fill(member));
    let step = Step::start(
        &context.events(),
        format!("supply.download.{name}"),
        format!("Download {name} {}", pin.version.get_ref()),
    );
    match (Download { url: url.clone(), digest: digest.clone(), member }).fetch(&path).await {
        Ok(()) => step.done(url),
        // The caller reports why.
        Err(ReadError::Unavailable(failure)) => {
            step.unchanged("not available");
            return Err(ReadError::Unavailable(failure));
        }
        Err(refused) => return Err(refused),
    }
    Ok(path)
}

fn hash(path: &Path) -> Result<String> {
    oci::sha256_file(path).with_context(Kind::Tool, || format!("cannot read `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_a_whole_word_of_the_output() {
        assert!(prints("kind v0.33.0 go1.26.4 linux/amd64\n", "v0.33.0"));
        assert!(prints("Client Version: v1.36.4\nKustomize Version: v5.8.1\n", "v1.36.4"));
        assert!(prints("v3.21.4+gb54c04b", "v3.21.4"));
        for other in ["kind v0.33.0-alpha go1.26.4", "kind v0.33.01", "", "0.33.0"] {
            assert!(!prints(other, "v0.33.0"), "{other}");
        }
    }
}
