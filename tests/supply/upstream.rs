//! A registry in place of docker.io, ghcr.io, quay.io and registry.k8s.io. It has the official images of this
//! project with small content; only the image of the registry itself is real.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use flate2::{Compression, write::GzEncoder};
use seasense::registry::media_type::{OCI_INDEX as INDEX, OCI_MANIFEST as MANIFEST};
use seasense::{
    base::{
        oci::{self, Descriptor, ImageManifest, Node, Process, Source, Tree},
        platform::{Architecture, Platform},
    },
    config::{
        Environment, HostDirs, Infra, Project,
        infra::{ImagePin, Pull},
    },
    images::{self, Mode},
    registry::{Digest, ImageRef, RegistryClient, daemon_reference},
};
use testcontainers::{
    ContainerAsync, GenericImage, ImageExt,
    core::{IntoContainerPort, Mount, WaitFor},
    runners::AsyncRunner,
};

const GZIP_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The registry and its content.
pub struct Upstream {
    /// `127.0.0.1:<port>`.
    pub host: String,
    /// The digest for this platform of every official image, by its name in `infra/images.toml`.
    pub digests: BTreeMap<String, Digest>,
    /// The digest of its index.
    pub indexes: BTreeMap<String, Digest>,
    client: RegistryClient,
    infra: Infra,
    content: tempfile::TempDir,
    _container: ContainerAsync<GenericImage>,
}

/// A pushed image.
struct Pushed {
    digest: Digest,
    manifest: Vec<u8>,
}

