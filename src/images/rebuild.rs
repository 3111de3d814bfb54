//! Builds images a second time with empty caches and compares them with the cached ones bit for bit.

use std::{collections::BTreeSet, path::Path};

use super::{
    Provenance, Scope, SupplyContext,
    build::{Builder, Packed},
    build_supply,
    ensure::lock_supply,
};
use crate::{
    base::{
        event::{Event, Step},
        failure::{Context, Failure, Kind, Result},
        oci,
    },
    config::{HostDirs, Infra},
};

/// The result of comparing two builds of an image.
#[derive(Debug, PartialEq, Eq)]
enum Comparison {
    /// The content is identical.
    Same,
    /// The inputs differ, so the builds cannot be compared. Contains the facts of the provenance that differ.
    OtherInputs(Vec<String>),
    /// The same inputs produced different content. Contains the paths that differ.
    Differs(Vec<String>),
}

/// Builds the images of `what` again with empty caches for every step and compares them with the first build.
/// Both builds share only downloads that are verified by hash (Go modules, crates). Fails with kind `Tool` if
/// the same inputs produced different content. An image with newer Debian packages causes a warning, not a
/// failure.
pub async fn rebuild(context: &SupplyContext, what: &Scope) -> Result<()> {
    let infra = Infra::load(&context.project)?;
    let images = what.images(&infra)?;
    let first = {
        let _guard = lock_supply(&context.dirs, &context.events).await?;
        build_supply::make(context, &infra, &images, false).await?
    };
    // A separate directory has a separate lock, so that other commands need not wait for the second build.
    let own = context.dirs.cache().join("supply").join("rebuild");
    let alone = SupplyContext { dirs: HostDirs::new(&own, &own), refresh: false, ..context.clone() };
    let _guard = lock_supply(&alone.dirs, &alone.events).await?;
    let folder = own.join("again");
    // An interrupted run may have left files.
    remove(&folder)?;
    let again = SupplyContext { dirs: HostDirs::new(&folder, &folder), ..alone };
    let made = build_supply::make(&again, &infra, &images, false).await;
    let compared = match made {
        Ok(second) => compare_all(context, &first, &second, &images),
        Err(failure) => Err(failure),
    };
    remove(&folder)?;
    compared
}

fn compare_all(
    context: &SupplyContext,
    first: &Builder,
    second: &Builder,
    images: &BTreeSet<String>,
) -> Result<()> {
    let step = Step::start(&context.events(), "supply.compare", "Compare both builds");
    let (mut same, mut differing) = (0, Vec::new());
    for name in images {
        let comparison = compare(first, second, name);
        match comparison.with_context(Kind::Tool, || format!("cannot compare both builds of `{name}`"))? {
            Comparison::Same => same += 1,
            Comparison::OtherInputs(facts) => context.events.emit(Event::Warning {
                text: format!(
                    "{name} cannot be compared, because it was built from other packages: {}; \
                         rebuild it with `seasense images build --refresh {name}`",
                    facts.join(", ")
                ),
            }),
            Comparison::Differs(paths) => differing.push(format!("{name}: {}", paths.join(", "))),
        }
    }
    if differing.is_empty() {
        step.done(format!("{same} of {} images are identical", images.len()));
        return Ok(());
    }
    let message = format!("{} images differ when they are built again", differing.len());
    Err(differing
        .into_iter()
        .fold(Failure::new(Kind::Tool, message), Failure::because)
        .hint("see docs/decisions/0004 for the parts that must be reproducible"))
}

fn compare(first: &Builder, second: &Builder, name: &str) -> std::io::Result<Comparison> {
    let id = format!("image.{name}");
    let read = |builder: &Builder| -> std::io::Result<(Packed, Provenance)> {
        Ok((Packed::read(&builder.output(&id))?, builder.store.provenance(&id, builder.key(&id))?))
    };
    let ((one, facts), (other, facts_again)) = (read(first)?, read(second)?);
    if one.digest == other.digest {
        return Ok(Comparison::Same);
    }
    let changed = changed_facts(&facts, &facts_again);
    if !changed.is_empty() {
        return Ok(Comparison::OtherInputs(changed));
    }
    let mut paths = Vec::new();
    for (layer, again) in one.layers.iter().zip(&other.layers) {
        paths.extend(oci::differences(&first.store.locate(layer), &second.store.locate(again))?);
    }
    if paths.is_empty() {
        paths.push("its configuration".to_owned());
    }
    Ok(Comparison::Differs(paths))
}

/// Returns the words that only one side has in each differing fact: `-` for the first side, `+` for the second.
fn changed_facts(first: &Provenance, second: &Provenance) -> Vec<String> {
    let words = |facts: &Provenance, name: &str| -> BTreeSet<String> {
        facts.get(name).into_iter().flat_map(|value| value.split(' ')).map(str::to_owned).collect()
    };
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut changed = Vec::new();
    for name in names {
        let (one, other) = (words(first, name), words(second, name));
        changed.extend(one.difference(&other).map(|word| format!("-{word}")));
        changed.extend(other.difference(&one).map(|word| format!("+{word}")));
    }
    changed
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(Kind::Tool, || format!("cannot remove `{}`", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_words_are_listed() {
        let facts = |packages: &str| {
            let pairs = [("root.shell.suite", "bookworm"), ("root.shell.packages", packages)];
            Provenance::from(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        assert!(changed_facts(&facts("a=1 b=1"), &facts("a=1 b=1")).is_empty());
        assert_eq!(changed_facts(&facts("a=1 b=1"), &facts("a=1 b=2 c=1")), ["-b=1", "+b=2", "+c=1"]);
    }
}
