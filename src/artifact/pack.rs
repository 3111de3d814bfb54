//! Packs the rendered tree into one OCI artifact: a root that names, by digest, a part for each of Flux's Kustomizations.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Provenance, Rendered, Sealed, seal::seal};
use crate::base::failure::Result;

/// The annotation of the root that names its parts, as JSON: whoever copies an artifact copies them too.
pub const PARTS: &str = "org.seasense.parts";

/// An artifact, ready to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The artifact's digest, which is its root's manifest's: what every environment runs.
    pub digest: String,
    /// A tag for people: the commit, with `-dirty` where that is so.
    pub tag: String,
    /// The root: the phases, and all that belongs to none of them.
    pub root: Sealed,
    /// The parts, by the names of their sources.
    pub parts: BTreeMap<String, Sealed>,
}

/// Packs `rendered`; depends on nothing but the paths, the bytes and the provenance.
pub fn pack(rendered: &Rendered, provenance: &Provenance) -> Result<Packed> {
    let parts: BTreeMap<String, Sealed> =
        rendered.parts.values().map(|part| (part.source(), part.sealed.clone())).collect();
    let inside = |path: &str| rendered.parts.values().any(|part| part.paths.contains(path));
    let files = rendered.files.iter().filter(|(path, _)| !inside(path));
    let files = files.map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let root = seal(&files, &annotations(provenance, &parts))?;
    Ok(Packed { digest: root.manifest.digest.clone(), tag: provenance.label(), root, parts })
}

fn annotations(provenance: &Provenance, parts: &BTreeMap<String, Sealed>) -> Value {
    let mut annotations = Map::new();
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            annotations.insert(name.to_owned(), Value::from(value));
        }
    };
    // In the order of their names.
    add("org.opencontainers.image.created", provenance.committed_at.as_deref());
    let revision = provenance.commit.as_ref().map(|commit| format!("{}:{commit}", algorithm(commit)));
    add("org.opencontainers.image.revision", revision.as_deref());
    add("org.opencontainers.image.source", Some(&provenance.source));
    add("org.seasense.dirty", Some(if provenance.dirty { "true" } else { "false" }));
    let digests = parts.iter().map(|(name, part)| (name.clone(), Value::from(part.manifest.digest.as_str())));
    let digests = Value::Object(digests.collect());
    add(PARTS, (!parts.is_empty()).then(|| digests.to_string()).as_deref());
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

    use super::{
        super::seal::{self, CONFIG_TYPE},
        *,
    };
    use crate::{artifact::Part, base::failure::Kind};

    fn files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Rendered {
        Rendered { files: files.into_iter().collect(), parts: BTreeMap::new() }
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
    fn the_digest_of_known_files_is_known() {
        // It changes only on purpose: every environment would have to reconcile a tree that did not change.
        let packed = pack(&sample(), &clean()).unwrap();
        assert_eq!(packed.digest, "sha256:c0b739594ede34cf10718da627fd06786bc65be622bf665ed99aa887d4ac7aee");
        assert_eq!(packed.tag, "111111111111");
    }

    #[test]
    fn the_manifest_names_what_flux_looks_for() {
        let packed = pack(&sample(), &clean()).unwrap();
        let manifest: Value = serde_json::from_slice(&packed.root.manifest.bytes).unwrap();
        assert_eq!(manifest["config"]["mediaType"], CONFIG_TYPE);
        assert_eq!(manifest["layers"][0]["digest"], Value::from(packed.root.layer.digest));
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
    fn the_archive_holds_every_file_and_nothing_of_this_machine() {
        let packed = pack(&sample(), &clean()).unwrap();
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(packed.root.layer.bytes.as_slice()).read_to_end(&mut tar).unwrap();
        let mut found = BTreeMap::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            let facts = (
                header.mtime().unwrap(),
                header.uid().unwrap(),
                header.gid().unwrap(),
                header.mode().unwrap(),
            );
            assert_eq!(facts, (0, 0, 0, 0o644));
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.insert(path, content);
        }
        assert_eq!(found, sample().files);
    }

    #[test]
    fn the_root_names_its_parts_and_holds_nothing_of_them() {
        let mut rendered = sample();
        let part = BTreeMap::from([("apps/kustomization.yaml", b"resources: []\n".as_slice())]);
        let part = Part {
            name: "apps".into(),
            definition: json!({}),
            paths: part.keys().map(|path| (*path).to_owned()).collect(),
            sealed: seal::seal(&part, &Value::Null).unwrap(),
        };
        rendered.parts.insert("apps".into(), part.clone());
        let packed = pack(&rendered, &clean()).unwrap();
        assert_eq!(packed.parts, BTreeMap::from([(part.source(), part.sealed.clone())]));
        let manifest: Value = serde_json::from_slice(&packed.root.manifest.bytes).unwrap();
        let named: Value = serde_json::from_str(manifest["annotations"][PARTS].as_str().unwrap()).unwrap();
        assert_eq!(named, json!({part.source(): part.sealed.manifest.digest}));
        let mut rest = sample();
        rest.files.remove("apps/kustomization.yaml");
        assert_eq!(packed.root.layer, pack(&rest, &clean()).unwrap().root.layer);
    }

    #[test]
    fn a_path_that_no_archive_takes_is_named() {
        let failure = pack(&files([("x".repeat(300), Vec::new())]), &clean()).unwrap_err();
        assert_eq!(failure.kind, Kind::Environment);
    }

    #[test]
    fn a_dirty_tree_says_so() {
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
