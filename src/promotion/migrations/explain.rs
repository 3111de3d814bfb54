//! What a refused statement would do, and the safe way.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::{
    dangers::STATEMENTS,
    read::{excerpt, name, target},
    reason::{Class, Reason},
};

/// The tables with readings. Nothing may change what they hold without a recorded reason.
const READINGS: [&str; 3] = ["reading", "observation", "quarantine"];

/// Statements that end or need a transaction of their own.
const OUTSIDE: [K; 13] = [
    K::BEGIN,
    K::COMMIT_TRANSACTION,
    K::COMMIT_PREPARED,
    K::ROLLBACK_TRANSACTION,
    K::ROLLBACK_PREPARED,
    K::ROLLBACK_TO_SAVEPOINT,
    K::SAVEPOINT_CREATE,
    K::RELEASE_SAVEPOINT,
    K::PREPARE_TRANSACTION,
    K::VACUUM,
    K::REPACK,
    K::CREATE_DATABASE,
    K::DROP_DATABASE,
];

/// Explains a statement whose kind no rule allows.
pub(super) fn statement(node: &SyntaxNode) -> Reason {
    let kind = node.kind();
    let text = excerpt(node, 60);
    if OUTSIDE.contains(&kind) {
        return Reason::new(
            Class::Impossible,
            format!("ends or leaves the transaction of the migration: {text}"),
            "leave it out: each migration is one transaction, so that it is applied wholly or not at all",
        );
    }
    if matches!(kind, K::TRUNCATE | K::DROP_TABLE | K::MERGE) && names_readings(node) {
        return Reason::new(Class::Readings, format!("removes readings: {text}"), "keep every reading");
    }
    if let Some((_, class, what, instead)) = STATEMENTS.iter().find(|(other, ..)| *other == kind) {
        return Reason::new(*class, format!("{what}: {text}"), *instead);
    }
    let name = format!("{kind:?}");
    let (class, what, instead) = match name.split('_').next() {
        Some("DROP") => {
            (Class::Removes, "removes what the running code may use", "drop it in a later promotion")
        }
        Some("ALTER") => {
            (Class::Removes, "changes what the running code may use", "create something new next to it")
        }
        _ => (Class::Changes, "is not known to be safe", "use statements that create something new"),
    };
    Reason::new(class, format!("{what}: {text}"), instead)
}

/// Explains an `INSERT`, `UPDATE` or `DELETE` on a table that is not new.
pub(super) fn rows(node: &SyntaxNode, table: &str) -> Reason {
    if is_readings(table) {
        let what = match node.kind() {
            K::UPDATE => "changes stored readings",
            K::DELETE => "deletes stored readings",
            _ => "adds readings that no buoy has sent",
        };
        let what = format!("{what}: {}", excerpt(node, 60));
        return Reason::new(
            Class::Readings,
            what,
            "keep every reading as it was received; put results into a new column",
        );
    }
    statement(node)
}

/// Explains an action of `ALTER TABLE`.
pub(super) fn action(action: &SyntaxNode, table: &str) -> Reason {
    let text = excerpt(action, 40);
    match action.kind() {
        K::DROP_COLUMN if is_readings(table) => Reason::new(
            Class::Readings,
            format!("drops a part of every reading: {text} of `{table}`"),
            "keep the column, and stop using it",
        ),
        K::ADD_CONSTRAINT => Reason::new(
            Class::Removes,
            format!("forbids rows that the running code may write, and reads all rows of `{table}`: {text}"),
            "check in the backend first; then add it NOT VALID in a later promotion, marked as a contraction",
        ),
        K::VALIDATE_CONSTRAINT => Reason::new(
            Class::Blocks,
            format!("reads all rows of `{table}` in one transaction: {text}"),
            "measure the time in a rehearsal and accept it, alone in its migration",
        ),
        K::ENABLE_RLS | K::FORCE_RLS => Reason::new(
            Class::Removes,
            format!("hides all rows of `{table}` that no policy shows: {text}"),
            "restrict access with a view and with GRANT",
        ),
        K::SET_TABLESPACE | K::SET_LOGGED | K::SET_UNLOGGED | K::SET_ACCESS_METHOD => Reason::new(
            Class::Blocks,
            format!("rewrites all rows of `{table}` under a lock that no request passes: {text}"),
            "create a new table, and fill it in steps",
        ),
        _ => Reason::new(
            Class::Removes,
            format!("changes `{table}` under the running code: {text}"),
            "expand first: add something new; contract in a later promotion",
        ),
    }
}

