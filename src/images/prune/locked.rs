//! The digests in lock files: now, and in the recent Git history of every branch.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    base::{
        digest::Digest,
        failure::{Failure, Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// The number of days for which a rollback to an earlier digest of a lock file stays possible.
pub const WINDOW_DAYS: i64 = 90;
/// The lock files of environments.
const LOCKS: &str = ":(glob)envs/*.lock.toml";
const LIMIT: Duration = Duration::from_mins(2);

/// Returns every digest in a lock file of `project`: in the work tree, at the tip of every branch and tag, and
/// in every change of the last [`WINDOW_DAYS`] before `now`, both removed and added lines.
///
/// Fails with kind `Tool` if Git cannot list all of them.
pub async fn locked(project: &Project, now: Timestamp) -> Result<BTreeSet<Digest>> {
    if run_git(project, &["rev-parse", "--is-shallow-repository"]).await?.trim() != "false" {
        return Err(Failure::new(Kind::Tool, "the history of the lock files is incomplete")
            .because("this is a shallow clone: digests that were locked earlier are unknown and would be removed")
            .hint("fetch the complete history with `git fetch --unshallow`, or set `fetch-depth: 0` for the checkout"));
    }
    let from =
        now.saturating_sub(SignedDuration::from_hours(24 * WINDOW_DAYS)).unwrap_or(Timestamp::UNIX_EPOCH);
    let since = format!("--since={from}");
    let changes =
        run_git(project, &["log", "--all", "-m", "-p", "--format=", "--no-color", &since, "--", LOCKS])
            .await?;
    let mut found = Digest::find_all(&changes);
    let tips = run_git(project, &["for-each-ref", "--format=%(objectname)"]).await?;
    for tip in tips.lines().collect::<BTreeSet<&str>>() {
        found.extend(locked_at(project, tip).await?);
    }
    found.extend(locked_at(project, "HEAD").await.unwrap_or_default());
    found.extend(locked_in_work_tree(project)?);
    Ok(found)
}

/// Returns the digests in the lock files of one commit.
async fn locked_at(project: &Project, commit: &str) -> Result<BTreeSet<Digest>> {
    let args = ["grep", "-h", "--no-color", "sha256:", commit, "--", LOCKS];
    let found = git::command(project.root(), &args).limit(LIMIT);
    match found.capture().await {
        Ok(captured) => Ok(Digest::find_all(&captured.stdout)),
        // No match: there is no lock file, or none contains a digest.
        Err(ToolError::Exited { code: 1, .. }) => Ok(BTreeSet::new()),
        Err(error) => Err(error.into_failure(Kind::Tool, "cannot read the lock files from Git")),
    }
}

fn locked_in_work_tree(project: &Project) -> Result<BTreeSet<Digest>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(project.root().join("envs")).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.to_str().is_some_and(|path| path.ends_with(".lock.toml")) {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                Failure::new(Kind::Environment, format!("cannot read `{}`", path.display())).caused_by(&error)
            })?;
            found.extend(Digest::find_all(&text));
        }
    }
    Ok(found)
}

async fn run_git(project: &Project, args: &[&str]) -> Result<String> {
    let captured = git::command(project.root(), args).limit(LIMIT).capture().await;
    captured.map(|captured| captured.stdout).map_err(|error| {
        error.into_failure(Kind::Tool, "cannot read the history of the lock files from Git").hint(
            "without the history nothing is removed, because an environment may still run what it names",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        format!("sha256:{number:064x}").parse().unwrap()
    }

    struct Repository(tempfile::TempDir);

    impl Repository {
        async fn new() -> Self {
            let repository = Self(tempfile::tempdir().unwrap());
            for part in ["envs", "gitops"] {
                std::fs::create_dir(repository.0.path().join(part)).unwrap();
            }
            repository.git(&["init", "-q", "-b", "main"], 0).await;
            repository
        }

        fn project(&self) -> Project {
            Project::find(self.0.path()).unwrap()
        }

        fn write(&self, env: &str, number: usize) {
            let text = format!("version = 1\n[artifact]\ndigest = \"{}\"\n", digest(number));
            std::fs::write(self.0.path().join(format!("envs/{env}.lock.toml")), text).unwrap();
        }

        async fn git(&self, args: &[&str], day: i64) {
            let moment = Timestamp::from_second(day * 86_400).unwrap().to_string();
            let identity =
                ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
            let git = git::command(self.0.path(), &[&identity[..], args].concat());
            git.env("GIT_COMMITTER_DATE", &moment).env("GIT_AUTHOR_DATE", &moment).capture().await.unwrap();
        }

        async fn commit(&self, env: &str, number: usize, day: i64) {
            self.write(env, number);
            self.git(&["add", "."], day).await;
            self.git(&["commit", "-qm", "x"], day).await;
        }

        async fn locked(&self, day: i64) -> Result<Vec<usize>> {
            let found = locked(&self.project(), Timestamp::from_second(day * 86_400).unwrap()).await?;
            Ok((0..20).filter(|number| found.contains(&digest(*number))).collect())
        }
    }

    #[tokio::test]
    async fn digests_locked_within_the_window_are_kept() {
        let repository = Repository::new().await;
        for (number, day) in [(1, 1000), (2, 1100), (3, 1195)] {
            repository.commit("production", number, day).await;
        }
        // 2 was replaced on day 1195, so it ran within the window although it was locked before.
        assert_eq!(repository.locked(1200).await.unwrap(), [2, 3]);
        assert_eq!(repository.locked(1080).await.unwrap(), [1, 2, 3]);
        // Nothing changed for a long time: the current digest is kept anyway.
        assert_eq!(repository.locked(5000).await.unwrap(), [3]);
    }

    #[tokio::test]
    async fn other_branches_and_the_work_tree_count() {
        let repository = Repository::new().await;
        repository.commit("production", 1, 1000).await;
        repository.git(&["checkout", "-qb", "promote"], 1000).await;
        repository.commit("staging", 7, 1000).await;
        repository.git(&["checkout", "-q", "main"], 1000).await;
        repository.write("rehearsal", 9);
        assert_eq!(repository.locked(9000).await.unwrap(), [1, 7, 9]);
    }

    #[tokio::test]
    async fn an_incomplete_history_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["envs", "gitops"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        assert_eq!(locked(&project, Timestamp::UNIX_EPOCH).await.unwrap_err().kind, Kind::Tool);

        let complete = Repository::new().await;
        complete.commit("production", 1, 1000).await;
        complete.commit("production", 2, 1001).await;
        let clone = tempfile::tempdir().unwrap();
        let from = format!("file://{}", complete.0.path().display());
        let git = git::command(clone.path(), &["clone", "-q", "--depth", "1", &from, "."]);
        git.capture().await.unwrap();
        std::fs::create_dir_all(clone.path().join("gitops")).unwrap();
        let failure = locked(&Project::find(clone.path()).unwrap(), Timestamp::UNIX_EPOCH).await.unwrap_err();
        assert_eq!(failure.message, "the history of the lock files is incomplete");
    }
}
