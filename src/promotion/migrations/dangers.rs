//! What the kinds of statements do that are not known to be safe.

use squawk_syntax::SyntaxKind as K;

use super::reason::Class;

/// Kinds of statements with what they do and the safe way.
pub(super) const STATEMENTS: [(K, Class, &str, &str); 27] = [
    (K::DO, Class::Opaque, "runs code that cannot be judged", "write plain SQL statements"),
    (K::CALL, Class::Opaque, "runs code that cannot be judged", "write plain SQL statements"),
    (K::EXECUTE, Class::Opaque, "runs code that cannot be judged", "write plain SQL statements"),
    (K::PREPARE, Class::Opaque, "prepares a statement that runs unjudged", "write the statement itself"),
    (
        K::COPY,
        Class::Opaque,
        "copies rows from or to a file, a program or the client",
        "use INSERT with VALUES",
    ),
    (K::LOAD, Class::Opaque, "loads a library into the server", "add the library to the database image"),
    (
        K::CREATE_TRIGGER,
        Class::Changes,
        "runs a function with every change of rows",
        "do this in the backend",
    ),
    (
        K::CREATE_EVENT_TRIGGER,
        Class::Changes,
        "runs a function with every change of the schema",
        "leave it out",
    ),
    (K::CREATE_RULE, Class::Changes, "rewrites the statements of the running code", "do this in the backend"),
    (
        K::CREATE_POLICY,
        Class::Removes,
        "hides rows from the running code",
        "filter in a view with a new name",
    ),
    (K::TRUNCATE, Class::Changes, "empties a table", "leave the rows, and stop using the table"),
    (K::MERGE, Class::Changes, "changes or removes rows", "insert into a new table"),
    (
        K::LOCK,
        Class::Blocks,
        "locks a table until the migration ends, so that requests wait",
        "leave the lock out",
    ),
    (
        K::CREATE_TABLE_AS,
        Class::Blocks,
        "reads rows into a new table in one transaction",
        "create the table, then fill it from the backend in steps",
    ),
    (
        K::SELECT_INTO,
        Class::Blocks,
        "reads rows into a new table in one transaction",
        "create the table, then fill it from the backend in steps",
    ),
    (
        K::REFRESH,
        Class::Blocks,
        "computes a materialized view under a lock",
        "refresh it with a job, CONCURRENTLY",
    ),
    (
        K::REINDEX,
        Class::Blocks,
        "rebuilds an index under a lock",
        "run REINDEX CONCURRENTLY by hand, outside a promotion",
    ),
    (
        K::CLUSTER,
        Class::Blocks,
        "rewrites a table under a lock that no request passes",
        "leave the order of rows as it is",
    ),
    (
        K::ALTER_TYPE,
        Class::Removes,
        "changes a type that the running code uses",
        "create a new type, and use it in a new column",
    ),
    (
        K::ALTER_SYSTEM,
        Class::Impossible,
        "changes the settings of the server, outside any transaction",
        "set it in the database's manifest in gitops/data",
    ),
    (
        K::ALTER_ROLE,
        Class::Changes,
        "changes a role that the running code may use",
        "set it in the database's manifest in gitops/data",
    ),
    (
        K::ALTER_DATABASE,
        Class::Changes,
        "changes the settings of the database",
        "set it in the database's manifest in gitops/data",
    ),
    (
        K::SET,
        Class::Changes,
        "changes a setting for all that follows, such as a time limit",
        "leave the setting as it is",
    ),
    (
        K::REVOKE,
        Class::Removes,
        "takes rights away that the running code may use",
        "revoke them in a later promotion",
    ),
    (
        K::INSERT,
        Class::Changes,
        "adds rows to a table that the running code uses",
        "insert into a table that the same promotion creates",
    ),
    (K::UPDATE, Class::Changes, "changes rows", "add a column, and fill it from the backend"),
    (K::DELETE, Class::Changes, "deletes rows", "mark the rows in a new column, and skip them when reading"),
];
