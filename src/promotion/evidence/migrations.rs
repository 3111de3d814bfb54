//! Reads the migrations of the current digest and of the digest to promote.

use std::collections::BTreeMap;

use crate::{
    base::{
        failure::{Context as _, Kind, Result},
        git::Repository,
    },
    config::Project,
    promotion::{
        gates::{MIGRATIONS, Migration, Migrations},
        store::EnvLock,
    },
};

/// Reads the applied migrations, and those of `commit` or of the work tree. The inner `Err` is the reason why
/// they cannot be compared.
pub async fn collect(
    project: &Project,
    repository: &Repository,
    commit: Option<&str>,
    lock: Option<&EnvLock>,
) -> Result<Result<Migrations, String>> {
    let before = match lock.map(|lock| lock.commit.as_deref()) {
        None => None,
        Some(None) => {
            return Ok(Err("the lock file contains no commit, so the migrations cannot be compared".into()));
        }
        Some(Some(commit)) if repository.commit_of(commit).await?.is_none() => {
            return Ok(Err(format!("this repository lacks the current commit {commit}: fetch it")));
        }
        Some(Some(commit)) => Some(committed(repository, commit).await?),
    };
    let after = match commit {
        Some(commit) => committed(repository, commit).await?,
        None => in_work_tree(project, repository).await?,
    };
    Ok(Ok(Migrations { before, after }))
}

async fn committed(repository: &Repository, commit: &str) -> Result<BTreeMap<String, Migration>> {
    let mut files = BTreeMap::new();
    for (path, blob) in repository.list(commit, MIGRATIONS).await? {
        let sql = repository.blob(&blob).await?;
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        files.insert(name, Migration { blob, sql });
    }
    Ok(files)
}

async fn in_work_tree(project: &Project, repository: &Repository) -> Result<BTreeMap<String, Migration>> {
    let folder = project.root().join(MIGRATIONS);
    let what = || format!("read `{}`", folder.display());
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).with_context(Kind::Environment, what)? {
        let file = entry.with_context(Kind::Environment, what)?.file_name();
        let file = file.to_string_lossy().into_owned();
        let sql = std::fs::read_to_string(folder.join(&file)).with_context(Kind::Environment, what)?;
        let blob = repository.blob_of(&format!("{MIGRATIONS}/{file}")).await?;
        files.insert(file, Migration { blob, sql });
    }
    Ok(files)
}
