//! Builds images a second time from nothing and compares them with what the cache holds, bit for bit.

use std::{collections::BTreeSet, path::Path};

use super::{
    Provenance, Scope, SupplyContext,
    build::{Packed, Workshop},
    built,
    ensure::one_at_a_time,
    oci,
};
use crate::{
    base::{
        event::{Event, Step},
        failure::{Context, Failure, Kind, Result},
    },
    config::{HostDirs, Infra},
};

/// What a second build of an image came to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// The same bytes.
    Same,
    /// It was made of something else, so nothing can be said: these facts of its provenance differ.
    OtherInputs(Vec<String>),
    /// The same inputs gave other bytes, here.
    Differs(Vec<String>),
}

/// Builds the images of `what` again with every step's cache empty and compares them with the first build's.
///
/// Only downloads that are checked by their hash (Go modules, crates) are shared by both. Fails with kind `Tool` where the
/// same inputs gave other bytes; an image whose Debian packages are newer by now is told of, and is no failure.
pub async fn rebuild(context: &SupplyContext, what: &Scope) -> Result<()> {
    let infra = Infra::load(&context.project)?;
    let images = what.images(&infra)?;
    let first = {
        let _guard = one_at_a_time(&context.dirs, &context.events).await?;
        built::make(context, &infra, &images, false).await?
    };
    // A lock of its own: whoever wants to work meanwhile need not wait for it.
    let own = context.dirs.cache().join("supply").join("rebuild");
    let alone = SupplyContext { dirs: HostDirs::new(&own, &own), refresh: false, ..context.clone() };
    let _guard = one_at_a_time(&alone.dirs, &alone.events).await?;
    let folder = own.join("again");
    // One that was killed left it behind.
    empty(&folder)?;
    let again = SupplyContext { dirs: HostDirs::new(&folder, &folder), ..alone };
    let made = built::make(&again, &infra, &images, false).await;
    let compared = match made {
        Ok(second) => compare_all(context, &first, &second, &images),
        Err(failure) => Err(failure),
    };
    empty(&folder)?;
    compared
}

fn compare_all(
    context: &SupplyContext,
    first: &Workshop,
    second: &Workshop,
    images: &BTreeSet<String>,
) -> Result<()> {
    let step = Step::start(&context.events(), "supply.compare", "Compare both builds");
    let (mut same, mut wrong) = (0, Vec::new());
    for name in images {
        let verdict = compare(first, second, name);
        match verdict.with_context(Kind::Tool, || format!("compare both builds of `{name}`"))? {
            Verdict::Same => same += 1,
            Verdict::OtherInputs(facts) => context.events.emit(Event::Warning {
                text: format!(
                    "{name} cannot be compared, it was made of other packages than those of today: {}; \
                     `seasense images build --refresh {name}` takes them up",
                    facts.join(", ")
                ),
            }),
            Verdict::Differs(dirs) => wrong.push(format!("{name}: {}", dirs.join(", "))),
        }
    }
    if wrong.is_empty() {
        step.done(format!("{same} of {} images are the same bytes", images.len()));
        return Ok(());
    }
    let message = format!("{} images came out as other bytes when they were built again", wrong.len());
    Err(wrong
        .into_iter()
        .fold(Failure::new(Kind::Tool, message), Failure::because)
        .hint("docs/decisions/0004 says which parts must be the same on every machine"))
}

fn compare(first: &Workshop, second: &Workshop, name: &str) -> std::io::Result<Verdict> {
    let id = format!("image.{name}");
    let read = |shop: &Workshop| -> std::io::Result<(Packed, Provenance)> {
        Ok((Packed::read(&shop.output(&id))?, shop.store.provenance(&id, shop.key(&id))?))
    };
    let ((one, facts), (other, facts_again)) = (read(first)?, read(second)?);
    if one.digest == other.digest {
        return Ok(Verdict::Same);
    }
    let moved = moved(&facts, &facts_again);
    if !moved.is_empty() {
        return Ok(Verdict::OtherInputs(moved));
    }
    let mut dirs = Vec::new();
    for (layer, again) in one.layers.iter().zip(&other.layers) {
        dirs.extend(oci::differences(&first.store.locate(layer), &second.store.locate(again))?);
    }
    if dirs.is_empty() {
        dirs.push("its configuration".to_owned());
    }
    Ok(Verdict::Differs(dirs))
}

/// Words that only one of the two has, of every fact that differs: `-` before those of the first, `+` of the second.
fn moved(first: &Provenance, second: &Provenance) -> Vec<String> {
    let words = |facts: &Provenance, name: &str| -> BTreeSet<String> {
        facts.get(name).into_iter().flat_map(|value| value.split(' ')).map(str::to_owned).collect()
    };
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut moved = Vec::new();
    for name in names {
        let (one, other) = (words(first, name), words(second, name));
        moved.extend(one.difference(&other).map(|word| format!("-{word}")));
        moved.extend(other.difference(&one).map(|word| format!("+{word}")));
    }
    moved
}

fn empty(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(Kind::Tool, || format!("remove `{}`", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_moved_is_named() {
        let facts = |packages: &str| {
            let pairs = [("root.shell.suite", "bookworm"), ("root.shell.packages", packages)];
            Provenance::from(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
        };
        assert!(moved(&facts("a=1 b=1"), &facts("a=1 b=1")).is_empty());
        assert_eq!(moved(&facts("a=1 b=1"), &facts("a=1 b=2 c=1")), ["-b=1", "+b=2", "+c=1"]);
    }
}
