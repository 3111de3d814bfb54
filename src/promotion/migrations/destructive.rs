//! Finds statements after which the current code could no longer run.

use std::collections::BTreeSet;

use super::{
    Unterminated,
    statement::{Statement, contains, name, parts, starts_with, statements, strip},
    token::{Kind, Token, tokenize},
};

/// A destructive statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destructive {
    /// The effect of the statement: `drops ...`.
    pub what: String,
    /// The byte offset of the statement.
    pub at: usize,
}

/// Returns every destructive statement in `sql`.
///
/// `new` are the tables that the current code does not use. Tables that `sql` creates are added to it.
pub fn destructive(sql: &str, new: &mut BTreeSet<String>) -> Result<Vec<Destructive>, Unterminated> {
    let mut found = Vec::new();
    for statement in statements(&tokenize(sql)?) {
        let at = statement[0].at;
        found.extend(evaluate(&statement, new).into_iter().map(|what| Destructive { what, at }));
        for token in &statement {
            if let Some((body, at)) = token.body() {
                let shift = |open: Unterminated| Unterminated { at: open.at + at, ..open };
                found.extend(body_of(&statement, body).map_err(shift)?.map(|what| Destructive { what, at }));
            }
        }
    }
    Ok(found)
}

/// Describes the first destructive effect of one statement.
fn evaluate(statement: &Statement<'_>, new: &mut BTreeSet<String>) -> Option<String> {
    if let Some(table) = created(statement) {
        new.insert(table);
        return None;
    }
    let text = |text: &str| Some(text.to_owned());
    match statement[0].text.to_lowercase().as_str() {
        _ if statement[0].kind != Kind::Word => None,
        "drop" => Some(format!("drops {}", phrase(&statement[1..], 6))),
        "truncate" => text("empties a table (TRUNCATE)"),
        "revoke" => text("revokes privileges (REVOKE)"),
        "alter" => alter(statement, new),
        "create" if starts_with(statement, "create unique index") => unique_index(statement, new),
        "call" | "execute" => text("runs code that cannot be checked (CALL, EXECUTE)"),
        _ if contains(statement, "then delete") => text("deletes rows (MERGE)"),
        _ if calls(statement, "drop_chunks") => text("drops chunks of a hypertable"),
        _ => unbounded_delete(statement, new),
    }
}

