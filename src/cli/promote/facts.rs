//! Looks at what the gates of a promotion ask about.

use std::collections::BTreeMap;

use super::{PromotionContext, outside};
use crate::{
    artifact::{self, Tree},
    base::failure::{Context as _, Failure, Kind, Result},
    config::{Environment, Project},
    promotion::{
        self, Content, EvidenceSource, Target,
        gates::{MIGRATIONS, Migration, Migrations},
        store::EnvLock,
    },
};

/// What a promotion reads of the work tree.
const READ: [&str; 4] = ["envs", "gitops", "infra", "src"];

/// The witness of a promotion to the environment of `setting`.
pub struct Facts<'a, T> {
    pub setting: &'a PromotionContext,
    pub source: &'a T,
    pub source_environment: &'a Environment,
}

impl<T: Target> EvidenceSource for Facts<'_, T> {
    async fn look(&self, content: &Content, lock: Option<&EnvLock>) -> Result<promotion::Facts> {
        let (repository, environment) = (&self.setting.repository, &self.setting.environment);
        // The commit says what the artifact was made of, unless there were edits: then the work tree is the nearest there is.
        let commit = match &content.commit {
            Some(commit) => repository.commit_of(commit).await?,
            None => None,
        };
        let exact = commit.as_deref().filter(|_| !content.dirty);
        Ok(promotion::Facts {
            source: self.source.state().await?,
            tree: self.tree(exact).await?,
            migrations: self.migrations(exact, lock).await?,
            known: commit.is_some(),
            edited: repository.edited(&READ).await?,
            parity: outside::parity(&self.setting.engine, self.source_environment, environment).await,
            monthly: outside::monthly(&self.setting.project, environment),
        })
    }
}

impl<T> Facts<'_, T> {
    /// Checks the tree at `commit`, or in the work tree.
    async fn tree(&self, commit: Option<&str>) -> Result<Result<usize, String>> {
        let folder = tempfile::tempdir().context(Kind::Tool, "make a folder for the tree")?;
        let project = match commit {
            None => self.setting.project.clone(),
            Some(commit) => {
                std::fs::create_dir(folder.path().join("envs")).context(Kind::Tool, "lay the tree out")?;
                self.setting.repository.export(commit, Tree::FOLDER, folder.path()).await?;
                Project::find(folder.path())?
            }
        };
        let tree = Tree::read(&project).await?;
        Ok(match artifact::validate(&tree) {
            Ok(()) => Ok(tree.files().count()),
            Err(failure) => Err(describe(&failure)),
        })
    }

    /// The migrations that the environment has applied, and those of `commit` or the work tree.
    async fn migrations(
        &self,
        commit: Option<&str>,
        lock: Option<&EnvLock>,
    ) -> Result<Result<Migrations, String>> {
        let repository = &self.setting.repository;
        let before = match lock.map(|lock| lock.commit.as_deref()) {
            None => None,
            Some(None) => {
                return Ok(Err("what runs there says no commit that new ones could be compared with".into()));
            }
            Some(Some(commit)) if repository.commit_of(commit).await?.is_none() => {
                return Ok(Err(format!(
                    "this repository has no commit {commit}, which runs there: fetch it"
                )));
            }
            Some(Some(commit)) => Some(self.committed(commit).await?),
        };
        let after = match commit {
            Some(commit) => self.committed(commit).await?,
            None => self.in_work_tree().await?,
        };
        Ok(Ok(Migrations { before, after }))
    }

    async fn committed(&self, commit: &str) -> Result<BTreeMap<String, Migration>> {
        let repository = &self.setting.repository;
        let mut files = BTreeMap::new();
        for (path, blob) in repository.list(commit, MIGRATIONS).await? {
            let sql = repository.blob(&blob).await?;
            files.insert(name(&path).to_owned(), Migration { blob, sql });
        }
        Ok(files)
    }

    async fn in_work_tree(&self) -> Result<BTreeMap<String, Migration>> {
        let folder = self.setting.project.root().join(MIGRATIONS);
        let what = || format!("read `{}`", folder.display());
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(&folder).with_context(Kind::Environment, what)? {
            let file = entry.with_context(Kind::Environment, what)?.file_name();
            let file = file.to_string_lossy().into_owned();
            let sql = std::fs::read_to_string(folder.join(&file)).with_context(Kind::Environment, what)?;
            let blob = self.setting.repository.blob_of(&format!("{MIGRATIONS}/{file}")).await?;
            files.insert(file, Migration { blob, sql });
        }
        Ok(files)
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A failure in one line.
fn describe(failure: &Failure) -> String {
    let place = failure.location.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}", failure.message)
}
