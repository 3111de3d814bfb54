//! Finds what an environment runs: in its lock file, or for a rehearsal on its own branch.

use std::path::Path;

use crate::{
    base::{
        failure::{Failure, Kind, Result},
        git::Repository,
    },
    config::EnvName,
    promotion::store::{EnvLock, rehearsal_branch},
};

/// Returns the lock file of `name`; `None` if nothing was promoted to it. A rehearsal without one is a failure.
pub(super) async fn lock_of(root: &Path, name: &EnvName) -> Result<Option<EnvLock>> {
    let Some(real) = name.rehearsed() else { return EnvLock::read(root, name) };
    let (repository, file) = (Repository::at(root), EnvLock::file(name));
    let absent = || {
        Failure::new(Kind::Usage, format!("nothing was promoted to `{name}`"))
            .hint(format!("run `seasense promote {real} --rehearse --keep`"))
    };
    let head =
        repository.commit_of(&format!("refs/heads/{}", rehearsal_branch(&real))).await?.ok_or_else(absent)?;
    let text = repository.show(&head, &file).await?.ok_or_else(absent)?;
    EnvLock::parse(&file, &text).map(Some)
}
