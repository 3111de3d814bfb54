//! The rules: one for each kind of statement that can be safe.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::{
    alter, explain, kinds,
    known::Known,
    query,
    read::{Accepted, Statement, excerpt, name, statements, target, tokens},
    reason::{Class, Reason},
};

/// A statement that is not known to be safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of danger.
    pub class: Class,
    /// What the statement would do.
    pub what: String,
    /// The safe way.
    pub instead: String,
    /// The byte offset of the statement.
    pub at: usize,
    /// The marks in front of the statement.
    pub accepted: Vec<Accepted>,
}

/// Returns every statement of `sql`, the text of one migration, that is not known to be safe.
pub fn judge(sql: &str, known: &mut Known) -> Vec<Finding> {
    let statements = match statements(sql) {
        Ok(statements) => statements,
        Err(error) => {
            let Reason { class, what, instead } = explain::unreadable(&error.message);
            return vec![Finding { class, what, instead, at: error.at, accepted: Vec::new() }];
        }
    };
    let whole = sql.starts_with("-- no-transaction").then(explain::no_transaction);
    let mut locked = None;
    let finding = |statement: &Statement, Reason { class, what, instead }| Finding {
        class,
        what,
        instead,
        at: statement.at,
        accepted: statement.accepted.clone(),
    };
    let mut found = Vec::new();
    for statement in &statements {
        let node = &statement.node;
        let reason =
            rule(node, known).or_else(|| late_read(node, locked.as_deref(), known)).or_else(|| whole.clone());
        found.extend(reason.map(|reason| finding(statement, reason)));
        locked = locked.or_else(|| locks(node, known));
        remember(node, known);
    }
    found
}

/// Judges one statement by its kind; `None` if it is known to be safe.
fn rule(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    match node.kind() {
        K::COMMENT_ON | K::EMPTY_STMT => None,
        K::CREATE_TABLE | K::CREATE_VIEW | K::CREATE_TYPE | K::CREATE_SCHEMA | K::CREATE_SEQUENCE => {
            replaces(node).or_else(|| query::unknown(node, known))
        }
        K::SELECT | K::VALUES | K::COMPOUND_SELECT | K::PAREN_SELECT => query::unknown(node, known),
        K::CREATE_FUNCTION => {
            replaces(node).or_else(|| query::unknown(node, known)).or_else(|| function(node, known))
        }
        K::CREATE_INDEX => index(node, known),
        K::GRANT => query::unknown(node, known).or_else(|| grant(node)),
        K::INSERT | K::UPDATE | K::DELETE => rows(node, known),
        K::ALTER_TABLE => alter::table(node, known),
        _ => Some(explain::statement(node)),
    }
}

/// `OR REPLACE` changes what the running code uses.
fn replaces(node: &SyntaxNode) -> Option<Reason> {
    node.children().any(|part| part.kind() == K::OR_REPLACE).then(|| {
        Reason::new(
            Class::Removes,
            format!("replaces what the running code may use: {}", excerpt(node, 60)),
            "create it under a new name, and remove the old one in a later promotion",
        )
    })
}

/// A new function passes if it is written in SQL and only reads.
fn function(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    let new = node.children().find(|part| part.kind() == K::FUNCTION_NAME).map(|part| name(&part))?;
    let opaque = |why: &str| {
        Some(Reason::new(
            Class::Opaque,
            format!("creates the function `{new}`, {why}"),
            "write it in SQL as one query that only reads, or do its work in the backend",
        ))
    };
    if kinds::is_harmless(&new) || new == kinds::CREATE_HYPERTABLE {
        return opaque("which hides a function of the database with this name");
    }
    let language = node.descendants().find(|part| part.kind() == K::LANGUAGE_REF).map(|part| name(&part));
    if language.is_some_and(|language| language != "sql") {
        return opaque("whose language cannot be judged");
    }
    let body = node.descendants().find(|part| part.kind() == K::AS_DEFINITION)?;
    let quoted = tokens(&body).find(|token| token.kind() == K::DOLLAR_QUOTED_STRING);
    let quoted = quoted.map(|token| token.text().to_owned()).unwrap_or_default();
    let Some(sql) = quoted.strip_prefix("$$").and_then(|text| text.strip_suffix("$$")) else {
        return opaque("whose body is not in `$$`");
    };
    match statements(sql) {
        Ok(body)
            if body.iter().all(|one| is_query(&one.node) && query::unknown(&one.node, known).is_none()) =>
        {
            None
        }
        _ => opaque("whose body is not known to only read"),
    }
}

