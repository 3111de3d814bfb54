//! Finds what the environment runs that is rehearsed.

use crate::{
    base::{failure::Result, git::Repository},
    config::{EnvName, Environment, Project},
    promotion::store::{EnvLock, promotion_branch},
};

/// Returns the lock file of the environment that `rehearsal` rehearses; `None` if nothing was promoted to it, or if
/// `rehearsal` is none.
///
/// A new rehearsal has no lock file, so that its migrations would count as those of an empty database.
pub async fn lock_of_original(
    project: &Project,
    repository: &Repository,
    rehearsal: &Environment,
) -> Result<Option<EnvLock>> {
    let Some(name) = rehearsal.rehearsed() else { return Ok(None) };
    let branch = promotion_branch(&Environment::load(project, &name)?);
    lock_on(repository, &name, &branch).await
}

async fn lock_on(repository: &Repository, name: &EnvName, branch: &str) -> Result<Option<EnvLock>> {
    let file = EnvLock::file(name);
    // A checkout of CI has no such branch; the checked-out commit is the right one.
    let references =
        [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}"), "HEAD".to_owned()];
    for reference in references {
        if let Some(commit) = repository.commit_of(&reference).await?
            && let Some(text) = repository.show(&commit, &file).await?
        {
            return EnvLock::parse(&file, &text).map(Some);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::git::tests::Clone, promotion::store::lock_file::tests::sample};

    #[tokio::test]
    async fn lock_of_the_rehearsed_environment_is_found() {
        let (clone, name) = (Clone::new().await, EnvName::from("staging"));
        assert_eq!(lock_on(&clone.git, &name, "main").await, Ok(None));
        clone.write("envs/staging.lock.toml", &sample().to_text());
        assert_eq!(lock_on(&clone.git, &name, "main").await, Ok(None), "only a commit counts");
        clone.run(&["add", "-A"]).await;
        clone.run(&["commit", "-qm", "Promote"]).await;
        assert_eq!(lock_on(&clone.git, &name, "main").await, Ok(Some(sample())));
        assert_eq!(lock_on(&clone.git, &name, "none").await, Ok(Some(sample())), "else that at HEAD");
    }
}
