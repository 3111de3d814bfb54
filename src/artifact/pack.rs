//! Packs the rendered tree into one OCI artifact: a root that references a component for each Flux
//! Kustomization by digest.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Blobs, Provenance, Rendered};
use crate::base::{digest::Digest, failure::Result};

/// The annotation of the root with the digests of its components, as JSON. Tools that copy an artifact read it.
pub const COMPONENTS: &str = "org.seasense.components";

/// An artifact that is ready to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The digest of the artifact, which is the digest of the root's manifest.
    pub digest: Digest,
    /// A readable tag: the commit, with `-dirty` if the work tree had edits.
    pub tag: String,
    /// The root: the definitions of the phases, and all files that belong to no component.
    pub root: Blobs,
    /// The components, by the names of their Flux sources.
    pub components: BTreeMap<String, Blobs>,
}

/// Packs `rendered`. The result depends only on the paths, the bytes and the provenance.
pub fn pack(rendered: &Rendered, provenance: &Provenance) -> Result<Packed> {
    let components: BTreeMap<String, Blobs> =
        rendered.components.values().map(|component| (component.source(), component.blobs.clone())).collect();
    let inside = |path: &str| rendered.components.values().any(|component| component.paths.contains(path));
    let files = rendered.files.iter().filter(|(path, _)| !inside(path));
    let files = files.map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let root = Blobs::build(&files, &annotations(provenance, &components))?;
    Ok(Packed { digest: root.manifest.digest.clone(), tag: provenance.label(), root, components })
}

fn annotations(provenance: &Provenance, components: &BTreeMap<String, Blobs>) -> Value {
    let mut annotations = Map::new();
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            annotations.insert(name.to_owned(), Value::from(value));
        }
    };
    // Sorted by name.
    add("org.opencontainers.image.created", provenance.committed_at.as_deref());
    let revision = provenance.commit.as_ref().map(|commit| format!("{}:{commit}", algorithm(commit)));
    add("org.opencontainers.image.revision", revision.as_deref());
    add("org.opencontainers.image.source", Some(&provenance.source));
    add("org.seasense.dirty", Some(if provenance.dirty { "true" } else { "false" }));
    let digests =
        components.iter().map(|(name, component)| (name.clone(), Value::from(&*component.manifest.digest)));
    let digests = Value::Object(digests.collect());
    add(COMPONENTS, (!components.is_empty()).then(|| digests.to_string()).as_deref());
    Value::Object(annotations)
}