/// Explains a part of a statement that no list names.
pub(super) fn part(part: &SyntaxNode) -> Reason {
    let kind = part.kind();
    if matches!(kind, K::DELETE | K::UPDATE | K::MERGE | K::INSERT) {
        let table = target(part).unwrap_or_default();
        return rows(part, &table);
    }
    if STATEMENTS.iter().any(|(other, ..)| *other == kind) {
        return statement(part);
    }
    let text = excerpt(part, 40);
    Reason::new(
        Class::Opaque,
        format!("has a part that is not known to be safe: {text}"),
        "leave this part out",
    )
}

/// Explains a call of a function that is not known to change nothing.
pub(super) fn call(function: &str) -> Reason {
    let (class, what) = match function.rsplit('.').next().unwrap_or(function) {
        "drop_chunks" | "delete_data_node" | "merge_chunks" => (Class::Readings, "which removes readings"),
        "add_retention_policy" => (Class::Readings, "which removes old readings from now on"),
        "compress_chunk" | "decompress_chunk" | "recompress_chunk" | "move_chunk" | "reorder_chunk" => {
            (Class::Blocks, "which rewrites readings under a lock")
        }
        "pg_sleep" | "pg_sleep_for" | "pg_sleep_until" => (Class::Blocks, "which waits while requests wait"),
        "setval" | "nextval" => (Class::Changes, "which changes a sequence that the running code uses"),
        "dblink" | "dblink_exec" | "lo_import" | "lo_export" => {
            (Class::Opaque, "which reaches outside the database")
        }
        _ => (Class::Opaque, "which is not known to change nothing"),
    };
    Reason::new(class, format!("calls `{function}`, {what}"), "use functions that only compute a value")
}

/// Explains a grant that is too wide.
pub(super) fn grant(node: &SyntaxNode) -> Reason {
    Reason::new(
        Class::Changes,
        format!("grants more than rights on rows of named tables to named roles: {}", excerpt(node, 60)),
        "grant SELECT, INSERT, UPDATE or DELETE on named tables to one role",
    )
}

/// Explains `CREATE INDEX CONCURRENTLY`.
pub(super) fn concurrently(node: &SyntaxNode) -> Reason {
    Reason::new(
        Class::Impossible,
        format!("cannot run in the transaction of a migration: {}", excerpt(node, 60)),
        "create the index with the table, or by hand before the promotion and here with IF NOT EXISTS",
    )
}

/// Explains a migration without a transaction.
pub(super) fn no_transaction() -> Reason {
    Reason::new(
        Class::Impossible,
        "runs without a transaction (`-- no-transaction`), so that a failure leaves half of it",
        "leave the first line out",
    )
}

/// Explains SQL that the parser cannot read.
pub(super) fn unreadable(message: &str) -> Reason {
    Reason::new(
        Class::Unreadable,
        format!("cannot be read as PostgreSQL: {message}"),
        "write it in the plain form that PostgreSQL's manual describes",
    )
}

/// Returns whether a statement names a table with readings.
fn names_readings(node: &SyntaxNode) -> bool {
    node.descendants().filter(|part| part.kind() == K::PATH_REF).any(|path| is_readings(&name(&path)))
}

/// Returns whether a table has readings; TimescaleDB keeps their chunks in schemas of its own.
fn is_readings(table: &str) -> bool {
    READINGS.contains(&table) || table.starts_with("_timescaledb")
}
