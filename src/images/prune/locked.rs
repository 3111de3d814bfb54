//! The digests that lock files name, now and in the last weeks of Git's history, on every branch.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    base::{
        failure::{Failure, Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// For how long what a lock once named can be rolled back to.
pub const WINDOW_DAYS: i64 = 90;
/// Lock files of environments.
const LOCKS: &str = ":(glob)envs/*.lock.toml";
const LIMIT: Duration = Duration::from_mins(2);

/// Every digest that a lock file of `project` names: in the working tree, at the tip of every branch and tag, and in every
/// change of the last [`WINDOW_DAYS`] before `now`, where what a change took away counts as well as what it brought.
///
/// Fails with kind `Tool` where Git cannot tell all of that.
pub async fn locked(project: &Project, now: Timestamp) -> Result<BTreeSet<String>> {
    if git(project, &["rev-parse", "--is-shallow-repository"]).await?.trim() != "false" {
        return Err(Failure::new(Kind::Tool, "the history of the lock files is cut short here")
            .because("this is a shallow clone: what was locked before cannot be seen, and would be removed")
            .hint("fetch all of it with `git fetch --unshallow`, or set `fetch-depth: 0` for the checkout"));
    }
    let from =
        now.saturating_sub(SignedDuration::from_hours(24 * WINDOW_DAYS)).unwrap_or(Timestamp::UNIX_EPOCH);
    let since = format!("--since={from}");
    let changes =
        git(project, &["log", "--all", "-m", "-p", "--format=", "--no-color", &since, "--", LOCKS]).await?;
    let mut found = digests_in(&changes);
    let tips = git(project, &["for-each-ref", "--format=%(objectname)"]).await?;
    for tip in tips.lines().collect::<BTreeSet<&str>>() {
        found.extend(at(project, tip).await?);
    }
    found.extend(at(project, "HEAD").await.unwrap_or_default());
    found.extend(in_the_working_tree(project)?);
    Ok(found)
}

/// What the lock files of one commit name.
async fn at(project: &Project, commit: &str) -> Result<BTreeSet<String>> {
    let args = ["grep", "-h", "--no-color", "sha256:", commit, "--", LOCKS];
    match git::command(project.root(), &args).limit(LIMIT).capture().await {
        Ok(captured) => Ok(digests_in(&captured.stdout)),
        // Nothing is found: no such file, or none that names a digest.
        Err(ToolError::Exited { code: 1, .. }) => Ok(BTreeSet::new()),
        Err(error) => Err(error.into_failure(Kind::Tool, "cannot ask Git for the lock files")),
    }
}

fn in_the_working_tree(project: &Project) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(project.root().join("envs")).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.to_str().is_some_and(|path| path.ends_with(".lock.toml")) {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                Failure::new(Kind::Environment, format!("cannot read `{}`", path.display())).caused_by(&error)
            })?;
            found.extend(digests_in(&text));
        }
    }
    Ok(found)
}

async fn git(project: &Project, args: &[&str]) -> Result<String> {
    let captured = git::command(project.root(), args).limit(LIMIT).capture().await;
    captured.map(|captured| captured.stdout).map_err(|error| {
        error
            .into_failure(Kind::Tool, "cannot ask Git for the history of the lock files")
            .hint("without it nothing is removed: what an environment runs could be among it")
    })
}

/// Every `sha256:` with 64 hex digits in `text`, whatever stands around it.
pub fn digests_in(text: &str) -> BTreeSet<String> {
    const MARK: &str = "sha256:";
    text.match_indices(MARK)
        .filter_map(|(at, _)| {
            let digest = text.get(at..at + MARK.len() + 64)?;
            let hex = &digest[MARK.len()..];
            hex.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c)).then(|| digest.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> String {
        format!("sha256:{number:064x}")
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
            let git = git::command(self.0.path(), &[&identity, args].concat());
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
    async fn what_was_locked_within_the_window_counts_and_what_was_left_before_does_not() {
        let repository = Repository::new().await;
        for (number, day) in [(1, 1000), (2, 1100), (3, 1195)] {
            repository.commit("production", number, day).await;
        }
        // 2 was replaced on day 1195: it ran within the window although it came before.
        assert_eq!(repository.locked(1200).await.unwrap(), [2, 3]);
        assert_eq!(repository.locked(1080).await.unwrap(), [1, 2, 3]);
        // Nothing has changed for long: what is locked now counts all the same.
        assert_eq!(repository.locked(5000).await.unwrap(), [3]);
    }

    #[tokio::test]
    async fn other_branches_and_the_working_tree_count_too() {
        let repository = Repository::new().await;
        repository.commit("production", 1, 1000).await;
        repository.git(&["checkout", "-qb", "promote"], 1000).await;
        repository.commit("staging", 7, 1000).await;
        repository.git(&["checkout", "-q", "main"], 1000).await;
        repository.write("rehearsal", 9);
        assert_eq!(repository.locked(9000).await.unwrap(), [1, 7, 9]);
    }

    #[tokio::test]
    async fn where_the_past_cannot_be_seen_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["envs", "gitops"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        assert_eq!(locked(&project, Timestamp::UNIX_EPOCH).await.unwrap_err().kind, Kind::Tool);

        let whole = Repository::new().await;
        whole.commit("production", 1, 1000).await;
        whole.commit("production", 2, 1001).await;
        let clone = tempfile::tempdir().unwrap();
        let from = format!("file://{}", whole.0.path().display());
        git::output(clone.path(), &["clone", "-q", "--depth", "1", &from, "."]).await.unwrap();
        std::fs::create_dir_all(clone.path().join("gitops")).unwrap();
        let failure = locked(&Project::find(clone.path()).unwrap(), Timestamp::UNIX_EPOCH).await.unwrap_err();
        assert_eq!(failure.message, "the history of the lock files is cut short here");
    }

    #[test]
    fn digests_are_found_whatever_stands_around_them() {
        let text =
            format!("-digest = \"{}\"\n x@{},sha256:{} sha256:12", digest(1), digest(2), "A".repeat(64));
        assert_eq!(digests_in(&text), BTreeSet::from([digest(1), digest(2)]));
        assert_eq!(digests_in("sha256:é"), BTreeSet::new());
    }
}
