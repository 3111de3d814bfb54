//! Reads a packed artifact back: what it was packed from, its parts, and every image that its files name. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
};

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::{PARTS, check};
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    yaml,
};

const REVISION: &str = "org.opencontainers.image.revision";
const DIRTY: &str = "org.seasense.dirty";
const REGISTRY: &str = "${REGISTRY}";
/// What can be tried out beside another digest, and the phase whose part it is in.
const CANARY: (&str, &str) = ("apps/canary/kustomization.yaml", "apps");
/// The files of the platform are some megabytes; whatever is larger than this is something else.
const MAX: u64 = 512 << 20;

/// What an artifact's manifest says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The commit it was packed from, 40 or 64 hex digits; `None` where it was not known.
    pub commit: Option<String>,
    /// Whether the work tree differed from that commit.
    pub dirty: bool,
    /// Its parts: artifacts of the same repository, by name, with their digests.
    pub parts: BTreeMap<String, String>,
    /// The digest and the number of bytes of the layer that holds its files.
    pub layer: (String, u64),
}

/// What the files of an artifact name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Images with their digests: repository without registry, and `sha256:` with 64 hex digits.
    pub images: BTreeSet<(String, String)>,
    /// References that name no digest.
    pub unpinned: BTreeSet<String>,
    /// The environments that have secrets of their own.
    pub secrets: BTreeSet<String>,
    /// Whether its backend can be tried out beside that of another digest, and another's beside its own.
    pub canary: bool,
}

impl Head {
    /// The digest of the part that holds what can be tried out.
    pub fn canary(&self) -> Option<&str> {
        let of = |name: &str| name.rsplit_once('-').is_some_and(|(phase, _)| phase == CANARY.1);
        self.parts.iter().find(|(name, _)| of(name)).map(|(_, digest)| digest.as_str())
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
    digest: String,
    size: u64,
}

/// Reads the manifest of an artifact. Fails with kind `Tool` where it is none.
pub fn head(manifest: &[u8]) -> Result<Head> {
    let what = "read the artifact's manifest";
    let manifest: Manifest = serde_json::from_slice(manifest).context(Kind::Tool, what)?;
    let wrong = |cause: &str| Failure::new(Kind::Tool, what).because(cause);
    let [layer] = manifest.layers.as_slice() else { return Err(wrong("it does not have exactly one layer")) };
    let parts = manifest.annotations.get(PARTS).map(|text| serde_json::from_str(text)).transpose();
    let parts: BTreeMap<String, String> = parts.context(Kind::Tool, what)?.unwrap_or_default();
    if parts.values().any(|digest| !is_digest(digest)) {
        return Err(wrong("a part is named by something else than a digest"));
    }
    let revision = manifest.annotations.get(REVISION);
    Ok(Head {
        commit: revision.and_then(|revision| revision.rsplit(':').next()).map(str::to_owned),
        dirty: manifest.annotations.get(DIRTY).is_some_and(|dirty| dirty == "true"),
        parts,
        layer: (layer.digest.clone(), layer.size),
    })
}

/// Reads what the files in `layer`, a compressed archive, name.
pub fn named(layer: &[u8]) -> Result<Named> {
    let what = "read the artifact's files";
    let mut named = Named::default();
    let mut archive = tar::Archive::new(GzDecoder::new(layer).take(MAX));
    for entry in archive.entries().context(Kind::Tool, what)? {
        let mut entry = entry.context(Kind::Tool, what)?;
        let path = entry.path().context(Kind::Tool, what)?.to_string_lossy().into_owned();
        named.canary |= path == CANARY.0;
        if !check::is_yaml(&path) {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).with_context(Kind::Tool, || format!("{what}: `{path}`"))?;
        named.images.extend(pinned(&text, REGISTRY));
        named.secrets.extend(secrets_of(&path, &text));
        named.unpinned.extend(unpinned(&path, &text)?);
    }
    Ok(named)
}

/// The environment whose secret this file is, if it is one.
fn secrets_of(path: &str, text: &str) -> Option<String> {
    let (environment, file) = path.strip_prefix("secrets/")?.split_once('/')?;
    let secret = !check::is_settings(file) && text.lines().any(|line| line == "kind: Secret");
    secret.then(|| environment.to_owned())
}

/// Every `registry/name@sha256:...` of a text, wherever it stands, without the registry: some images are named in
/// arguments.
pub fn pinned(text: &str, registry: &str) -> Vec<(String, String)> {
    let below = text.split(registry).skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('/')?;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-/@:".contains(c)));
        let (name, digest) = rest[..end.unwrap_or(rest.len())].split_once('@')?;
        let digest = digest.get(..71).filter(|digest| is_digest(digest))?;
        Some((name.split(':').next()?.to_owned(), digest.to_owned()))
    });
    below.collect()
}

fn unpinned(path: &str, text: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    // Parsing megabytes of definitions takes longer than all the rest, and they name no images.
    if !text.contains("image") || check::is_settings(path) {
        return Ok(found);
    }
    for document in yaml::parse(Path::new(path), text)? {
        if document.value["kind"] == "CustomResourceDefinition" {
            continue;
        }
        check::images(&document.value, &mut |image| {
            if !image.contains("@sha256:") {
                found.push(image.to_owned());
            }
            Ok(())
        })?;
    }
    Ok(found)
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Provenance, Rendered, pack};

    fn digest(of: char) -> String {
        format!("sha256:{}", String::from(of).repeat(64))
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
    fn what_was_packed_is_read_back() {
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
        let loose = "kind: Pod\nspec: {image: 'docker.io/library/alpine:3'}\n";
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
        let named = named(&packed.root.layer.bytes).unwrap();
        let image = |name: &str, of| (name.to_owned(), digest(of));
        assert_eq!(named.images, BTreeSet::from([image("backend", 'a'), image("envoy", 'b')]));
        assert_eq!(named.unpinned, BTreeSet::from(["docker.io/library/alpine:3".to_owned()]));
        assert_eq!((named.secrets, named.canary), (BTreeSet::from(["local".to_owned()]), true));
        let head = head(&packed.root.manifest.bytes).unwrap();
        assert_eq!((head.commit, head.dirty, head.parts.len()), (Some("1".repeat(40)), true, 0));
        assert_eq!(head.layer.0, packed.root.layer.digest);
    }

    #[test]
    fn what_can_be_tried_out_is_in_the_part_of_the_workloads() {
        let parts =
            [("apps-0123456789ab", 'a'), ("apps-canary-0123456789ab", 'b'), ("data-0123456789ab", 'c')];
        let parts = parts.map(|(name, of)| (name.to_owned(), digest(of))).into();
        let head = Head { parts, ..Head::default() };
        assert_eq!(head.canary(), Some(digest('a').as_str()));
        assert_eq!(Head::default().canary(), None);
    }

    #[test]
    fn parts_are_read_and_one_without_a_digest_is_refused() {
        let manifest = |part: &str| {
            serde_json::json!({"layers": [{"digest": digest('a'), "size": 1}],
                "annotations": {PARTS: format!(r#"{{"apps":"{part}"}}"#)}})
            .to_string()
        };
        let read = head(manifest(&digest('b')).as_bytes()).unwrap();
        assert_eq!(read.parts, BTreeMap::from([("apps".to_owned(), digest('b'))]));
        assert!(head(manifest("latest").as_bytes()).is_err());
        assert!(head(b"{}").is_err());
        assert!(super::named(b"no archive").is_err());
    }
}
