//! Reads one side of a comparison, whatever it was named by: what Flux would be given, and what is known around it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use super::{
    Image, Operand, Platform, git,
    known::{folder, json, named, settings, short, version},
    migrations,
};
use crate::{
    artifact::{self, Rendered, Tree, Upstream},
    base::failure::{Context, Kind, Result},
    config::{HostDirs, Infra, Project, Written, names},
    images::{self, Lock, LockedImage, Mode},
    promotion::store::EnvLock,
};

/// Where sides are read from.
#[derive(Debug, Clone)]
pub struct Where {
    /// The checkout.
    pub project: Project,
    /// The folders outside it.
    pub dirs: HostDirs,
    /// Which supply's images and upstream manifests a tree is rendered with.
    pub supply: Mode,
    /// The registry that artifacts are read from, as this machine reaches it: host and port.
    pub registry: String,
}

/// The repository of artifacts.
const REPOSITORY: &str = "platform";

/// One side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Side {
    /// What a person calls it.
    pub label: String,
    /// The commit it stands for or was packed from.
    pub commit: Option<String>,
    /// The artifact's digest, where it is one.
    pub digest: Option<String>,
    /// The environment whose variables are filled in.
    pub environment: String,
    /// What Flux is given.
    pub platform: Platform,
    /// The images, by the names that `infra/images.toml` gives them.
    pub images: BTreeMap<String, Image>,
    /// Those of them that Flux's files name; of an artifact no others are known.
    pub named: BTreeSet<String>,
    /// Every file of the project with the hash of its content; `None` where they are not known.
    pub files: Option<BTreeMap<String, String>>,
    /// The statements of the database's migrations, by file; `None` where they are not known.
    pub migrations: Option<BTreeMap<String, String>>,
    /// The settings of the environment's infrastructure; `None` where it has none.
    pub infrastructure: Option<Value>,
    /// What a person should know of how it was read.
    pub notes: Vec<String>,
}

/// Reads the side that `operand` names; `environment` is the one whose variables are filled in where it is none itself.
pub async fn read(at: &Where, operand: &Operand, environment: &str) -> Result<Side> {
    match operand {
        Operand::WorkTree => at.work_tree(environment).await,
        Operand::Revision(revision) => at.revision(revision, environment).await,
        Operand::Digest(digest) => at.artifact(digest, environment, None).await,
        Operand::Environment(name) => at.environment(name).await,
    }
}

impl Where {
    fn root(&self) -> &Path {
        self.project.root()
    }

    async fn work_tree(&self, environment: &str) -> Result<Side> {
        let root = self.root();
        let migrations = folder(&root.join(migrations::FOLDER))
            .with_context(Kind::Tool, || "read the migrations".to_owned())?;
        let infrastructure = std::fs::read(root.join(settings(environment))).ok();
        let lock = images::locked(&self.dirs, self.supply)?;
        let tree = Tree::read(&self.project).await?;
        let rendered = artifact::render(&tree, &lock, &self.upstream(&lock)?)?;
        let platform = Platform::rendered(rendered, Written::load(&self.project, environment)?.variables);
        let image = |(name, image): (&String, &LockedImage)| {
            let version = image.official.as_deref().and_then(version);
            (name.clone(), Image { digest: Some(image.digest.to_string()), version })
        };
        Ok(Side {
            label: "the work tree".to_owned(),
            commit: git::commit(root, "HEAD").await.unwrap_or_default(),
            environment: environment.to_owned(),
            images: lock.images.iter().map(image).collect(),
            named: named(&platform, &lock).into_keys().collect(),
            platform,
            files: git::list_work_tree(root).await?,
            migrations: Some(migrations),
            infrastructure: infrastructure.map(|bytes| json(environment, &bytes)).transpose()?,
            ..Side::default()
        })
    }

