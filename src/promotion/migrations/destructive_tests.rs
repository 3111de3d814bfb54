//! Tests of what counts as taking something away, form by form.

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
    (
        "ALTER TABLE r ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "adds a rule (CHECK) to what may be written to rows of `r`",
    ),
    ("ALTER TABLE r ADD UNIQUE (a)", "adds a rule (UNIQUE) to what may be written to rows of `r`"),
    (
        "ALTER TABLE r ADD FOREIGN KEY (a) REFERENCES b",
        "adds a rule (FOREIGN KEY) to what may be written to rows of `r`",
    ),
    (
        "CREATE UNIQUE INDEX CONCURRENTLY i ON r (a)",
        "adds a rule (UNIQUE) to what may be written to rows of `r`",
    ),
    ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", "renames TYPE mood"),
    ("ALTER VIEW v RENAME TO w", "renames VIEW v"),
    ("ALTER TYPE pair DROP ATTRIBUTE a", "takes a part away from TYPE pair"),
    ("TRUNCATE reading", "empties a table (TRUNCATE)"),
    ("DELETE FROM reading", "deletes every row of `reading`"),
    ("DELETE FROM reading USING buoy RETURNING (SELECT 1 WHERE true)", "deletes every row of `reading`"),
    ("WITH gone AS (DELETE FROM reading) SELECT 1 WHERE true", "deletes every row of `reading`"),
    ("MERGE INTO r USING s ON true WHEN MATCHED THEN DELETE", "deletes rows (MERGE)"),
    ("REVOKE SELECT ON reading FROM backend", "takes rights away (REVOKE)"),
    ("SELECT drop_chunks('observation', INTERVAL '1 day')", "drops chunks of a hypertable"),
    ("DO $$ BEGIN DROP TABLE reading; END $$", "has `DROP` in the body of a function"),
    ("DO $x$ BEGIN EXECUTE 'DROP' || ' TABLE reading'; END $x$", "has `EXECUTE` in the body of a function"),
    (
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM a $$",
        "has `DELETE` in the body of a function",
    ),
    ("CALL tidy()", "runs what cannot be seen here"),
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
fn everything_that_takes_something_away_is_found() {
    for (sql, what) in DESTRUCTIVE {
        assert_eq!(found(sql), [what], "{sql}");
    }
}

#[test]
fn what_only_looks_like_it_is_let_through() {
    for sql in HARMLESS {
        assert_eq!(found(sql), [""; 0], "{sql}");
    }
}

#[test]
fn the_place_is_that_of_the_statement_or_of_the_body() {
    let mut new = BTreeSet::new();
    let dirs = |sql: &str, new: &mut BTreeSet<String>| -> Vec<usize> {
        destructive(sql, new).unwrap().iter().map(|found| found.at).collect()
    };
    assert_eq!(dirs("SELECT 1;\n DROP TABLE a", &mut new), [11]);
    assert_eq!(dirs("DO $$DROP TABLE a$$", &mut new), [5]);
    let open = destructive("DO $$ 'x $$", &mut new).unwrap_err();
    assert_eq!(open, Unterminated { what: "a text", at: 6 });
}

#[test]
fn our_own_migrations_take_nothing_away() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/apps/backend/migrations");
    for entry in std::fs::read_dir(folder).unwrap() {
        assert_eq!(found(&std::fs::read_to_string(entry.unwrap().path()).unwrap()), [""; 0]);
    }
}

/// The same statement with other blanks, comments and cases.
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
    fn neither_blanks_nor_comments_nor_cases_hide_it(which in 0..DESTRUCTIVE.len(), seed in proptest::collection::vec(any::<u8>(), 1..20)) {
        prop_assert_eq!(found(&disguised(DESTRUCTIVE[which].0, &seed)).len(), 1);
    }

    #[test]
    fn neither_do_other_statements_around_it(which in 0..DESTRUCTIVE.len(), before in 0..HARMLESS.len(), after in 0..HARMLESS.len()) {
        let sql = format!("{}\n;{};\n{}", HARMLESS[before], DESTRUCTIVE[which].0, HARMLESS[after]);
        prop_assert_eq!(found(&sql), vec![DESTRUCTIVE[which].1.to_owned()]);
    }

    #[test]
    fn no_text_makes_it_panic(sql in "(DROP|ALTER|TABLE|DELETE|FROM|CREATE|ON|ADD|[a-z;,.()'$\" ]|\\PC){0,40}") {
        let _ = destructive(&sql, &mut BTreeSet::new());
    }
}
