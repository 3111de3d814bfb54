//! Finds what the code that runs now could no longer live with once a migration was applied.

use std::collections::BTreeSet;

use super::{
    Unterminated,
    statement::{Statement, begins, holds, name, parts, statements, without},
    token::{Kind, Token, tokenize},
};

/// One thing that takes something away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it does, for people: `drops ...`.
    pub what: String,
    /// Where its statement begins, in bytes.
    pub at: usize,
}

/// Everything in `sql` that takes something away. `new` are the tables that no older code knows; those that `sql` makes are added.
pub fn destructive(sql: &str, new: &mut BTreeSet<String>) -> Result<Vec<Found>, Unterminated> {
    let mut found = Vec::new();
    for statement in statements(&tokenize(sql)?) {
        let at = statement[0].at;
        found.extend(evaluate(&statement, new).into_iter().map(|what| Found { what, at }));
        for token in &statement {
            if let Some((body, at)) = token.body() {
                let shift = |open: Unterminated| Unterminated { at: open.at + at, ..open };
                found.extend(body_of(&statement, body).map_err(shift)?.map(|what| Found { what, at }));
            }
        }
    }
    Ok(found)
}

/// What one statement takes away; the first thing is enough.
fn evaluate(statement: &Statement<'_>, new: &mut BTreeSet<String>) -> Option<String> {
    if let Some(table) = created(statement) {
        new.insert(table);
        return None;
    }
    let told = |what: &str| Some(what.to_owned());
    match statement[0].text.to_lowercase().as_str() {
        _ if statement[0].kind != Kind::Word => None,
        "drop" => Some(format!("drops {}", phrase(&statement[1..], 6))),
        "truncate" => told("empties a table (TRUNCATE)"),
        "revoke" => told("takes rights away (REVOKE)"),
        "alter" => alter(statement, new),
        "create" if begins(statement, "create unique index") => unique_index(statement, new),
        "call" | "execute" => told("runs what cannot be seen here"),
        _ if holds(statement, "then delete") => told("deletes rows (MERGE)"),
        _ if calls(statement, "drop_chunks") => told("drops chunks of a hypertable"),
        _ => unbounded_delete(statement, new),
    }
}

/// The table that a statement makes.
fn created(statement: &[Token<'_>]) -> Option<String> {
    let rest = statement.strip_prefix_if(begins(statement, "create"))?;
    let rest = ["global", "local", "temporary", "temp", "unlogged"]
        .iter()
        .fold(rest, |rest, word| without(rest, word));
    let rest = rest.strip_prefix_if(begins(rest, "table"))?;
    Some(name(without(rest, "if not exists")).0)
}

trait StripFirst {
    fn strip_prefix_if(&self, is: bool) -> Option<&Self>;
}

impl StripFirst for [Token<'_>] {
    /// All but the first, where `is` holds.
    fn strip_prefix_if(&self, is: bool) -> Option<&Self> {
        if is { self.get(1..) } else { None }
    }
}

fn alter(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    let rest = &statement[1..];
    if !begins(rest, "table") && !begins(rest, "foreign table") {
        return other(rest);
    }
    let rest = without(without(without(rest, "foreign"), "table"), "if exists");
    let (table, rest) = name(without(rest, "only"));
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

/// Something else than a table that is altered.
fn other(rest: &[Token<'_>]) -> Option<String> {
    for (phrase, what) in [("rename", "renames"), ("set schema", "moves"), ("drop", "takes a part away from")]
    {
        if holds(rest, phrase) {
            return Some(format!("{what} {}", self::phrase(rest, 2)));
        }
    }
    None
}

/// The column that `action` gives a default.
fn gets_default(action: &[Token<'_>]) -> Option<String> {
    let (column, rest) = column(action)?;
    begins(rest, "set default").then_some(column)
}

/// The column of `ALTER [COLUMN] name ...`, and what follows.
fn column<'s, 'a>(action: &'s [Token<'a>]) -> Option<(String, &'s [Token<'a>])> {
    begins(action, "alter").then(|| name(without(&action[1..], "column")))
}

fn table_action(action: &[Token<'_>], defaults: &BTreeSet<String>) -> Option<String> {
    if begins(action, "drop") {
        return Some(format!("drops {}", phrase(&action[1..], 2)));
    }
    if begins(action, "rename") {
        return Some("renames a part".to_owned());
    }
    if begins(action, "set schema") {
        return Some("changes the schema".to_owned());
    }
    if begins(action, "add") {
        return add(&action[1..]);
    }
    let (column, rest) = column(action)?;
    if begins(rest, "type") || begins(rest, "set data type") {
        return Some(format!("changes the type of column `{column}`"));
    }
    if begins(rest, "set not null") && !defaults.contains(&column) {
        return Some(format!("forbids NULL, without a default, in column `{column}`"));
    }
    let relaxes = begins(rest, "drop not null");
    (begins(rest, "drop") && !relaxes)
        .then(|| format!("drops {} of column `{column}`", phrase(&rest[1..], 1)))
}

/// `ADD [COLUMN] ...` or `ADD [CONSTRAINT name] ...`.
fn add(rest: &[Token<'_>]) -> Option<String> {
    let constraint = if begins(rest, "constraint") { name(&rest[1..]).1 } else { rest };
    let kinds = ["check", "unique", "primary key", "foreign key", "exclude", "not null"];
    if let Some(kind) = kinds.iter().find(|kind| begins(constraint, kind)) {
        return Some(format!("adds a rule ({}) to what may be written to rows", kind.to_uppercase()));
    }
    let (column, kind) = name(without(without(rest, "column"), "if not exists"));
    let filled = holds(kind, "default") || holds(kind, "generated");
    let serial = kind.first().is_some_and(|kind| kind.text.to_lowercase().ends_with("serial"));
    let strict = holds(kind, "not null") || holds(kind, "primary key");
    (strict && !filled && !serial)
        .then(|| format!("adds column `{column}`, NOT NULL without a default, to rows"))
}

fn unique_index(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    let on = statement.iter().position(|token| token.is("on"))?;
    let (table, _) = name(without(&statement[on + 1..], "only"));
    (!new.contains(&table))
        .then(|| format!("adds a rule (UNIQUE) to what may be written to rows of `{table}`"))
}

/// `DELETE FROM` whose brackets hold no `WHERE` behind it.
fn unbounded_delete(statement: &[Token<'_>], new: &BTreeSet<String>) -> Option<String> {
    (0..statement.len()).filter(|at| begins(&statement[*at..], "delete from")).find_map(|at| {
        let (table, rest) = name(without(&statement[at + 2..], "only"));
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

/// What the body of a function or of `DO` holds. It has statements within statements, so a word is enough.
fn body_of(statement: &[Token<'_>], body: &str) -> Result<Option<String>, Unterminated> {
    let runs = begins(statement, "do") || holds(statement, "function") || holds(statement, "procedure");
    if !runs {
        return Ok(None);
    }
    let words = ["drop", "truncate", "alter", "delete", "revoke", "execute", "rename", "drop_chunks"];
    let tokens = tokenize(body)?;
    let word = words.iter().find(|word| tokens.iter().any(|token| token.is(word)));
    Ok(word.map(|word| format!("has `{}` in the body of a function", word.to_uppercase())))
}

/// The first words of `tokens`, as they stand.
fn phrase(tokens: &[Token<'_>], words: usize) -> String {
    let shown: Vec<&str> = tokens.iter().take(words).map(|token| token.text).collect();
    shown.join(" ").replace(" . ", ".")
}

#[cfg(test)]
#[path = "destructive_tests.rs"]
mod tests;
