//! Reads one side of a comparison: the platform Flux would apply, and its files, migrations and infrastructure.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use super::{
    Image, SideName,
    images::{referenced, tag},
    lock::lock_of,
    name::unknown,
    settings,
};
use crate::{
    artifact::{self, FluxBuild, Rendered, Tree, Upstream},
    base::{
        digest::Digest,
        failure::{Context, Kind, Result},
        git::Repository,
    },
    compare::Platform,
    config::{EnvFile, EnvName, HostDirs, Infra, Project, names},
    images::{self, Lock, LockedImage, Mode},
    promotion::store::EnvLock,
};

/// The checkout, folders and registry that sides are read from.
#[derive(Debug, Clone)]
pub struct CompareContext {
    /// The checkout.
    pub project: Project,
    /// The cache and state folders.
    pub dirs: HostDirs,
    /// The supply whose images and upstream manifests are used to render a tree.
    pub supply: Mode,
    /// The registry that artifacts are read from, as host and port from this machine.
    pub registry: String,
    /// Builds the manifests.
    pub flux: FluxBuild,
}

/// The repository of artifacts.
const REPOSITORY: &str = "platform";
/// The folder of the database migrations; sqlx runs them in the order of their names.
const MIGRATIONS: &str = "src/apps/backend/migrations";

/// The content of one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The name for display.
    pub label: String,
    /// The commit that was read, or that the artifact was packed from.
    pub commit: Option<String>,
    /// The digest, if the side is an artifact.
    pub digest: Option<Digest>,
    /// The environment whose variables are substituted.
    pub environment: EnvName,
    /// The input of Flux.
    pub platform: Platform,
    /// The images, by their names in `infra/images.toml`.
    pub images: BTreeMap<String, Image>,
    /// The images that the platform's files reference. For an artifact no other images are known.
    pub referenced: BTreeSet<String>,
    /// Every file of the project with the hash of its content; `None` if unknown.
    pub files: Option<BTreeMap<String, String>>,
    /// The statements of the database migrations, by file; `None` if unknown.
    pub migrations: Option<BTreeMap<String, String>>,
    /// The settings of the environment's infrastructure; `None` if it has none.
    pub infrastructure: Option<Value>,
    /// Notes for the user about how the side was read.
    pub notes: Vec<String>,
}

impl Side {
    /// An empty side with the variables of `environment`.
    pub(crate) fn of(environment: &EnvName) -> Self {
        Self {
            label: String::new(),
            commit: None,
            digest: None,
            environment: environment.clone(),
            platform: Platform::default(),
            images: BTreeMap::new(),
            referenced: BTreeSet::new(),
            files: None,
            migrations: None,
            infrastructure: None,
            notes: Vec::new(),
        }
    }
}

/// Reads the side called `name`. `environment` is the one whose variables are used if `name` is not an
/// environment.
pub async fn read(context: &CompareContext, name: &SideName, environment: &EnvName) -> Result<Side> {
    match name {
        SideName::WorkTree => context.work_tree(environment).await,
        SideName::Revision(revision) => context.revision(revision, environment).await,
        SideName::Digest(digest) => context.artifact(digest, environment, None).await,
        SideName::Environment(name) => context.environment(name).await,
    }
}

impl CompareContext {
    fn root(&self) -> &Path {
        self.project.root()
    }

    fn repository(&self) -> Repository {
        Repository::at(self.root())
    }

    async fn work_tree(&self, environment: &EnvName) -> Result<Side> {
        let (root, repository) = (self.root(), self.repository());
        let migrations = read_folder(&root.join(MIGRATIONS)).context(Kind::Tool, "read the migrations")?;
        let infrastructure = std::fs::read(root.join(settings::path(environment))).ok();
        let lock = images::locked(&self.dirs, self.supply)?;
        let tree = Tree::read(&self.project).await?;
        let rendered = artifact::render(&tree, &lock, &self.upstream(&lock)?, &self.flux).await?;
        let platform = Platform::rendered(rendered, EnvFile::load(&self.project, environment)?.variables);
        let image = |(name, image): (&String, &LockedImage)| {
            let version = image.official.as_deref().and_then(tag);
            (name.clone(), Image { digest: Some(image.digest.clone()), version })
        };
        Ok(Side {
            label: "the work tree".to_owned(),
            commit: repository.commit_of("HEAD").await.unwrap_or_default(),
            images: lock.images.iter().map(image).collect(),
            referenced: referenced(&platform, &lock).into_keys().collect(),
            platform,
            files: repository.list_work_tree().await?,
            migrations: Some(migrations),
            infrastructure: infrastructure.map(|bytes| settings::parse(environment, &bytes)).transpose()?,
            ..Side::of(environment)
        })
    }

