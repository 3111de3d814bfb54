//! Writes `infra/pins.toml` from the registries and shows what changed.

use std::{collections::BTreeMap, io::Write};

use serde::Serialize;

use super::pull::{Index, digest_of_file};
use crate::{
    base::{
        atomic_file,
        digest::Digest,
        event::{Events, Step},
        failure::{Context, Failure, Kind, Result},
        platform::{Architecture, Platform},
    },
    config::{
        Infra, Project,
        infra::{ImagePin, PINS, Pins, ProgramPin, Versions},
    },
    registry::{ImageRef, Upstream},
};

/// One value of the file that is not what the registries have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PinChange {
    /// The image or the program.
    pub name: String,
    /// The value: `official`, `index`, `version`, an architecture or a platform.
    pub field: String,
    /// The value in the file.
    pub old: Option<String>,
    /// The value of the registry.
    pub new: Option<String>,
}

/// The pins as the registries have them.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The new pins.
    pub pins: Pins,
    /// What differs from the file, in the order of the file.
    pub changes: Vec<PinChange>,
}

/// Resolves the tag of every official image at its registry. A program is downloaded and hashed only if its version
/// changed, because a release does not move.
pub async fn resolve(project: &Project, events: &Events) -> Result<Resolved> {
    let infra = Infra::load(project)?;
    let before = if project.root().join(PINS).exists() { Pins::load(project)? } else { Pins::default() };
    let step = Step::start(events, "images.pin", "Resolve the tags of official images");
    let official: Vec<(&String, &str)> = infra
        .recipes
        .image
        .iter()
        .filter(|(_, image)| image.is_copied())
        .filter_map(|(name, image)| Some((name, image.official.as_deref()?)))
        .collect();
    let mut pins = Pins::default();
    for (done, (name, tagged)) in official.iter().enumerate() {
        step.progress(done as u64, Some(official.len() as u64), (*name).clone());
        pins.image.insert((*name).clone(), resolve_image(tagged, &infra.versions).await?);
    }
    for (name, pin) in &before.program {
        let Some(tool) = infra.recipes.tool.get(name) else { continue };
        pins.program.insert(name.clone(), resolve_program(pin, &tool.version, &infra.versions).await?);
    }
    let changes = differences(&before, &pins);
    step.done(format!("{} images, {} values changed", pins.image.len(), changes.len()));
    Ok(Resolved { pins, changes })
}

async fn resolve_image(official: &str, versions: &Versions) -> Result<ImagePin> {
    let at = ImageRef::parse(official)?.mirrored(&versions.mirrors);
    let bytes = Upstream::new(&at.host)?.resolve(&at.repository, at.version.as_str()).await?;
    let index = Index::parse(&bytes, official)?;
    let listed = |of: Architecture| Some((of, index.manifest(Platform::linux(of))?.clone()));
    let manifests: BTreeMap<_, _> = Architecture::ALL.into_iter().filter_map(listed).collect();
    if manifests.is_empty() {
        return Err(Failure::new(
            Kind::Tool,
            format!("{official} is not available for any platform of ours"),
        ));
    }
    Ok(ImagePin { official: plain(official), index: Digest::of(&bytes), manifests })
}

async fn resolve_program(pin: &ProgramPin, version: &str, versions: &Versions) -> Result<ProgramPin> {
    let mut resolved = ProgramPin { version: plain(version), ..pin.clone() };
    if pin.version.get_ref() != version {
        for platform in pin.digests.keys() {
            let url = super::pull::mirrored(&resolved.url_for(*platform), versions);
            resolved.digests.insert(*platform, digest_of_file(&url).await?);
        }
    }
    Ok(resolved)
}

fn plain(text: &str) -> toml::Spanned<String> {
    toml::Spanned::new(0..0, text.to_owned())
}

/// Writes the pins atomically.
pub fn write(project: &Project, pins: &Pins) -> Result<()> {
    let path = project.root().join(PINS);
    let written = atomic_file::write_with(&path, 0o644, |out| out.write_all(pins.to_text().as_bytes()));
    written.with_context(Kind::Tool, || format!("cannot write `{PINS}`"))
}

/// Every value that differs.
fn differences(before: &Pins, after: &Pins) -> Vec<PinChange> {
    let (old, new) = (values(before), values(after));
    let mut fields: Vec<&(String, String)> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    let changed = fields.into_iter().filter(|field| old.get(field) != new.get(field));
    let change = |field: &(String, String)| PinChange {
        name: field.0.clone(),
        field: field.1.clone(),
        old: old.get(field).cloned(),
        new: new.get(field).cloned(),
    };
    changed.map(change).collect()
}

/// The values of all pins by name and field.
fn values(pins: &Pins) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    let mut add =
        |name: &String, field: String, value: String| drop(all.insert((name.clone(), field), value));
    for (name, pin) in &pins.image {
        add(name, "official".to_owned(), pin.official.get_ref().clone());
        add(name, "index".to_owned(), pin.index.to_string());
        pin.manifests.iter().for_each(|(of, digest)| add(name, of.to_string(), digest.to_string()));
    }
    for (name, pin) in &pins.program {
        add(name, "version".to_owned(), pin.version.get_ref().clone());
        pin.digests.iter().for_each(|(of, digest)| add(name, of.to_string(), digest.to_string()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(text: &str) -> Pins {
        toml::from_str(text).unwrap()
    }

    fn image(of: char, more: &str) -> String {
        format!(
            "[image.a]\nofficial = \"quay.io/a:v1\"\nindex = \"sha256:{}\"\n{more}",
            of.to_string().repeat(64)
        )
    }

    #[test]
    fn equal_pins_have_no_difference() {
        assert_eq!(differences(&pins(&image('a', "")), &pins(&image('a', ""))), []);
    }

    #[test]
    fn moved_added_and_removed_values_are_listed_once() {
        let digest = |of: char| format!("sha256:{}", of.to_string().repeat(64));
        let manifest = format!("[image.a.manifests]\narm64 = \"{}\"\n", digest('c'));
        let found = differences(&pins(&image('a', &manifest)), &pins(&image('b', "")));
        let change = |field: &str, old: char, new: Option<char>| PinChange {
            name: "a".to_owned(),
            field: field.to_owned(),
            old: Some(digest(old)),
            new: new.map(digest),
        };
        assert_eq!(found, [change("arm64", 'c', None), change("index", 'a', Some('b'))]);
        let added = differences(&Pins::default(), &pins(&image('a', "")));
        assert_eq!(
            added.iter().map(|change| (&*change.field, &change.old)).collect::<Vec<_>>(),
            [("index", &None), ("official", &None)]
        );
    }
}
