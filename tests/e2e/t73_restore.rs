//! `docs/operating/restore.md`, section *Restore across a migration*, executed as written after the edits of
//! `docs/guide/add-a-field.md`.

use std::{fs, path::Path, process::Command};

use crate::{
    blocks::{Block, blocks},
    checkout::commit_all,
    page::follow,
    shared::running_env,
    test_env::TestEnv,
};

const RESTORE: &str = "docs/operating/restore.md";
const FIELD: &str = "docs/guide/add-a-field.md";
const COLUMN: &str = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'carrier'";

/// The blocks of one section of a page. `part` is text of the section from which on blocks count.
fn section(env: &TestEnv, page: &str, heading: &str, part: &str) -> Vec<Block> {
    let text = fs::read_to_string(env.project().join(page)).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("{page} has no section {heading:?}"));
    let at = section.find(part).unwrap_or_else(|| panic!("{page}, {heading}: no {part:?}"));
    blocks(&section[at..])
}

/// Executes the first block after `part` with `COMMIT` replaced.
fn follow_first(env: &TestEnv, page: &str, heading: &str, part: &str, commit: &str) -> String {
    let mut block = section(env, page, heading, part).remove(0);
    block.text = block.text.replace("COMMIT", commit);
    follow(env, page, &[block])
}

/// Runs git in `folder`. Returns its trimmed output.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t73_restore_across_a_migration_works_as_written() {
    let env = running_env();
    let commit = git(&env.project(), &["rev-parse", "HEAD"]);
    let branch = git(&env.project(), &["branch", "--show-current"]);
    follow(env, FIELD, &section(env, FIELD, "1. Save the database", ""));
    follow(env, FIELD, &section(env, FIELD, "2. Add the migration and the field", ""));
    let output = follow(env, FIELD, &section(env, FIELD, "4. Deploy and check", ""));
    assert!(output.contains("\"carrier\": null"), "the API has no new field:\n{output}");
    assert_eq!(env.sql(COLUMN).trim(), "1");
    commit_all(&env.project(), "carrier");

    // The snapshot is loaded, and the newer code runs its migration again.
    follow_first(env, RESTORE, "Restore across a migration", "**newer code**", &commit);
    assert_eq!(env.sql(COLUMN).trim(), "1", "the migration did not run again");
    assert!(env.get("/api/v1/buoys").unwrap().contains("\"carrier\""), "the API has no new field");
    assert_eq!(env.status()["ready"], true);

    // The snapshot is loaded, and the older code serves it.
    follow_first(env, RESTORE, "Restore across a migration", "**older code**", &commit);
    assert_eq!(env.sql(COLUMN).trim(), "0", "the older schema was not restored");
    assert!(!env.get("/api/v1/buoys").unwrap().contains("\"carrier\""), "the newer code still serves");
    assert_eq!(env.status()["ready"], true);

    git(&env.project(), &["switch", "--quiet", &branch]);
    git(&env.project(), &["reset", "--quiet", "--hard", &commit]);
    env.seasense(&["snapshot", "rm", "before"]).assert_success();
}
