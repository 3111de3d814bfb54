//! Tests with real Git repositories: the user's index and work tree are not touched, and no commit is
//! overwritten.

mod files;
mod remote;

use super::*;

/// A repository with one commit on `main` and a configured committer.
pub struct Clone {
    pub folder: tempfile::TempDir,
    pub git: Repository,
}

impl Clone {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::at(folder.path());
        let new = Self { folder, git };
        new.run(&["init", "-q", "-b", "main"]).await;
        for (name, value) in
            [("user.name", "Ada"), ("user.email", "ada@example.org"), ("commit.gpgsign", "false")]
        {
            new.run(&["config", name, value]).await;
        }
        for folder in ["envs", "gitops"] {
            std::fs::create_dir(new.folder.path().join(folder)).unwrap();
        }
        new.write("envs/local.toml", "name = \"local\"\n");
        new.write("gitops/a.yaml", "a: 1");
        new.commit_all("Begin").await;
        new
    }

    pub async fn run(&self, args: &[&str]) -> String {
        self.git.run(args).await.unwrap().trim().to_owned()
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub async fn commit_all(&self, message: &str) {
        self.run(&["add", "."]).await;
        self.run(&["commit", "-qm", message]).await;
    }

    pub async fn tip(&self, branch: &str) -> String {
        self.run(&["rev-parse", branch]).await
    }
}

fn lock(text: &str) -> Vec<(PathBuf, String)> {
    vec![("envs/staging.lock.toml".into(), text.to_owned())]
}

#[tokio::test]
async fn commit_does_not_touch_index_and_work_tree() {
    let clone = Clone::new().await;
    clone.write("envs/local.toml", "edited\n");
    clone.write("staged", "x\n");
    clone.run(&["add", "staged"]).await;
    let (before, index) = (
        clone.run(&["status", "--porcelain"]).await,
        std::fs::read(clone.folder.path().join(".git/index")).unwrap(),
    );
    let main = clone.tip("main").await;
    let commit = clone.git.commit(&main, &lock("a\n"), "Promote\n").await.unwrap();
    assert_eq!(
        clone.run(&["show", "--format=%an|%s", "--name-status", &commit]).await,
        "Ada|Promote\n\nA\tenvs/staging.lock.toml"
    );
    assert_eq!(
        clone.git.show(&commit, Path::new("envs/staging.lock.toml")).await.unwrap().as_deref(),
        Some("a\n")
    );
    assert_eq!(clone.git.show(&main, Path::new("envs/staging.lock.toml")).await, Ok(None));
    clone.git.move_branch("promote/staging/aa", None, &commit).await.unwrap();
    assert_eq!(clone.run(&["status", "--porcelain"]).await, before);
    assert_eq!(std::fs::read(clone.folder.path().join(".git/index")).unwrap(), index);
    assert_eq!(clone.tip("main").await, main);
    let again = clone.git.commit(&commit, &lock("a\n"), "Promote\n").await.unwrap();
    assert_eq!(again, commit, "no change, no commit");
}

#[tokio::test]
async fn checked_out_branch_is_updated_and_edits_stay() {
    let clone = Clone::new().await;
    clone.write("gitops/a.yaml", "a: 2");
    clone.write("staged", "x\n");
    clone.run(&["add", "staged"]).await;
    let main = clone.tip("main").await;
    let commit = clone.git.commit(&main, &lock("a\n"), "Promote").await.unwrap();
    clone.git.move_branch("main", Some(&main), &commit).await.unwrap();
    assert_eq!(clone.tip("HEAD").await, commit);
    assert_eq!(clone.run(&["status", "--porcelain"]).await, "M gitops/a.yaml\nA  staged");
    assert_eq!(std::fs::read_to_string(clone.folder.path().join("envs/staging.lock.toml")).unwrap(), "a\n");
}

