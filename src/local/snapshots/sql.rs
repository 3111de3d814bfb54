//! The statements, pure. Names come from [`super::Name`] and from here: none of them needs escaping.

use super::name::PREFIX;

/// The database that the platform serves.
pub(super) const LIVE: &str = "seasense";
/// A copy that is not whole yet, or not put in its place.
pub(super) const NEW: &str = "seasense_upkeep_new";
/// What served before a load, about to go.
pub(super) const OLD: &str = "seasense_upkeep_old";

/// Makes `target` a copy of `source`, file by file: the standbys copy on their own.
pub(super) fn copy(source: &str, target: &str, owner: &str) -> String {
    format!(r#"CREATE DATABASE "{target}" TEMPLATE "{source}" OWNER "{owner}" STRATEGY FILE_COPY"#)
}

/// Removes what a run that was cut short has left.
pub(super) fn sweep() -> String {
    [NEW, OLD].map(drop_database).concat()
}

/// Removes a database and whoever is in it.
pub(super) fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE);\n")
}

/// What a copy of a database does not take with it: who may do what with the database itself, and its settings.
/// Prints one statement a line that gives them to `target`.
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

/// Puts a snapshot to sleep in `target`: nobody may connect, so that nothing runs in it and it stays as it is.
pub(super) fn put_to_sleep(target: &str, about: &str) -> String {
    let about = about.replace('\'', "''");
    format!(
        "BEGIN; COMMENT ON DATABASE \"{NEW}\" IS '{about}'; ALTER DATABASE \"{NEW}\" ALLOW_CONNECTIONS false; \
         ALTER DATABASE \"{NEW}\" RENAME TO \"{target}\"; COMMIT"
    )
}

/// Puts the new database in the place of the one that serves, both at once or not at all.
pub(super) fn swap() -> String {
    format!(
        "BEGIN; ALTER DATABASE \"{LIVE}\" RENAME TO \"{OLD}\"; ALTER DATABASE \"{NEW}\" RENAME TO \"{LIVE}\"; COMMIT"
    )
}

/// The background jobs of TimescaleDB stop with the connections that were cut.
pub(super) const START_JOBS: &str = "SELECT _timescaledb_functions.start_background_workers();\n";

/// What is in a database, as one JSON object; before the first migration there is nothing to count.
pub(super) const CONTENT: &str = r"
SELECT to_regclass('public.observation') IS NOT NULL AS made \gset
\if :made
SELECT json_build_object('rows', (SELECT count(*) FROM public.observation),
                         'readings', (SELECT count(*) FROM public.reading),
                         'schema', (SELECT coalesce(max(version) FILTER (WHERE success), 0)
                                    FROM public._sqlx_migrations));
\else
\echo {}
\endif
";

/// Who owns the database that serves, so that its copies have the same owner.
pub(super) fn owner() -> String {
    format!("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{LIVE}';\n")
}

/// Every snapshot as one JSON object a line, by name.
pub(super) fn list() -> String {
    let pattern = PREFIX.replace('_', r"\_");
    let from = PREFIX.len() + 1;
    format!(
        "SELECT json_build_object('name', substr(datname, {from}), 'bytes', pg_database_size(oid), \
         'about', shobj_description(oid, 'pg_database')) \
         FROM pg_database WHERE datname LIKE '{pattern}%' ORDER BY datname;\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_changes_both_names_in_one_transaction() {
        insta::assert_snapshot!(swap(), @r#"BEGIN; ALTER DATABASE "seasense" RENAME TO "seasense_upkeep_old"; ALTER DATABASE "seasense_upkeep_new" RENAME TO "seasense"; COMMIT"#);
    }

    #[test]
    fn what_is_written_beside_a_snapshot_is_quoted() {
        assert!(put_to_sleep("x", "it's").contains("IS 'it''s';"));
    }

    #[test]
    fn only_databases_of_snapshots_are_listed() {
        assert!(list().contains(r"LIKE 'seasense\_snapshot\_%'"));
        assert!(!OLD.starts_with(PREFIX) && !NEW.starts_with(PREFIX) && !LIVE.starts_with(PREFIX));
    }
}
