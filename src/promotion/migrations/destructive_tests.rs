//! Tests of destructive and harmless statements.

use proptest::prelude::*;

use super::*;

fn found(sql: &str) -> Vec<String> {
    let mut new = BTreeSet::new();
    destructive(sql, &mut new).unwrap().into_iter().map(|found| found.what).collect()
}

const DESTRUCTIVE: [(&str, &str); 34] = [
    ("DROP TABLE reading", "drops TABLE reading"),
    ("drop table if exists public.reading cascade", "drops table if exists public.reading"),
    ("DROP INDEX reading_by_time", "drops INDEX reading_by_time"),
    ("DROP VIEW v", "drops VIEW v"),
    ("ALTER TABLE reading DROP COLUMN depth_cm", "drops COLUMN depth_cm of `reading`"),
    ("ALTER TABLE reading DROP depth_cm", "drops depth_cm of `reading`"),
    ("ALTER TABLE ONLY reading ADD COLUMN a int, DROP COLUMN b", "drops COLUMN b of `reading`"),
    ("ALTER TABLE IF EXISTS \"Reading\" DROP CONSTRAINT c", "drops CONSTRAINT c of `Reading`"),
    ("ALTER TABLE r ALTER COLUMN a TYPE bigint", "changes the type of column `a` of `r`"),
    ("ALTER TABLE r ALTER a SET DATA TYPE bigint", "changes the type of column `a` of `r`"),
    ("ALTER TABLE r ALTER COLUMN a DROP DEFAULT", "drops DEFAULT of column `a` of `r`"),
    ("ALTER TABLE r RENAME COLUMN a TO b", "renames a part of `r`"),
    ("ALTER TABLE r RENAME TO s", "renames a part of `r`"),
    ("ALTER TABLE r SET SCHEMA old", "changes the schema of `r`"),
    ("ALTER TABLE r ALTER COLUMN a SET NOT NULL", "forbids NULL, without a default, in column `a` of `r`"),
    (
        "ALTER TABLE r ADD COLUMN a int NOT NULL",
        "adds column `a`, NOT NULL without a default, to rows of `r`",
    ),
    ("ALTER TABLE r ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "adds a constraint (CHECK) on rows of `r`"),
    ("ALTER TABLE r ADD UNIQUE (a)", "adds a constraint (UNIQUE) on rows of `r`"),
    ("ALTER TABLE r ADD FOREIGN KEY (a) REFERENCES b", "adds a constraint (FOREIGN KEY) on rows of `r`"),
    ("CREATE UNIQUE INDEX CONCURRENTLY i ON r (a)", "adds a constraint (UNIQUE) on rows of `r`"),
    ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", "renames TYPE mood"),
    ("ALTER VIEW v RENAME TO w", "renames VIEW v"),
    ("ALTER TYPE pair DROP ATTRIBUTE a", "drops a part of TYPE pair"),
    ("TRUNCATE reading", "empties a table (TRUNCATE)"),
    ("DELETE FROM reading", "deletes every row of `reading`"),
    ("DELETE FROM reading USING buoy RETURNING (SELECT 1 WHERE true)", "deletes every row of `reading`"),
    ("WITH gone AS (DELETE FROM reading) SELECT 1 WHERE true", "deletes every row of `reading`"),
    ("MERGE INTO r USING s ON true WHEN MATCHED THEN DELETE", "deletes rows (MERGE)"),
    ("REVOKE SELECT ON reading FROM backend", "revokes privileges (REVOKE)"),
    ("SELECT drop_chunks('observation', INTERVAL '1 day')", "drops chunks of a hypertable"),
    ("DO $$ BEGIN DROP TABLE reading; END $$", "has `DROP` in the body of a function"),
    ("DO $x$ BEGIN EXECUTE 'DROP' || ' TABLE reading'; END $x$", "has `EXECUTE` in the body of a function"),
    (
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM a $$",
        "has `DELETE` in the body of a function",
    ),
    ("CALL tidy()", "runs code that cannot be checked (CALL, EXECUTE)"),
];

const HARMLESS: [&str; 19] = [
    "-- DROP TABLE reading;\nSELECT 1",
    "/* ; DROP TABLE a; /* ; */ ; */",
    "COMMENT ON TABLE reading IS 'nobody may DROP TABLE reading; ever'",
    "INSERT INTO note VALUES ($$ DROP TABLE a; $$)",
    "CREATE TABLE \"drop\" (a int); ALTER TABLE \"drop\" DROP COLUMN a, RENAME TO b",
    "CREATE TABLE IF NOT EXISTS fresh (a int); ALTER TABLE fresh ADD UNIQUE (a); DELETE FROM fresh",
    "ALTER TABLE r ADD COLUMN rename text, ADD COLUMN \"drop\" int DEFAULT (1), ADD COLUMN type text",
    "ALTER TABLE r ADD COLUMN a int NOT NULL DEFAULT 0",
    "ALTER TABLE r ADD COLUMN a bigserial NOT NULL",
    "ALTER TABLE r ADD COLUMN a int GENERATED ALWAYS AS (b + 1) STORED NOT NULL",
    "ALTER TABLE r ALTER COLUMN a SET DEFAULT 0, ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE r ALTER COLUMN a DROP NOT NULL",
    "ALTER TYPE mood ADD VALUE 'calm'",
    "ALTER DATABASE d SET timezone TO 'UTC'",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON r (a)",
    "CREATE TABLE child (a int REFERENCES r ON DELETE CASCADE)",
    "DELETE FROM reading WHERE buoy_id = 7",
    "CREATE TRIGGER t BEFORE DELETE OR TRUNCATE ON r EXECUTE FUNCTION f()",
    "GRANT DELETE, TRUNCATE ON r TO backend; UPDATE r SET a = b",
];

#[test]
fn destructive_statements_are_found() {
    for (sql, what) in DESTRUCTIVE {
        assert_eq!(found(sql), [what], "{sql}");
    }
}

#[test]
fn harmless_statements_are_accepted() {
    for sql in HARMLESS {
        assert_eq!(found(sql), [""; 0], "{sql}");
    }
}

#[test]
fn the_offset_is_that_of_the_statement_or_of_the_body() {
    let mut new = BTreeSet::new();
    let offsets = |sql: &str, new: &mut BTreeSet<String>| -> Vec<usize> {
        destructive(sql, new).unwrap().iter().map(|found| found.at).collect()
    };
    assert_eq!(offsets("SELECT 1;\n DROP TABLE a", &mut new), [11]);
    assert_eq!(offsets("DO $$DROP TABLE a$$", &mut new), [5]);
    let open = destructive("DO $$ 'x $$", &mut new).unwrap_err();
    assert_eq!(open, Unterminated { what: "a string", at: 6 });
}

#[test]
fn the_project_s_migrations_are_not_destructive() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/apps/backend/migrations");
    for entry in std::fs::read_dir(folder).unwrap() {
        assert_eq!(found(&std::fs::read_to_string(entry.unwrap().path()).unwrap()), [""; 0]);
    }
}

