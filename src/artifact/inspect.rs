//! Reads a packed artifact: its metadata, its components, and the references in its files. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{COMPONENTS, file_type, rules};
use crate::base::{
    digest::Digest,
    failure::{Context, Failure, Kind, Result},
    yaml,
};

const REVISION: &str = "org.opencontainers.image.revision";
const DIRTY: &str = "org.seasense.dirty";
const REGISTRY: &str = "${REGISTRY}";
/// The kustomization of the canary, and the phase whose component contains it.
const CANARY: (&str, &str) = ("apps/canary/kustomization.yaml", "apps");
/// Upper limit for unpacked files; the platform's files have some megabytes.
const MAX: u64 = 512 << 20;

/// The metadata in an artifact's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The commit that it was packed from, 40 or 64 hex digits; `None` if unknown.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: bool,
    /// The digests of its components by name. They are artifacts in the same repository.
    pub components: BTreeMap<String, Digest>,
    /// The digest and the size in bytes of the layer with its files.
    pub layer: (Digest, u64),
}

/// The references in the files of an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Images with their digests; repositories without the registry.
    pub images: BTreeSet<(String, Digest)>,
    /// References without a digest.
    pub unpinned: BTreeSet<String>,
    /// The environments that the artifact has secrets for.
    pub secrets: BTreeSet<String>,
    /// Whether the artifact contains the definition of a canary.
    pub canary: bool,
}

impl Metadata {
    /// Returns the digest of the component that contains the canary.
    pub fn canary(&self) -> Option<&Digest> {
        let of = |name: &str| name.rsplit_once('-').is_some_and(|(phase, _)| phase == CANARY.1);
        self.components.iter().find(|(name, _)| of(name)).map(|(_, digest)| digest)
    }
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    digest: Digest,
    size: u64,
}

/// Reads the manifest of an artifact. Fails with kind `Tool` if it is not one.
pub fn metadata(manifest: &[u8]) -> Result<Metadata> {
    let what = "cannot read the artifact's manifest";
    let manifest: Manifest = serde_json::from_slice(manifest).context(Kind::Tool, what)?;
    let [layer] = manifest.layers.as_slice() else {
        return Err(Failure::new(Kind::Tool, what).because("it does not have exactly one layer"));
    };
    let components = manifest.annotations.get(COMPONENTS).map(|text| serde_json::from_str(text)).transpose();
    let revision = manifest.annotations.get(REVISION);
    Ok(Metadata {
        commit: revision.and_then(|revision| revision.rsplit(':').next()).map(str::to_owned),
        dirty: manifest.annotations.get(DIRTY).is_some_and(|dirty| dirty == "true"),
        components: components.context(Kind::Tool, what)?.unwrap_or_default(),
        layer: (layer.digest.clone(), layer.size),
    })
}

/// Reads the references in the files of `layer`, a compressed archive.
pub fn references(layer: &[u8]) -> Result<References> {
    let what = "cannot read the artifact's files";
    let mut found = References::default();
    let mut archive = tar::Archive::new(GzDecoder::new(layer).take(MAX));
    for entry in archive.entries().context(Kind::Tool, what)? {
        let mut entry = entry.context(Kind::Tool, what)?;
        let path = entry.path().context(Kind::Tool, what)?.to_string_lossy().into_owned();
        found.canary |= path == CANARY.0;
        if !file_type::is_manifest(&path) {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).with_context(Kind::Tool, || format!("{what}: `{path}`"))?;
        found.images.extend(pinned(&text, REGISTRY));
        found.secrets.extend(secrets_of(&path, &text));
        found.unpinned.extend(unpinned(&path, &text));
    }
    Ok(found)
}

/// The environment that this file is a secret of, if it is a secret.
fn secrets_of(path: &str, text: &str) -> Option<String> {
    let (environment, file) = path.strip_prefix("secrets/")?.split_once('/')?;
    let secret = !file_type::is_kustomization(file) && text.lines().any(|line| line == "kind: Secret");
    secret.then(|| environment.to_owned())
}

/// Returns every `registry/name@sha256:...` in `text`, without the registry. It searches the text, because some
/// images are command line arguments.
pub fn pinned(text: &str, registry: &str) -> Vec<(String, Digest)> {
    let below = text.split(registry).skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('/')?;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-/@:".contains(c)));
        let (name, digest) = rest[..end.unwrap_or(rest.len())].split_once('@')?;
        let digest = digest.get(..Digest::LENGTH)?.parse().ok()?;
        Some((name.split(':').next()?.to_owned(), digest))
    });
    below.collect()
}