const fn algorithm(commit: &str) -> &'static str {
    if commit.len() == 64 { "sha256" } else { "sha1" }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Read};

    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::blobs::CONFIG_TYPE, *};
    use crate::{artifact::Component, base::failure::Kind};

    fn files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Rendered {
        Rendered { files: files.into_iter().collect(), components: BTreeMap::new() }
    }

    fn sample() -> Rendered {
        files([
            ("apps/kustomization.yaml".to_owned(), b"resources: []\n".to_vec()),
            (format!("{}/long.yaml", "folder/".repeat(20).trim_end_matches('/')), b"a: 1\n".repeat(1000)),
        ])
    }

    fn clean() -> Provenance {
        Provenance {
            commit: Some("1".repeat(40)),
            committed_at: Some("2026-01-02T03:04:05Z".into()),
            dirty: false,
            source: "https://example.org/seasense".into(),
        }
    }

    #[test]
    fn the_digest_of_known_files_is_stable() {
        // A change of this digest makes every environment reconcile a tree that did not change, so it must be
        // intended.
        let packed = pack(&sample(), &clean()).unwrap();
        let expected = "sha256:c0b739594ede34cf10718da627fd06786bc65be622bf665ed99aa887d4ac7aee";
        assert_eq!(&*packed.digest, expected);
        assert_eq!(packed.tag, "111111111111");
    }

    #[test]
    fn the_manifest_has_the_fields_that_flux_reads() {
        let packed = pack(&sample(), &clean()).unwrap();
        let manifest: Value = serde_json::from_slice(&packed.root.manifest.bytes).unwrap();
        assert_eq!(manifest["config"]["mediaType"], CONFIG_TYPE);
        assert_eq!(manifest["layers"][0]["digest"], &*packed.root.layer.digest);
        assert_eq!(
            manifest["annotations"],
            json!({
                "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
                "org.opencontainers.image.revision": format!("sha1:{}", "1".repeat(40)),
                "org.opencontainers.image.source": "https://example.org/seasense",
                "org.seasense.dirty": "false",
            })
        );
    }

    #[test]
    fn the_archive_is_complete_and_independent_of_the_machine() {
        let packed = pack(&sample(), &clean()).unwrap();
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(packed.root.layer.bytes.as_slice()).read_to_end(&mut tar).unwrap();
        let mut found = BTreeMap::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!(header.mtime().unwrap(), 0);
            assert_eq!(header.uid().unwrap(), 0);
            assert_eq!(header.gid().unwrap(), 0);
            assert_eq!(header.mode().unwrap(), 0o644);
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.insert(path, content);
        }
        assert_eq!(found, sample().files);
    }

    #[test]
    fn the_root_references_components_without_their_files() {
        let mut rendered = sample();
        let files = BTreeMap::from([("apps/kustomization.yaml", b"resources: []\n".as_slice())]);
        let component = Component {
            name: "apps".into(),
            definition: json!({}),
            paths: files.keys().map(|path| (*path).to_owned()).collect(),
            blobs: Blobs::build(&files, &Value::Null).unwrap(),
        };
        rendered.components.insert("apps".into(), component.clone());
        let packed = pack(&rendered, &clean()).unwrap();
        assert_eq!(packed.components, BTreeMap::from([(component.source(), component.blobs.clone())]));
        let manifest: Value = serde_json::from_slice(&packed.root.manifest.bytes).unwrap();
        let annotation = manifest["annotations"][COMPONENTS].as_str().unwrap();
        let digests: Value = serde_json::from_str(annotation).unwrap();
        assert_eq!(digests, json!({component.source(): component.blobs.manifest.digest}));
        let mut rest = sample();
        rest.files.remove("apps/kustomization.yaml");
        assert_eq!(packed.root.layer, pack(&rest, &clean()).unwrap().root.layer);
    }

    #[test]
    fn a_path_too_long_for_an_archive_is_an_error() {
        let failure = pack(&files([("x".repeat(300), Vec::new())]), &clean()).unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
    }

    #[test]
    fn edits_change_the_digest_and_the_tag() {
        let dirty = Provenance { dirty: true, ..clean() };
        let packed = pack(&sample(), &dirty).unwrap();
        assert_ne!(packed.digest, pack(&sample(), &clean()).unwrap().digest);
        assert_eq!(packed.tag, "111111111111-dirty");
    }

    fn any_files() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
        prop::collection::btree_map(
            "[a-z]{1,8}(/[a-z]{1,8}){0,3}\\.yaml",
            prop::collection::vec(any::<u8>(), 0..64),
            1..8,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_order_of_the_files_does_not_matter(map in any_files()) {
            let backwards = files(map.clone().into_iter().rev());
            prop_assert_eq!(pack(&files(map), &clean()).unwrap(), pack(&backwards, &clean()).unwrap());
        }

        #[test]
        fn every_byte_matters(map in any_files(), which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
            let before = pack(&files(map.clone()), &clean()).unwrap();
            let mut changed = map;
            let path = which.get(&changed.keys().cloned().collect::<Vec<_>>()).clone();
            let content = changed.get_mut(&path).unwrap();
            if content.is_empty() { content.push(0) } else { let at = at.index(content.len()); content[at] ^= 1; }
            prop_assert_ne!(before.digest, pack(&files(changed), &clean()).unwrap().digest);
        }

        #[test]
        fn every_name_matters(map in any_files(), which in any::<prop::sample::Index>()) {
            let before = pack(&files(map.clone()), &clean()).unwrap();
            let mut changed = map;
            let path = which.get(&changed.keys().cloned().collect::<Vec<_>>()).clone();
            let content = changed.remove(&path).unwrap();
            changed.insert(format!("{path}2"), content);
            prop_assert_ne!(before.digest, pack(&files(changed), &clean()).unwrap().digest);
        }
    }
}