#[tokio::test]
async fn edited_file_and_moved_branch_are_rejected() {
    let clone = Clone::new().await;
    let main = clone.tip("main").await;
    let file = Path::new("envs/staging.lock.toml");
    clone.git.may_move("main", &[file]).await.unwrap();
    clone.write("envs/staging.lock.toml", "mine\n");
    let refused = clone.git.may_move("main", &[file]).await.unwrap_err();
    assert!(refused.causes[0].starts_with("envs/staging.lock.toml in "), "{refused:?}");
    let commit = clone.git.commit(&main, &lock("a\n"), "Promote").await.unwrap();
    let kept = clone.git.move_branch("main", Some(&main), &commit).await.unwrap_err();
    assert_eq!(kept.kind, Kind::Promotion);
    assert_eq!(clone.tip("main").await, main);
    assert_eq!(std::fs::read_to_string(clone.folder.path().join(file)).unwrap(), "mine\n");

    clone.run(&["branch", "release"]).await;
    let other = clone.git.commit(&main, &lock("b\n"), "Another").await.unwrap();
    clone.git.move_branch("release", Some(&main), &other).await.unwrap();
    let late = clone.git.move_branch("release", Some(&main), &commit).await.unwrap_err();
    assert_eq!(late.kind, Kind::Promotion);
    assert_eq!(clone.tip("release").await, other);
}

#[tokio::test]
async fn commits_and_settings_are_read() {
    let clone = Clone::new().await;
    clone.write("src/m/0001_a.sql", "SELECT 1;\n");
    clone.commit_all("More").await;
    let git = &clone.git;
    let main = git.commit_of("main").await.unwrap().unwrap();
    assert_eq!(git.commit_of("no-such-branch").await, Ok(None));
    assert_eq!(git.commit_of("--all").await, Ok(None), "a name is never parsed as an option");
    let files = git.list(&main, "src/m").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["src/m/0001_a.sql"]);
    assert_eq!(git.blob(&files["src/m/0001_a.sql"]).await.unwrap(), "SELECT 1;\n");
    assert_eq!(git.blob_of("src/m/0001_a.sql").await.unwrap(), files["src/m/0001_a.sql"]);
    assert_eq!(git.committer().await.unwrap(), "Ada <ada@example.org>");
    assert_eq!(git.setting("user.email").await.unwrap().as_deref(), Some("ada@example.org"));
    assert_eq!(git.setting("user.nothing").await, Ok(None));
    assert_eq!(git.edited(&["envs", "src"]).await.unwrap(), [""; 0]);
    clone.write("src/m/0002_b.sql", "");
    assert_eq!(git.edited(&["envs", "src"]).await.unwrap(), ["src/m/0002_b.sql"]);
    let out = tempfile::tempdir().unwrap();
    git.export(&main, "gitops", out.path()).await.unwrap();
    assert_eq!(std::fs::read_to_string(out.path().join("gitops/a.yaml")).unwrap(), "a: 1", "byte for byte");
}

#[tokio::test]
async fn directory_that_is_not_a_repository_root_is_rejected() {
    let clone = Clone::new().await;
    Repository::open(clone.folder.path()).await.unwrap();
    let inside = Repository::open(&clone.folder.path().join("envs")).await.unwrap_err();
    assert_eq!(inside.causes, ["it is in the directory `envs/` of the repository"]);
    let none = Repository::open(tempfile::tempdir().unwrap().path()).await.unwrap_err();
    assert_eq!(none.kind, Kind::Promotion);
    assert_eq!(none.message, "the project is not a Git repository");
}

#[tokio::test]
async fn inherited_git_variables_are_removed_unless_set_again() {
    let clone = Clone::new().await;
    let git = command(clone.folder.path(), &["rev-parse", "--show-toplevel"]).env("GIT_DIR", "/nowhere");
    assert!(git.clone().capture().await.is_err());
    assert!(git.unset("GIT_DIR").capture().await.is_ok());
}