/// The images without a digest in the objects of a file. A file that is not YAML has none.
fn unpinned(path: &str, text: &str) -> Vec<String> {
    // Custom resource definitions are megabytes of YAML without images; skipping them saves most of the time.
    if !text.contains("image") || file_type::is_kustomization(path) {
        return Vec::new();
    }
    let documents = yaml::parse(Path::new(path), text).unwrap_or_default();
    let objects = documents.iter().filter(|document| document.value["kind"].is_string());
    let images = objects.flat_map(|document| rules::images(&document.value));
    images.filter(|image| !image.contains("@sha256:")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Provenance, Rendered, pack};

    fn digest(of: char) -> Digest {
        format!("sha256:{}", String::from(of).repeat(64)).parse().unwrap()
    }

    fn packed(files: &[(&str, String)]) -> crate::artifact::Packed {
        let provenance = Provenance {
            commit: Some("1".repeat(40)),
            committed_at: None,
            dirty: true,
            source: "https://example.org/seasense".into(),
        };
        let files =
            files.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())).collect();
        pack(&Rendered { files, ..Rendered::default() }, &provenance).unwrap()
    }

    #[test]
    fn references_of_a_packed_artifact_are_read() {
        let deployment = format!(
            "kind: Deployment\nspec:\n  image: ${{REGISTRY}}/backend@{}\n  args: ['--side=${{REGISTRY}}/envoy:v1@{}']\n",
            digest('a'),
            digest('b')
        );
        let definition =
            "kind: CustomResourceDefinition\nspec: {image: {type: string}, x: {image: docker.io/x}}\n";
        let source = format!(
            "kind: OCIRepository\nspec: {{url: 'oci://${{REGISTRY}}/platform', ref: {{digest: '{}'}}}}\n",
            digest('c')
        );
        let loose = "kind: Pod\nspec: {containers: [{image: 'docker.io/library/alpine:3'}]}\n";
        let packed = packed(&[
            ("apps/d.yaml", deployment),
            ("crd.yaml", definition.to_owned()),
            ("flux/s.yaml", source),
            ("pod.yaml", loose.to_owned()),
            ("notes.txt", "image: none".to_owned()),
            ("secrets/local/key.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: k}\n".to_owned()),
            ("secrets/staging/kustomization.yaml", "kind: Kustomization\n".to_owned()),
            ("apps/canary/kustomization.yaml", "resources: []\n".to_owned()),
        ]);
        let found = references(&packed.root.layer.bytes).unwrap();
        let image = |name: &str, of| (name.to_owned(), digest(of));
        assert_eq!(found.images, BTreeSet::from([image("backend", 'a'), image("envoy", 'b')]));
        assert_eq!(found.unpinned, BTreeSet::from(["docker.io/library/alpine:3".to_owned()]));
        assert_eq!(found.secrets, BTreeSet::from(["local".to_owned()]));
        assert!(found.canary);
        let metadata = metadata(&packed.root.manifest.bytes).unwrap();
        assert_eq!(metadata.commit, Some("1".repeat(40)));
        assert!(metadata.dirty);
        assert!(metadata.components.is_empty());
        assert_eq!(metadata.layer.0, packed.root.layer.digest);
    }

    #[test]
    fn the_canary_is_in_the_component_of_the_workloads() {
        let components =
            [("apps-0123456789ab", 'a'), ("apps-canary-0123456789ab", 'b'), ("data-0123456789ab", 'c')];
        let components = components.map(|(name, of)| (name.to_owned(), digest(of))).into();
        let metadata =
            |components| Metadata { commit: None, dirty: false, components, layer: (digest('d'), 1) };
        assert_eq!(metadata(components).canary(), Some(&digest('a')));
        assert_eq!(metadata(BTreeMap::new()).canary(), None);
    }

    #[test]
    fn a_component_without_a_digest_is_refused() {
        let manifest = |component: &str| {
            serde_json::json!({"layers": [{"digest": digest('a'), "size": 1}],
                "annotations": {COMPONENTS: format!(r#"{{"apps":"{component}"}}"#)}})
            .to_string()
        };
        let read = metadata(manifest(&digest('b')).as_bytes()).unwrap();
        assert_eq!(read.components, BTreeMap::from([("apps".to_owned(), digest('b'))]));
        assert!(metadata(manifest("latest").as_bytes()).is_err());
        assert!(metadata(b"{}").is_err());
        assert!(references(b"no archive").is_err());
    }
}