/// Returns the statement with other whitespace, comments and letter cases.
fn disguised(sql: &str, seed: &[u8]) -> String {
    let mut seed = seed.iter().cycle();
    let tokens = tokenize(sql).unwrap();
    let pieces = tokens.iter().map(|token| match (token.kind, seed.next().unwrap() % 4) {
        (Kind::Space, 0) => "\n\t".to_owned(),
        (Kind::Space, 1) => " /* ; 'x' */ ".to_owned(),
        (Kind::Space, 2) => " -- \"it's\n".to_owned(),
        (Kind::Word, 0) => token.text.to_uppercase(),
        (Kind::Word, 1) => token.text.to_lowercase(),
        _ => token.text.to_owned(),
    });
    pieces.collect()
}

proptest! {
    #[test]
    fn whitespace_comments_and_case_do_not_matter(which in 0..DESTRUCTIVE.len(), seed in proptest::collection::vec(any::<u8>(), 1..20)) {
        prop_assert_eq!(found(&disguised(DESTRUCTIVE[which].0, &seed)).len(), 1);
    }

    #[test]
    fn surrounding_statements_do_not_matter(which in 0..DESTRUCTIVE.len(), before in 0..HARMLESS.len(), after in 0..HARMLESS.len()) {
        let sql = format!("{}\n;{};\n{}", HARMLESS[before], DESTRUCTIVE[which].0, HARMLESS[after]);
        prop_assert_eq!(found(&sql), vec![DESTRUCTIVE[which].1.to_owned()]);
    }

    #[test]
    fn arbitrary_text_does_not_panic(sql in "(DROP|ALTER|TABLE|DELETE|FROM|CREATE|ON|ADD|[a-z;,.()'$\" ]|\\PC){0,40}") {
        let _ = destructive(&sql, &mut BTreeSet::new());
    }
}
