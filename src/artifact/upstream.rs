//! The upstream manifests: verified against the lock, images pinned, and protected from Flux's substitution if
//! needed.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    objects::describe,
    pin_images::Images,
    rules,
    variable::{self, DISABLED, SUBSTITUTE},
};
use crate::{
    base::{
        failure::{Context, Failure, Kind, Location, Result},
        yaml::{self, Document},
    },
    images::Lock,
};

/// The upstream manifests as text, by their names in the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstream {
    texts: BTreeMap<String, String>,
}

impl Upstream {
    /// Reads every manifest of `lock` from `folder` and verifies its hash.
    ///
    /// Fails with kind `Tool` if a file is missing or differs from the locked one.
    pub fn load(lock: &Lock, folder: &Path) -> Result<Self> {
        let mut texts = BTreeMap::new();
        for (name, locked) in &lock.manifests {
            let path = folder.join(&locked.file);
            let text = std::fs::read_to_string(&path).with_context(Kind::Tool, || {
                format!("cannot read the manifests of {name}, `{}`", path.display())
            })?;
            let found = hex::encode(Sha256::digest(&text));
            if found != locked.sha256 {
                return Err(Failure::new(
                    Kind::Tool,
                    format!("the manifests of {name}, `{}`, differ from the lock", path.display()),
                )
                .because(format!("the lock has sha256 {}, the file {found}", locked.sha256))
                .hint("remove the file; the next run generates it again"));
            }
            texts.insert(name.clone(), text);
        }
        Ok(Self { texts })
    }

    /// Creates the manifests from texts, by name.
    pub fn from_texts<N: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (N, T)>) -> Self {
        Self { texts: texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect() }
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The objects of `name` with every image pinned to `registry`.
    pub(super) fn objects(&self, images: &Images<'_>, name: &str, registry: &str) -> Result<Vec<Value>> {
        let (_, documents) = self.pinned(images, name, registry)?;
        Ok(documents.into_iter().map(|document| document.value).collect())
    }

    /// Renders the manifests of `name` for the artifact.
    pub(super) fn render(&self, images: &Images<'_>, name: &str) -> Result<String> {
        let (text, documents) = self.pinned(images, name, "${REGISTRY}")?;
        if documents.iter().all(|document| !variable::findings(&document.value).foreign) {
            return Ok(text);
        }
        let guarded: Vec<Value> =
            documents.into_iter().map(|document| guard(name, document.value)).collect::<Result<_>>()?;
        yaml::write(&guarded)
    }

    fn pinned(&self, images: &Images<'_>, name: &str, registry: &str) -> Result<(String, Vec<Document>)> {
        let file = Path::new("upstream").join(name);
        let text = self.texts.get(name).ok_or_else(|| {
            Failure::new(Kind::Tool, format!("the supply has no manifests of {name}"))
                .hint("`infra/manifests/recipes.toml` lists every manifest")
        })?;
        let text =
            images.pin_official(&images.pin_own(&file, text)?, registry).replace("${REGISTRY}", registry);
        let documents = yaml::parse(&file, &text)?;
        for document in &documents {
            pinned(name, &file, document, registry)?;
        }
        Ok((text, documents))
    }
}

/// Refuses an image that is not in the lock.
fn pinned(name: &str, file: &Path, document: &Document, registry: &str) -> Result<()> {
    let Some(wrong) = rules::pinned(&document.value, registry).into_iter().next() else { return Ok(()) };
    let position = Some((document.line, 1));
    Err(Failure::new(
        Kind::Environment,
        format!("{} of {name}: {}", describe(&document.value), wrong.message),
    )
    .at(Location { file: file.to_owned(), position })
    .hint("add it to `infra/images.toml` as `official`"))
}

/// Disables substitution in `object` if it contains expressions other than our variables.
fn guard(name: &str, mut object: Value) -> Result<Value> {
    let found = variable::findings(&object);
    if !found.foreign || variable::is_disabled(&object) {
        return Ok(object);
    }
    if found.ours {
        return Err(Failure::new(
            Kind::Environment,
            format!(
                "{} of {name} contains one of our variables and another `$` expression",
                describe(&object)
            ),
        )
        .because("Flux can substitute a whole object or none of it")
        .hint("change its recipe in `infra/manifests` to remove one of the two"));
    }
    let annotations = &mut object["metadata"]["annotations"];
    if annotations.is_null() {
        *annotations = json!({});
    }
    annotations[SUBSTITUTE] = json!(DISABLED);
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::{super::pin_images::tests::lock, *};
    use crate::images::{LockedManifest, Provenance};

    const DEPLOYMENT: &str =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {image: 'ghcr.io/x/y:v1'}\n";

    fn render(text: &str) -> Result<String> {
        let lock = lock(&[("y", Some("ghcr.io/x/y:v1"))]);
        Upstream::from_texts([("cnpg", text)]).render(&Images::new(&lock), "cnpg")
    }

    #[test]
    fn text_without_dollars_keeps_its_form() {
        let rendered = render(&format!("# comment\n{DEPLOYMENT}")).unwrap();
        let expected = DEPLOYMENT.replace("ghcr.io/x/y:v1", &format!("${{REGISTRY}}/y@sha256:{:064x}", 1));
        assert_eq!(rendered, format!("# comment\n{expected}"));
    }

    #[test]
    fn substitution_is_disabled_in_foreign_expressions() {
        let crd = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {d: 'a ${b:c} $$'}\n";
        let rendered = render(&format!("{DEPLOYMENT}---\n{crd}")).unwrap();
        let documents = yaml::parse(Path::new("x"), &rendered).unwrap();
        assert!(!variable::is_disabled(&documents[0].value));
        assert!(variable::is_disabled(&documents[1].value));
        assert_eq!(documents[1].value["data"]["d"], "a ${b:c} $$");
    }

    #[test]
    fn an_object_with_both_expressions_is_refused() {
        let failure = render(&DEPLOYMENT.replace("name: d", "name: d, labels: {l: '${own}'}")).unwrap_err();
        assert!(failure.message.starts_with("Deployment d of cnpg contains"), "{}", failure.message);
    }

    #[test]
    fn an_image_missing_in_the_lock_is_refused() {
        let failure = render(&DEPLOYMENT.replace(":v1", ":v2")).unwrap_err();
        assert!(failure.message.contains("ghcr.io/x/y:v2"), "{}", failure.message);
    }

    #[test]
    fn a_manifest_is_compared_with_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = lock(&[]);
        let sha256 = hex::encode(Sha256::digest("a: 1\n"));
        lock.manifests.insert(
            "p".into(),
            LockedManifest { file: "p.yaml".into(), sha256, provenance: Provenance::new() },
        );
        assert_eq!(Upstream::load(&lock, folder.path()).unwrap_err().kind, Kind::Tool);
        std::fs::write(folder.path().join("p.yaml"), "a: 1\n").unwrap();
        assert_eq!(Upstream::load(&lock, folder.path()).unwrap().names().collect::<Vec<_>>(), ["p"]);
        std::fs::write(folder.path().join("p.yaml"), "a: 2\n").unwrap();
        let failure = Upstream::load(&lock, folder.path()).unwrap_err();
        assert!(failure.message.contains("differ from the lock"));
    }
}