fn is_query(node: &SyntaxNode) -> bool {
    matches!(node.kind(), K::SELECT | K::VALUES | K::COMPOUND_SELECT | K::PAREN_SELECT)
}

fn index(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    if tokens(node).any(|token| token.kind() == K::CONCURRENTLY_KW) {
        return Some(explain::concurrently(node));
    }
    if let Some(reason) = query::unknown(node, known) {
        return Some(reason);
    }
    let table = target(node)?;
    if known.tables.contains(&table) {
        return None;
    }
    let unique = tokens(node).any(|token| token.kind() == K::UNIQUE_KW);
    Some(Reason::new(
        Class::Blocks,
        if unique {
            format!(
                "adds a constraint (UNIQUE) on rows of `{table}`, which blocks its writes while it reads all rows"
            )
        } else {
            format!("builds an index on `{table}`, which blocks its writes while it reads all rows")
        },
        "create the index with the table; for a table with rows, measure the time in a rehearsal and accept it",
    ))
}

/// A grant passes if it names tables or sequences, roles, and rights on rows.
fn grant(node: &SyntaxNode) -> Option<Reason> {
    const RIGHTS: [&str; 5] = ["select", "insert", "update", "delete", "usage"];
    let on_objects = node.children().any(|part| part.kind() == K::ON_PRIVILEGE_OBJECTS_CLAUSE);
    let mut rights = node
        .descendants()
        .filter(|part| part.kind() == K::REVOKE_COMMAND)
        .map(|part| tokens(&part).next().map(|token| token.text().to_lowercase()).unwrap_or_default());
    let mut roles =
        node.children().filter(|part| part.kind() == K::ROLE_REF_LIST).flat_map(|list| list.children());
    let narrow = on_objects
        && rights.all(|right| RIGHTS.contains(&right.as_str()))
        && roles.all(|role| name(&role) != "public");
    (!narrow).then(|| explain::grant(node))
}

/// `INSERT`, `UPDATE` and `DELETE` pass on tables that the promotion creates.
fn rows(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    let table = target(node)?;
    if known.tables.contains(&table) {
        query::unknown(node, known)
    } else {
        Some(explain::rows(node, &table))
    }
}

/// A long read while a table of the running code is locked makes every request wait.
fn late_read(node: &SyntaxNode, locked: Option<&str>, known: &Known) -> Option<Reason> {
    let locked = locked?;
    let is_definition = matches!(node.kind(), K::CREATE_VIEW | K::CREATE_FUNCTION);
    let read = query::reads(node, known).into_iter().next().filter(|_| !is_definition)?;
    Some(Reason::new(
        Class::Blocks,
        format!("reads `{read}` while this migration holds a lock on `{locked}`, so that requests wait"),
        "read in a migration of its own, before or after the one that locks",
    ))
}

/// Returns the existing table that a statement locks until the migration ends: its own, or one that it refers to.
fn locks(node: &SyntaxNode, known: &Known) -> Option<String> {
    if !matches!(node.kind(), K::ALTER_TABLE | K::CREATE_TABLE) {
        return None;
    }
    let tables = node.descendants().filter(|part| part.kind() == K::TABLE_NAME_REF).map(|part| name(&part));
    tables.into_iter().find(|table| !known.tables.contains(table))
}

/// Remembers what a safe statement creates. `IF NOT EXISTS` may create nothing, and a statement that only a person
/// has judged may share rows with an existing table.
fn remember(node: &SyntaxNode, known: &mut Known) {
    let of = |kind| node.children().find(|part| part.kind() == kind).map(|part| name(&part));
    let may_exist = node.children().any(|part| part.kind() == K::IF_NOT_EXISTS);
    if may_exist || rule(node, known).is_some() {
        return;
    }
    match node.kind() {
        K::CREATE_TABLE => known.tables.extend(of(K::TABLE_NAME)),
        K::CREATE_FUNCTION => known.functions.extend(of(K::FUNCTION_NAME)),
        _ => (),
    }
}