    async fn revision(&self, revision: &str, environment: &str) -> Result<Side> {
        let Some(commit) = git::commit(self.root(), revision).await? else {
            return Err(git::unknown(revision, &names(&self.project)));
        };
        let mut side = self.around(&commit, environment).await?;
        let files = git::read(self.root(), &commit, &[Tree::FOLDER]).await?;
        let prefix = format!("{}/", Tree::FOLDER);
        let tree = files
            .into_iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?.to_owned(), bytes)));
        let tree = Tree::from_files(tree);
        let lock = images::locked(&self.dirs, self.supply)?;
        let upstream = self.upstream(&lock)?;
        let rendered = artifact::render(&tree, &lock, &upstream).or_else(|_| {
            side.notes
                .push(format!("the tree of {revision} does not fit today's rules; it is built as it stands"));
            artifact::render_unchecked(&tree, &lock, &upstream)
        })?;
        side.platform.sources = Platform::rendered(rendered, BTreeMap::new()).sources;
        side.named = named(&side.platform, &lock).into_keys().collect();
        let described = self.versions(&commit).await;
        side.images =
            described.into_iter().map(|(name, version)| (name, Image { digest: None, version })).collect();
        Ok(side)
    }

    /// What is known around a commit: its files, migrations, variables and infrastructure.
    async fn around(&self, commit: &str, environment: &str) -> Result<Side> {
        let root = self.root();
        let (file, settings) = (format!("envs/{environment}.toml"), settings(environment));
        let read = git::read(root, commit, &[&file, &settings, migrations::FOLDER]).await?;
        let label = git::subject(root, commit).await?;
        let mut notes = Vec::new();
        let written = if let Some(bytes) = read.get(&file) {
            Written::parse(Path::new(&file), &String::from_utf8_lossy(bytes))?
        } else {
            let commit = &commit[..12];
            notes.push(format!("{commit} has no `{file}`: the work tree's variables stand for its own"));
            Written::load(&self.project, environment)?
        };
        let migration = |(path, bytes): (&String, &Vec<u8>)| {
            let file = path.strip_prefix(migrations::FOLDER)?.strip_prefix('/')?;
            Some((file.to_owned(), String::from_utf8_lossy(bytes).into_owned()))
        };
        Ok(Side {
            label,
            commit: Some(commit.to_owned()),
            environment: environment.to_owned(),
            platform: Platform { variables: written.variables, ..Platform::default() },
            files: Some(git::list(root, commit).await?),
            migrations: Some(read.iter().filter_map(migration).collect()),
            infrastructure: read.get(&settings).map(|bytes| json(environment, bytes)).transpose()?,
            notes,
            ..Side::default()
        })
    }

    /// An artifact; `packed_from` is the commit where the artifact itself does not say one.
    async fn artifact(&self, digest: &str, environment: &str, packed_from: Option<String>) -> Result<Side> {
        let fetched = artifact::fetch(&self.registry, REPOSITORY, &digest.parse()?).await.map_err(|failure| {
            failure.hint(format!(
                "the artifact is read from the local registry at {}: `seasense dev` starts it, and has there what this machine packed",
                self.registry
            ))
        })?;
        let commit = fetched.commit.clone().or(packed_from);
        let known = match &commit {
            Some(commit) => git::commit(self.root(), commit).await?,
            None => None,
        };
        let (label, dirty) = (short(digest).to_owned(), fetched.dirty);
        let mut side = match known.filter(|_| !dirty) {
            Some(commit) => self.around(&commit, environment).await?,
            None => Side {
                platform: Platform {
                    variables: Written::load(&self.project, environment)?.variables,
                    ..Platform::default()
                },
                environment: environment.to_owned(),
                notes: vec![format!(
                    "{label} was packed {}: its migrations and settings are not compared",
                    if dirty { "with uncommitted changes" } else { "from no commit that is known here" }
                )],
                ..Side::default()
            },
        };
        side.platform = Platform::fetched(fetched, side.platform.variables);
        let lock = images::locked(&self.dirs, self.supply).ok();
        side.images = named(&side.platform, &lock.unwrap_or_else(|| Lock::new(images::Origin::Build, "")));
        side.named = side.images.keys().cloned().collect();
        Ok(Side { label, digest: Some(digest.to_owned()), ..side })
    }

    /// What an environment runs: the artifact that its lock file names.
    async fn environment(&self, name: &str) -> Result<Side> {
        let file = EnvLock::file(name).display().to_string();
        let Some(EnvLock { digest, commit, .. }) = EnvLock::read(self.root(), name)? else {
            let side = self.work_tree(name).await?;
            let note = format!("{name} has no `{file}`: the work tree stands for what it runs");
            return Ok(Side { label: name.to_owned(), notes: vec![note], ..side });
        };
        let side = self.artifact(&digest, name, commit).await?;
        Ok(Side { label: format!("{name} ({})", short(&digest)), ..side })
    }

    fn upstream(&self, lock: &Lock) -> Result<Upstream> {
        Upstream::load(lock, &images::manifests_folder(&self.dirs, lock))
    }

    /// The images that a commit describes, with their versions; none where today's reader does not understand it.
    async fn versions(&self, commit: &str) -> BTreeMap<String, Option<String>> {
        let infra = async {
            let files =
                git::read(self.root(), commit, &["infra/images.toml", "infra/versions.toml"]).await.ok()?;
            let folder = tempfile::tempdir().ok()?;
            for place in ["envs", "gitops", "infra"] {
                std::fs::create_dir(folder.path().join(place)).ok()?;
            }
            files
                .iter()
                .try_for_each(|(path, bytes)| std::fs::write(folder.path().join(path), bytes))
                .ok()?;
            Infra::load(&Project::find(folder.path()).ok()?).ok()
        };
        let images = infra.await.map(|infra: Infra| infra.recipes.image).unwrap_or_default();
        images.into_iter().map(|(name, image)| (name, image.official.as_deref().and_then(version))).collect()
    }
}

/// The tree as it is, for [`super::parity`].
pub(super) async fn tree(at: &Where) -> Result<Rendered> {
    let lock = images::locked(&at.dirs, at.supply)?;
    artifact::render(&Tree::read(&at.project).await?, &lock, &at.upstream(&lock)?)
}
