//! Checks the tree that an artifact was packed from.

use crate::{
    artifact::{self, Tree},
    base::failure::{Context as _, Failure, Kind, Result},
    base::git::Repository,
    config::Project,
};

/// Checks the tree at `commit`, or in the work tree without one. Returns the number of its files, or the reason
/// why it is invalid.
pub async fn check(
    project: &Project,
    repository: &Repository,
    commit: Option<&str>,
) -> Result<Result<usize, String>> {
    let folder = tempfile::tempdir().context(Kind::Tool, "create a folder for the tree")?;
    let project = match commit {
        None => project.clone(),
        Some(commit) => {
            std::fs::create_dir(folder.path().join("envs")).context(Kind::Tool, "create the tree")?;
            repository.export(commit, Tree::FOLDER, folder.path()).await?;
            Project::find(folder.path())?
        }
    };
    let tree = Tree::read(&project).await?;
    Ok(match artifact::validate(&tree) {
        Ok(()) => Ok(tree.files().count()),
        Err(failure) => Err(in_one_line(&failure)),
    })
}

fn in_one_line(failure: &Failure) -> String {
    let location = failure.location.as_ref().map(|location| format!("{location}: ")).unwrap_or_default();
    format!("{location}{}", failure.message)
}
