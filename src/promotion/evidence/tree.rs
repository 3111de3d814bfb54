//! Checks the tree that an artifact was packed from.

use crate::{
    artifact::{self, ApiValidation, CheckInput, FluxBuild, Tree},
    base::{
        failure::{Context as _, Failure, Kind, Result},
        git::Repository,
    },
    config::Project,
    local::LocalContext,
};

/// What a check reads of a commit.
const READ: [&str; 3] = ["envs", Tree::FOLDER, "infra"];

/// Checks the tree at `commit`, or in the work tree without one, as Flux builds it. Returns the number of its
/// files, or the reason why it is invalid.
pub async fn check(
    local: &LocalContext,
    repository: &Repository,
    flux: &FluxBuild,
    commit: Option<&str>,
) -> Result<Result<usize, String>> {
    let folder = tempfile::tempdir().context(Kind::Tool, "create a folder for the tree")?;
    let project = match commit {
        None => local.project.clone(),
        Some(commit) => {
            for part in READ {
                repository.export(commit, part, folder.path()).await?;
            }
            // The keys are those of today: a key that was rotated since must not pass.
            let keys = local.project.root().join(artifact::SOPS_RULES);
            if keys.is_file() {
                let copy = std::fs::copy(&keys, folder.path().join(artifact::SOPS_RULES));
                copy.context(Kind::Tool, "copy the rules for secrets")?;
            }
            Project::find(folder.path())?
        }
    };
    let tree = Tree::read(&project).await?;
    let files = tree.files().count();
    let validation = ApiValidation::on_demand(&project, &local.dirs, &local.events);
    let problems =
        artifact::check(&CheckInput::read(&project, &local.dirs, tree)?, flux, Some(&validation)).await?;
    Ok(match artifact::combined(problems) {
        None => Ok(files),
        Some(failure) => Err(in_one_line(&failure)),
    })
}

fn in_one_line(failure: &Failure) -> String {
    let location = failure.location.as_ref().map(|location| format!("{location}: ")).unwrap_or_default();
    let texts: Vec<&str> =
        std::iter::once(&failure.message).chain(&failure.causes).map(String::as_str).collect();
    format!("{location}{}", texts.join("; "))
}