/// Returns the table that a statement creates.
fn created(statement: &[Token<'_>]) -> Option<String> {
    let rest = statement.strip_prefix_if(starts_with(statement, "create"))?;
    let rest = ["global", "local", "temporary", "temp", "unlogged"]
        .iter()
        .fold(rest, |rest, word| strip(rest, word));
    let rest = rest.strip_prefix_if(starts_with(rest, "table"))?;
    Some(name(strip(rest, "if not exists")).0)
}

trait StripFirst {
    fn strip_prefix_if(&self, is: bool) -> Option<&Self>;
}

impl StripFirst for [Token<'_>] {
    /// Returns all but the first token if `is` is true.
    fn strip_prefix_if(&self, is: bool) -> Option<&Self> {
        if is { self.get(1..) } else { None }
    }
}

fn alter(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    let rest = &statement[1..];
    if !starts_with(rest, "table") && !starts_with(rest, "foreign table") {
        return other(rest);
    }
    let rest = strip(strip(strip(rest, "foreign"), "table"), "if exists");
    let (table, rest) = name(strip(rest, "only"));
    if new.contains(&table) {
        return None;
    }
    let actions = parts(rest);
    let defaults: BTreeSet<String> = actions.iter().filter_map(|action| gets_default(action)).collect();
    actions.iter().find_map(|action| {
        let what = table_action(action, &defaults)?;
        Some(format!("{what} of `{table}`"))
    })
}

/// Describes a destructive `ALTER` of an object other than a table.
fn other(rest: &[Token<'_>]) -> Option<String> {
    for (phrase, what) in [("rename", "renames"), ("set schema", "moves"), ("drop", "drops a part of")] {
        if contains(rest, phrase) {
            return Some(format!("{what} {}", self::phrase(rest, 2)));
        }
    }
    None
}

/// Returns the column that gets a default.
fn gets_default(action: &[Token<'_>]) -> Option<String> {
    let (column, rest) = column(action)?;
    starts_with(rest, "set default").then_some(column)
}

/// Splits `ALTER [COLUMN] name ...` into the column and the rest.
fn column<'s, 'a>(action: &'s [Token<'a>]) -> Option<(String, &'s [Token<'a>])> {
    starts_with(action, "alter").then(|| name(strip(&action[1..], "column")))
}

fn table_action(action: &[Token<'_>], defaults: &BTreeSet<String>) -> Option<String> {
    if starts_with(action, "drop") {
        return Some(format!("drops {}", phrase(&action[1..], 2)));
    }
    if starts_with(action, "rename") {
        return Some("renames a part".to_owned());
    }
    if starts_with(action, "set schema") {
        return Some("changes the schema".to_owned());
    }
    if starts_with(action, "add") {
        return add(&action[1..]);
    }
    let (column, rest) = column(action)?;
    if starts_with(rest, "type") || starts_with(rest, "set data type") {
        return Some(format!("changes the type of column `{column}`"));
    }
    if starts_with(rest, "set not null") && !defaults.contains(&column) {
        return Some(format!("forbids NULL, without a default, in column `{column}`"));
    }
    let relaxes = starts_with(rest, "drop not null");
    (starts_with(rest, "drop") && !relaxes)
        .then(|| format!("drops {} of column `{column}`", phrase(&rest[1..], 1)))
}

/// `ADD [COLUMN] ...` or `ADD [CONSTRAINT name] ...`.
fn add(rest: &[Token<'_>]) -> Option<String> {
    let constraint = if starts_with(rest, "constraint") { name(&rest[1..]).1 } else { rest };
    let kinds = ["check", "unique", "primary key", "foreign key", "exclude", "not null"];
    if let Some(kind) = kinds.iter().find(|kind| starts_with(constraint, kind)) {
        return Some(format!("adds a constraint ({}) on rows", kind.to_uppercase()));
    }
    let (column, kind) = name(strip(strip(rest, "column"), "if not exists"));
    let filled = contains(kind, "default") || contains(kind, "generated");
    let serial = kind.first().is_some_and(|kind| kind.text.to_lowercase().ends_with("serial"));
    let strict = contains(kind, "not null") || contains(kind, "primary key");
    (strict && !filled && !serial)
        .then(|| format!("adds column `{column}`, NOT NULL without a default, to rows"))
}

fn unique_index(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    let on = statement.iter().position(|token| token.is("on"))?;
    let (table, _) = name(strip(&statement[on + 1..], "only"));
    (!new.contains(&table)).then(|| format!("adds a constraint (UNIQUE) on rows of `{table}`"))
}

/// Finds a `DELETE FROM` without a `WHERE` at the same depth of parentheses.
fn unbounded_delete(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    (0..statement.len()).filter(|at| starts_with(&statement[*at..], "delete from")).find_map(|at| {
        let (table, rest) = name(strip(&statement[at + 2..], "only"));
        let mut depth = 0_usize;
        let mut own = rest.iter().map_while(|token| {
            if token.is_mark("(") {
                depth += 1;
            } else if token.is_mark(")") {
                depth = depth.checked_sub(1)?;
            }
            Some((depth, token))
        });
        let bounded = own.any(|(depth, token)| depth == 0 && token.is("where"));
        (!bounded && !new.contains(&table)).then(|| format!("deletes every row of `{table}`"))
    })
}

fn calls(statement: &[Token<'_>], function: &str) -> bool {
    statement.windows(2).any(|pair| pair[0].is(function) && pair[1].is_mark("("))
}

/// Describes a destructive key word in the body of a function or of `DO`. Such bodies nest statements, so only
/// words are checked.
fn body_of(statement: &[Token<'_>], body: &str) -> Result<Option<String>, Unterminated> {
    let is_code =
        starts_with(statement, "do") || contains(statement, "function") || contains(statement, "procedure");
    if !is_code {
        return Ok(None);
    }
    let words = ["drop", "truncate", "alter", "delete", "revoke", "execute", "rename", "drop_chunks"];
    let tokens = tokenize(body)?;
    let word = words.iter().find(|word| tokens.iter().any(|token| token.is(word)));
    Ok(word.map(|word| format!("has `{}` in the body of a function", word.to_uppercase())))
}

/// Returns the first tokens as text.
fn phrase(tokens: &[Token<'_>], words: usize) -> String {
    let shown: Vec<&str> = tokens.iter().take(words).map(|token| token.text).collect();
    shown.join(" ").replace(" . ", ".")
}

#[cfg(test)]
#[path = "destructive_tests.rs"]
mod tests;