impl Upstream {
    pub async fn start(project: &Project) -> Self {
        let dirs = HostDirs::from_environment().unwrap();
        let lock = images::locked(&dirs, Mode::Auto).unwrap();
        let own = lock.image("registry").unwrap();
        let (name, tag) = daemon_reference("registry", &own.digest)
            .rsplit_once(':')
            .map(|(name, tag)| (name.to_owned(), tag.to_owned()))
            .unwrap();
        let content = tempfile::tempdir().unwrap();
        // The test changes stored files, so they must belong to the user of the test.
        let user = format!("{}:{}", rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        let image =
            GenericImage::new(name, tag).with_exposed_port(5000.tcp()).with_wait_for(WaitFor::seconds(1));
        let container = image
            .with_user(user)
            .with_mount(Mount::bind_mount(content.path().to_str().unwrap(), "/var/lib/registry"))
            .start()
            .await
            .unwrap();
        let host = format!("127.0.0.1:{}", container.get_host_port_ipv4(5000).await.unwrap());
        let mut upstream = Self {
            client: RegistryClient::new(&host).unwrap(),
            host,
            digests: BTreeMap::new(),
            indexes: BTreeMap::new(),
            infra: Infra::load(project).unwrap(),
            content,
            _container: container,
        };
        let port = *Environment::named(project, "local").unwrap().ports.registry.get_ref();
        let local = RegistryClient::new(&format!("127.0.0.1:{port}")).unwrap();
        upstream.fill(&local, &own.digest).await;
        upstream
    }

    /// Pushes every official image that is pulled, each with an index of platforms.
    async fn fill(&mut self, local: &RegistryClient, registry: &Digest) {
        let names: Vec<String> = self
            .infra
            .recipes
            .image
            .iter()
            .filter(|(_, image)| image.pull == Pull::Official)
            .map(|(name, _)| name.clone())
            .collect();
        for name in &names {
            let at = self.official(name);
            let pushed = if name == "registry" {
                self.push_real(&at.repository, local, registry).await
            } else {
                self.push_small(&at.repository, name).await
            };
            let index = self.tag(&at, &pushed).await;
            self.indexes.insert(name.clone(), index);
            self.digests.insert(name.clone(), pushed.digest);
        }
    }

    /// Moves the tag of the image `name` to other content. Returns the digests of its index and of its manifest.
    pub async fn move_tag(&self, name: &str) -> (Digest, Digest) {
        let at = self.official(name);
        let pushed = self.push_small(&at.repository, "something else").await;
        assert_ne!(pushed.digest, self.digests[name]);
        (self.tag(&at, &pushed).await, pushed.digest)
    }

    /// The pins of everything that it has.
    pub fn pins(&self) -> BTreeMap<String, ImagePin> {
        let pin = |(name, index): (&String, &Digest)| {
            let official = self.infra.recipes.image[name].official.clone().unwrap();
            let manifests = [(architecture(), self.digests[name].clone())].into();
            let pin =
                ImagePin { official: toml::Spanned::new(0..0, official), index: index.clone(), manifests };
            (name.clone(), pin)
        };
        self.indexes.iter().map(pin).collect()
    }

    /// Removes the index of the image `name`, as a registry that lost it.
    pub fn lose(&self, name: &str) {
        let hex = self.indexes[name].hex();
        let stored = format!("docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2]);
        std::fs::remove_file(self.content.path().join(stored)).unwrap();
    }

    /// The file in which the registry stores the only layer of the image `name`.
    pub async fn stored_layer(&self, name: &str) -> PathBuf {
        let (bytes, _) = self
            .client
            .manifest(&self.official(name).repository, &self.digests[name], &[MANIFEST])
            .await
            .unwrap();
        let manifest: ImageManifest = serde_json::from_slice(&bytes).unwrap();
        let digest = manifest.layers[0].digest.hex().to_owned();
        let blobs = self.content.path().join("docker/registry/v2/blobs/sha256");
        blobs.join(&digest[..2]).join(&digest).join("data")
    }

    fn official(&self, name: &str) -> ImageRef {
        let official = self.infra.recipes.image[name].official.as_deref().unwrap();
        ImageRef::parse(official).unwrap()
    }

    async fn push_small(&self, repository: &str, text: &str) -> Pushed {
        let folder = tempfile::tempdir().unwrap();
        let mut tree = Tree::new();
        let source = Source::Bytes(text.as_bytes().to_vec());
        tree.insert("/name", Node::File { source, mode: 0o644, owner: (0, 0) });
        let layer = oci::pack(&tree, &folder.path().join("layer")).unwrap();
        let process = Process { cmd: vec!["/name".to_owned()], ..Process::default() };
        let (config, manifest) =
            oci::assemble(&process, Platform::linux(architecture()), std::slice::from_ref(&layer)).unwrap();
        let packed = vec![std::fs::read(&layer.path).unwrap()];
        self.push(repository, &config, &manifest, packed).await
    }

    /// Copies the registry's image from this machine's registry.
    async fn push_real(&self, repository: &str, local: &RegistryClient, digest: &Digest) -> Pushed {
        let (bytes, _) = local.manifest("registry", digest, &[MANIFEST]).await.unwrap();
        let manifest: ImageManifest = serde_json::from_slice(&bytes).unwrap();
        let mut config = Vec::new();
        local.read_blob("registry", &manifest.config.digest, &mut config).await.unwrap();
        let mut layers = Vec::new();
        for layer in &manifest.layers {
            let mut packed = Vec::new();
            local.read_blob("registry", &layer.digest, &mut packed).await.unwrap();
            layers.push(packed);
        }
        self.push(repository, &config, &bytes, layers).await
    }

    /// Pushes an image with gzip layers, as official images have.
    async fn push(&self, repository: &str, config: &[u8], manifest: &[u8], layers: Vec<Vec<u8>>) -> Pushed {
        let mut manifest: ImageManifest = serde_json::from_slice(manifest).unwrap();
        manifest.layers.clear();
        for packed in layers {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(&zstd::decode_all(packed.as_slice()).unwrap()).unwrap();
            let bytes = gzip.finish().unwrap();
            let digest = Digest::of(&bytes);
            self.client.push_bytes(repository, &digest, &bytes).await.unwrap();
            manifest.layers.push(Descriptor {
                media_type: GZIP_LAYER.to_owned(),
                size: bytes.len() as u64,
                digest,
            });
        }
        self.client.push_bytes(repository, &Digest::of(config), config).await.unwrap();
        let manifest = serde_json::to_vec(&manifest).unwrap();
        Pushed { digest: Digest::of(&manifest), manifest }
    }

    /// Pushes the official tag: an index with the image for this platform, and another image for the other one. Returns
    /// the digest of the index.
    async fn tag(&self, at: &ImageRef, pushed: &Pushed) -> Digest {
        let other = self.push_small(&at.repository, "for another platform").await;
        let mut entries = Vec::new();
        for of in Architecture::ALL {
            let image = if of == architecture() { pushed } else { &other };
            self.client.push_manifest(&at.repository, of.name(), MANIFEST, &image.manifest).await.unwrap();
            entries.push(serde_json::json!({
                "mediaType": MANIFEST, "digest": image.digest, "size": image.manifest.len(),
                "platform": { "architecture": of.name(), "os": "linux" },
            }));
        }
        let index = serde_json::json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        let index = serde_json::to_vec(&index).unwrap();
        self.client.push_manifest(&at.repository, at.version.as_str(), INDEX, &index).await.unwrap();
        Digest::of(&index)
    }
}

/// The architecture of this machine, whose daemon pulls.
pub fn architecture() -> Architecture {
    Platform::host().unwrap().architecture
}