    async fn revision(&self, revision: &str, environment: &EnvName) -> Result<Side> {
        let Some(commit) = self.repository().commit_of(revision).await? else {
            return Err(unknown(revision, &names(&self.project)));
        };
        let mut side = self.commit(&commit, environment).await?;
        let files = self.repository().read(&commit, &[Tree::FOLDER]).await?;
        let prefix = format!("{}/", Tree::FOLDER);
        let tree = files
            .into_iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?.to_owned(), bytes)));
        let tree = Tree::from_files(tree);
        let lock = images::locked(&self.dirs, self.supply)?;
        let upstream = self.upstream(&lock)?;
        let rendered = if let Ok(rendered) = artifact::render(&tree, &lock, &upstream, &self.flux).await {
            rendered
        } else {
            side.notes
                .push(format!("the tree of {revision} violates current rules; it is built without checks"));
            artifact::render_unchecked(&tree, &lock, &upstream, &self.flux).await?
        };
        side.platform.sources = Platform::rendered(rendered, BTreeMap::new()).sources;
        side.referenced = referenced(&side.platform, &lock).into_keys().collect();
        let versions = self.versions(&commit).await;
        side.images =
            versions.into_iter().map(|(name, version)| (name, Image { digest: None, version })).collect();
        Ok(side)
    }

    /// Reads the files, migrations, variables and infrastructure of a commit, without its manifests and images.
    async fn commit(&self, commit: &str, environment: &EnvName) -> Result<Side> {
        let repository = self.repository();
        let (file, settings_file) = (format!("envs/{environment}.toml"), settings::path(environment));
        let read = repository.read(commit, &[&file, &settings_file, MIGRATIONS]).await?;
        let label = repository.subject(commit).await?;
        let mut notes = Vec::new();
        let written = if let Some(bytes) = read.get(&file) {
            EnvFile::parse(Path::new(&file), &String::from_utf8_lossy(bytes))?
        } else {
            let commit = &commit[..12];
            notes.push(format!("{commit} has no `{file}`: the work tree's variables are used"));
            EnvFile::load(&self.project, environment)?
        };
        let migration = |(path, bytes): (&String, &Vec<u8>)| {
            let file = path.strip_prefix(MIGRATIONS)?.strip_prefix('/')?;
            Some((file.to_owned(), String::from_utf8_lossy(bytes).into_owned()))
        };
        Ok(Side {
            label,
            commit: Some(commit.to_owned()),
            platform: Platform { variables: written.variables, ..Platform::default() },
            files: Some(repository.list(commit, ".").await?),
            migrations: Some(read.iter().filter_map(migration).collect()),
            infrastructure: read
                .get(&settings_file)
                .map(|bytes| settings::parse(environment, bytes))
                .transpose()?,
            notes,
            ..Side::of(environment)
        })
    }

    /// Reads an artifact. `packed_from` is its commit if the artifact does not record one.
    async fn artifact(
        &self,
        digest: &Digest,
        environment: &EnvName,
        packed_from: Option<String>,
    ) -> Result<Side> {
        let fetched = artifact::fetch(&self.registry, REPOSITORY, digest).await.map_err(|failure| {
            failure.hint(format!(
                "artifacts are read from the local registry at {}: run `seasense dev` to start it and to push this checkout's artifact",
                self.registry
            ))
        })?;
        let commit = fetched.commit.clone().or(packed_from);
        let known = match &commit {
            Some(commit) => self.repository().commit_of(commit).await?,
            None => None,
        };
        let (label, dirty) = (digest.short().to_owned(), fetched.dirty);
        let mut side = match known.filter(|_| !dirty) {
            Some(commit) => self.commit(&commit, environment).await?,
            None => Side {
                platform: Platform {
                    variables: EnvFile::load(&self.project, environment)?.variables,
                    ..Platform::default()
                },
                notes: vec![format!(
                    "{label} was packed {}: its migrations and settings are not compared",
                    if dirty { "with uncommitted changes" } else { "from a commit that is unknown here" }
                )],
                ..Side::of(environment)
            },
        };
        side.platform = Platform::fetched(fetched, side.platform.variables);
        let lock = images::locked(&self.dirs, self.supply).ok();
        let lock = lock.unwrap_or_else(Lock::without_images);
        side.images = referenced(&side.platform, &lock);
        side.referenced = side.images.keys().cloned().collect();
        Ok(Side { label, digest: Some(digest.clone()), ..side })
    }

    /// Reads what an environment runs: the artifact of its lock file.
    async fn environment(&self, name: &EnvName) -> Result<Side> {
        let file = EnvLock::file(name).display().to_string();
        let Some(EnvLock { digest, commit, .. }) = lock_of(self.root(), name).await? else {
            let side = self.work_tree(name).await?;
            let note = format!("{name} has no `{file}`: the work tree is used");
            return Ok(Side { label: name.to_string(), notes: vec![note], ..side });
        };
        // A rehearsal has the files of the environment that it rehearses.
        let side = self.artifact(&digest, &name.rehearsed().unwrap_or_else(|| name.clone()), commit).await?;
        Ok(Side { label: format!("{name} ({})", digest.short()), ..side })
    }

    fn upstream(&self, lock: &Lock) -> Result<Upstream> {
        Upstream::load(lock, &images::manifests_folder(&self.dirs, lock))
    }

    /// Returns the images that a commit describes, with their versions; none if the current reader cannot parse
    /// it.
    async fn versions(&self, commit: &str) -> BTreeMap<String, Option<String>> {
        let infra = async {
            let files =
                self.repository().read(commit, &["infra/images.toml", "infra/versions.toml"]).await.ok()?;
            let folder = tempfile::tempdir().ok()?;
            for name in ["envs", "gitops", "infra"] {
                std::fs::create_dir(folder.path().join(name)).ok()?;
            }
            files
                .iter()
                .try_for_each(|(path, bytes)| std::fs::write(folder.path().join(path), bytes))
                .ok()?;
            Infra::load(&Project::find(folder.path()).ok()?).ok()
        };
        let images = infra.await.map(|infra: Infra| infra.recipes.image).unwrap_or_default();
        images.into_iter().map(|(name, image)| (name, image.official.as_deref().and_then(tag))).collect()
    }
}

/// Returns the texts of the files directly in `folder`, by name.
fn read_folder(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file()) {
                texts.insert(name.to_owned(), String::from_utf8_lossy(&std::fs::read(&path)?).into_owned());
            }
        }
    }
    Ok(texts)
}

/// Renders the work tree.
pub(in crate::compare) async fn render_work_tree(context: &CompareContext) -> Result<Rendered> {
    let lock = images::locked(&context.dirs, context.supply)?;
    let tree = Tree::read(&context.project).await?;
    artifact::render(&tree, &lock, &context.upstream(&lock)?, &context.flux).await
}
