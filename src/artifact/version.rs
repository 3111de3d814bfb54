//! Derives the version of a release from Git's tags, ordered as in Semantic Versioning.

use semver::{BuildMetadata, Prerelease, Version};

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// The pattern of release tags: `v1.2.3`.
const TAGS: &str = "v[0-9]*";

/// Returns the version of the checked-out commit of `project`: that of its tag, or one between the last tag and
/// the next.
pub async fn version(project: &Project) -> Result<Version> {
    let commit = git::output(project.root(), &["rev-parse", "HEAD"]).await.map_err(refused)?;
    match git::output(project.root(), &["describe", "--tags", "--long", "--abbrev=12", "--match", TAGS]).await
    {
        Ok(described) => parse_described(described.trim()),
        // Without a tag every commit is a pre-release of the first version.
        Err(ToolError::Exited { .. }) => {
            let commits =
                git::output(project.root(), &["rev-list", "--count", "HEAD"]).await.map_err(refused)?;
            let commit = commit.get(..12).unwrap_or(commit.trim());
            development(&Version::new(0, 0, 0), commits.trim(), &format!("g{commit}"))
        }
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: ToolError) -> Failure {
    error.into_failure(Kind::Tool, "cannot read the version from Git")
}

/// Parses `v1.2.3-4-g0123456789ab`: the tag, the number of commits since the tag, and the commit.
fn parse_described(described: &str) -> Result<Version> {
    let parts = described.rsplit_once('-').and_then(|(rest, commit)| {
        let (tag, commits) = rest.rsplit_once('-')?;
        Some((tag, commits, commit))
    });
    let (tag, commits, commit) = parts.ok_or_else(|| {
        Failure::new(Kind::Tool, format!("unexpected description `{described}` from `git describe`"))
    })?;
    let version = Version::parse(tag.trim_start_matches('v'))
        .with_context(Kind::Environment, || format!("the tag `{tag}` is not a semantic version"))?;
    if commits == "0" {
        return Ok(Version { build: BuildMetadata::EMPTY, ..version });
    }
    development(&version, commits, commit)
}

/// Returns a pre-release that is newer than `last` and older than any later release.
fn development(last: &Version, commits: &str, commit: &str) -> Result<Version> {
    let (patch, begins) = if last.pre.is_empty() {
        (last.patch + 1, String::new())
    } else {
        (last.patch, format!("{}.", last.pre))
    };
    let pre = Prerelease::new(&format!("{begins}dev.{commits}.{commit}"))
        .with_context(Kind::Internal, || format!("invalid version parts `{commits}` and `{commit}`"))?;
    Ok(Version { major: last.major, minor: last.minor, patch, pre, build: BuildMetadata::EMPTY })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commits_after_a_tag_are_before_the_next_version() {
        let of = |described: &str| parse_described(described).unwrap().to_string();
        assert_eq!(of("v1.2.3-0-g0123456789ab"), "1.2.3");
        assert_eq!(of("v1.2.3-4-g0123456789ab"), "1.2.4-dev.4.g0123456789ab");
        assert_eq!(of("v1.3.0-rc.1-0-g0123456789ab"), "1.3.0-rc.1");
        assert_eq!(of("v1.3.0-rc.1-2-g0123456789ab"), "1.3.0-rc.1.dev.2.g0123456789ab");
        assert_eq!(parse_described("v1-0-g0123456789ab").unwrap_err().kind, Kind::Environment);
    }

    proptest! {
        #[test]
        fn versions_are_ordered_like_commits(patch in 0..99_u64, few in 1..1000_u64, more in 1..1000_u64) {
            let at = |commits: u64| parse_described(&format!("v1.2.{patch}-{commits}-g0123456789ab")).unwrap();
            prop_assert!(at(0) < at(few) && at(few) < at(few + more));
            prop_assert!(at(few + more) < Version::new(1, 2, patch + 1));
            // The syntax of a tag in a registry.
            let tag = at(few).to_string();
            prop_assert!(tag.len() <= 128 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)));
        }
    }

    #[tokio::test]
    async fn without_a_tag_the_version_precedes_the_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["envs", "gitops"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        assert_eq!(version(&project).await.unwrap_err().kind, Kind::Tool);
        let run = async |args: &[&str]| {
            let identity =
                ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
            let args = [&identity[..], args].concat();
            let git = git::command(folder.path(), &args);
            git.capture().await.unwrap();
        };
        run(&["init", "-q"]).await;
        run(&["commit", "-q", "--allow-empty", "-m", "x"]).await;
        assert!(version(&project).await.unwrap().to_string().starts_with("0.0.1-dev.1.g"));
        run(&["tag", "v0.2.0"]).await;
        assert_eq!(version(&project).await.unwrap(), Version::new(0, 2, 0));
        run(&["commit", "-q", "--allow-empty", "-m", "y"]).await;
        assert!(version(&project).await.unwrap().to_string().starts_with("0.2.1-dev.1.g"));
    }
}
