//! Makes the OCI artifact's bytes: a gzipped tar, a config and a manifest, the same for the same files everywhere.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Provenance, Rendered};
use crate::failure::{Context, Failure, Kind, Result};

/// Flux's media type of an artifact's config.
const CONFIG_TYPE: &str = "application/vnd.cncf.flux.config.v1+json";
/// Flux's media type of an artifact's files.
const CONTENT_TYPE: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";
/// Fixed, because another level gives other bytes and so another digest.
const LEVEL: Compression = Compression::new(6);

/// Bytes that a registry keeps under their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Self {
        Self { digest: digest(&bytes), bytes }
    }
}

/// An artifact, ready to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The artifact's digest, which is its manifest's: what every environment runs.
    pub digest: String,
    /// A tag for people: the commit, with `-dirty` where that is so.
    pub tag: String,
    /// The OCI image manifest.
    pub manifest: Blob,
    /// The config it names.
    pub config: Blob,
    /// The files it names.
    pub layer: Blob,
}

/// Packs `rendered`; depends on nothing but the paths, the bytes and the provenance.
pub fn pack(rendered: &Rendered, provenance: &Provenance) -> Result<Packed> {
    let tar = archive(rendered)?;
    let layer = Blob::new(compress(&tar)?);
    let config = Blob::new(encode(&json!({
        "architecture": "",
        "config": {},
        "os": "",
        "rootfs": {"diff_ids": [digest(&tar)], "type": "layers"},
    }))?);
    let manifest = Blob::new(encode(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor(CONFIG_TYPE, &config),
        "layers": [descriptor(CONTENT_TYPE, &layer)],
        "annotations": annotations(provenance),
    }))?);
    Ok(Packed { digest: manifest.digest.clone(), tag: provenance.label(), manifest, config, layer })
}

fn archive(rendered: &Rendered) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in &rendered.files {
        let mut header = tar::Header::new_ustar();
        header.set_path(path).with_context(Kind::Environment, || format!("cannot pack `{path}`"))?;
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder
            .append(&header, content.as_slice())
            .with_context(Kind::Internal, || format!("pack `{path}`"))?;
    }
    builder.into_inner().context(Kind::Internal, "end the archive")
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    // 255 is "unknown": the header names no operating system and no time.
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), LEVEL);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).context(Kind::Internal, "compress the archive")
}

fn annotations(provenance: &Provenance) -> Value {
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
    Value::Object(annotations)
}

const fn algorithm(commit: &str) -> &'static str {
    if commit.len() == 64 { "sha256" } else { "sha1" }
}

fn descriptor(media_type: &str, blob: &Blob) -> Value {
    json!({"mediaType": media_type, "digest": blob.digest, "size": blob.bytes.len()})
}

fn encode(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Failure::new(Kind::Internal, "encode the manifest").caused_by(&error))
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Read};

    use proptest::prelude::*;

    use super::*;

    fn files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Rendered {
        Rendered { files: files.into_iter().collect() }
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
        let manifest: Value = serde_json::from_slice(&packed.manifest.bytes).unwrap();
        assert_eq!(manifest["config"]["mediaType"], CONFIG_TYPE);
        assert_eq!(manifest["layers"][0]["digest"], Value::from(packed.layer.digest));
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
        flate2::read::GzDecoder::new(packed.layer.bytes.as_slice()).read_to_end(&mut tar).unwrap();
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
