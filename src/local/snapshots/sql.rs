//! The SQL statements, pure. Names come from [`super::SnapshotName`] and from here and need no escaping.

use super::name::PREFIX;

/// The serving database.
pub(super) const LIVE: &str = "seasense";
/// A copy that is incomplete or not yet renamed.
pub(super) const NEW: &str = "seasense_restore_new";
/// The replaced database, to be dropped.
pub(super) const OLD: &str = "seasense_restore_old";

/// Creates `target` as a copy of `source`, file by file; the standbys copy on their own.
pub(super) fn copy(source: &str, target: &str, owner: &str) -> String {
    format!(r#"CREATE DATABASE "{target}" TEMPLATE "{source}" OWNER "{owner}" STRATEGY FILE_COPY"#)
}

/// Drops the databases that an interrupted run left.
pub(super) fn drop_leftovers() -> String {
    [NEW, OLD].map(drop_database).concat()
}

/// Drops a database and closes its connections.
pub(super) fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE);\n")
}

/// The query for the parts that a copy of a database omits: the privileges on the database itself and its
/// settings. It returns one statement per line that applies them to `target`.
pub(super) fn rights_and_settings(source: &str, target: &str) -> String {
    format!(
        r#"
SELECT format('GRANT %s ON DATABASE %I TO %s%s;', privilege_type, '{target}',
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_database, aclexplode(datacl) WHERE datname = '{source}';
SELECT 'REVOKE ALL ON DATABASE "{target}" FROM PUBLIC;'
FROM pg_database WHERE datname = '{source}' AND datacl IS NOT NULL
  AND NOT EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0);
SELECT format('%s DATABASE "{target}" SET %I TO %s;',
              CASE setrole WHEN 0 THEN 'ALTER' ELSE format('ALTER ROLE %I IN', pg_get_userbyid(setrole)) END, name,
              -- A list of names is stored as it is written; every other value is one literal.
              CASE WHEN name IN ('search_path', 'temp_tablespaces', 'session_preload_libraries',
                                 'local_preload_libraries') THEN value ELSE quote_literal(value) END)
FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase,
     unnest(setconfig) AS entry, split_part(entry, '=', 1) AS name, substr(entry, strpos(entry, '=') + 1) AS value
WHERE datname = '{source}';
"#
    )
}

/// Renames the copy to the snapshot `target` and disallows connections, so that nothing changes it.
pub(super) fn seal(target: &str, info: &str) -> String {
    let info = info.replace('\'', "''");
    format!(
        "BEGIN; COMMENT ON DATABASE \"{NEW}\" IS '{info}'; ALTER DATABASE \"{NEW}\" ALLOW_CONNECTIONS false; \
         ALTER DATABASE \"{NEW}\" RENAME TO \"{target}\"; COMMIT"
    )
}

/// Replaces the serving database with the new one in one transaction.
pub(super) fn swap() -> String {
    format!(
        "BEGIN; ALTER DATABASE \"{LIVE}\" RENAME TO \"{OLD}\"; ALTER DATABASE \"{NEW}\" RENAME TO \"{LIVE}\"; COMMIT"
    )
}

/// Restarts the background jobs of TimescaleDB, which stop with the closed connections.
pub(super) const START_JOBS: &str = "SELECT _timescaledb_functions.start_background_workers();\n";

/// The content of a database as one JSON object; before the first migration there is nothing to count.
pub(super) const CONTENT: &str = r"
SELECT to_regclass('public.observation') IS NOT NULL AS migrated \gset
\if :migrated
SELECT json_build_object('rows', (SELECT count(*) FROM public.observation),
                         'readings', (SELECT count(*) FROM public.reading),
                         'schema', (SELECT coalesce(max(version) FILTER (WHERE success), 0)
                                    FROM public._sqlx_migrations));
\else
\echo {}
\endif
";

/// The owner of the serving database, who also owns its copies.
pub(super) fn owner() -> String {
    format!("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{LIVE}';\n")
}

/// Every snapshot as one JSON object per line, by name.
pub(super) fn list() -> String {
    let pattern = PREFIX.replace('_', r"\_");
    let from = PREFIX.len() + 1;
    format!(
        "SELECT json_build_object('name', substr(datname, {from}), 'bytes', pg_database_size(oid), \
         'info', shobj_description(oid, 'pg_database')) \
         FROM pg_database WHERE datname LIKE '{pattern}%' ORDER BY datname;\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_renames_both_databases_in_one_transaction() {
        insta::assert_snapshot!(swap(), @r#"BEGIN; ALTER DATABASE "seasense" RENAME TO "seasense_restore_old"; ALTER DATABASE "seasense_restore_new" RENAME TO "seasense"; COMMIT"#);
    }

    #[test]
    fn snapshot_description_is_quoted() {
        assert!(seal("x", "it's").contains("IS 'it''s';"));
    }

    #[test]
    fn only_snapshot_databases_are_listed() {
        assert!(list().contains(r"LIKE 'seasense\_snapshot\_%'"));
        assert!(!OLD.starts_with(PREFIX) && !NEW.starts_with(PREFIX) && !LIVE.starts_with(PREFIX));
    }
}
