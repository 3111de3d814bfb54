//! The version of what is published: from Git's tags, in the order of Semantic Versioning.

use semver::{BuildMetadata, Prerelease, Version};

use crate::{
    base::{
        failure::{Context, Failure, Kind, Result},
        git,
        tool::ToolError,
    },
    config::Project,
};

/// Tags of releases: `v1.2.3`.
const TAGS: &str = "v[0-9]*";

/// The version of the commit that `project` is at: its tag's, or one between the last tag's and the next.
pub async fn version(project: &Project) -> Result<Version> {
    let root = project.root();
    let commit = git::output(root, &["rev-parse", "HEAD"]).await.map_err(refused)?;
    match git::output(root, &["describe", "--tags", "--long", "--abbrev=12", "--match", TAGS]).await {
        Ok(described) => after(described.trim()),
        // No tag yet: everything is on its way to the first.
        Err(ToolError::Exited { .. }) => {
            let commits = git::output(root, &["rev-list", "--count", "HEAD"]).await.map_err(refused)?;
            let commit = commit.get(..12).unwrap_or(commit.trim());
            between(&Version::new(0, 0, 0), commits.trim(), &format!("g{commit}"))
        }
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: ToolError) -> Failure {
    error.into_failure(Kind::Tool, "cannot ask Git for the version")
}

/// Reads `v1.2.3-4-g0123456789ab`: the tag, how many commits came after it, and which one it is.
fn after(described: &str) -> Result<Version> {
    let parts = described.rsplit_once('-').and_then(|(rest, commit)| {
        let (tag, commits) = rest.rsplit_once('-')?;
        Some((tag, commits, commit))
    });
    let (tag, commits, commit) = parts
        .ok_or_else(|| Failure::new(Kind::Tool, format!("Git describes the commit as `{described}`")))?;
    let version = Version::parse(tag.trim_start_matches('v')).with_context(Kind::Environment, || {
        format!("the tag `{tag}` is no version of Semantic Versioning")
    })?;
    if commits == "0" {
        return Ok(Version { build: BuildMetadata::EMPTY, ..version });
    }
    between(&version, commits, commit)
}

/// Newer than `last`, older than whatever may be released after it.
fn between(last: &Version, commits: &str, commit: &str) -> Result<Version> {
    let (patch, begins) = if last.pre.is_empty() {
        (last.patch + 1, String::new())
    } else {
        (last.patch, format!("{}.", last.pre))
    };
    let pre = Prerelease::new(&format!("{begins}dev.{commits}.{commit}"))
        .with_context(Kind::Internal, || format!("`{commits}` and `{commit}` make no version"))?;
    Ok(Version { major: last.major, minor: last.minor, patch, pre, build: BuildMetadata::EMPTY })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_is_its_own_version_and_what_comes_after_lies_before_the_next() {
        let of = |described: &str| after(described).unwrap().to_string();
        assert_eq!(of("v1.2.3-0-g0123456789ab"), "1.2.3");
        assert_eq!(of("v1.2.3-4-g0123456789ab"), "1.2.4-dev.4.g0123456789ab");
        assert_eq!(of("v1.3.0-rc.1-0-g0123456789ab"), "1.3.0-rc.1");
        assert_eq!(of("v1.3.0-rc.1-2-g0123456789ab"), "1.3.0-rc.1.dev.2.g0123456789ab");
        assert_eq!(after("v1-0-g0123456789ab").unwrap_err().kind, Kind::Environment);
    }

    proptest! {
        #[test]
        fn versions_have_the_order_of_their_commits(patch in 0..99_u64, few in 1..1000_u64, more in 1..1000_u64) {
            let at = |commits: u64| after(&format!("v1.2.{patch}-{commits}-g0123456789ab")).unwrap();
            prop_assert!(at(0) < at(few) && at(few) < at(few + more));
            prop_assert!(at(few + more) < Version::new(1, 2, patch + 1));
            // What a registry takes for a tag.
            let tag = at(few).to_string();
            prop_assert!(tag.len() <= 128 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)));
        }
    }

    #[tokio::test]
    async fn without_a_tag_it_is_on_the_way_to_the_first() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["envs", "gitops"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let project = Project::find(folder.path()).unwrap();
        assert_eq!(version(&project).await.unwrap_err().kind, Kind::Tool);
        let run = async |args: &[&str]| {
            let identity =
                ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
            git::output(folder.path(), &[&identity, args].concat()).await.unwrap();
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
