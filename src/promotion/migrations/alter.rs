//! The rules of `ALTER TABLE`.

use std::collections::BTreeSet;

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::{
    explain, kinds,
    known::Known,
    query,
    read::{excerpt, name, target, tokens},
    reason::{Class, Reason},
};

/// Judges each action of an `ALTER TABLE`.
pub(super) fn table(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    let Some(table) = target(node) else { return Some(explain::statement(node)) };
    let actions: Vec<SyntaxNode> = node
        .children()
        .filter(|part| !matches!(part.kind(), K::TABLE_RELATION_NAME | K::IF_EXISTS))
        .collect();
    if known.tables.contains(&table) {
        return actions.iter().find_map(|action| new_table(action, known));
    }
    let defaults: BTreeSet<String> = actions.iter().filter_map(gets_default).collect();
    actions.iter().find_map(|action| match action.kind() {
        K::ADD_COLUMN => add_column(action, &table, known),
        K::ALTER_COLUMN => alter_column(action, &table, &defaults, known),
        _ => Some(explain::action(action, &table)),
    })
}

/// An action on a table that the promotion creates.
fn new_table(action: &SyntaxNode, known: &Known) -> Option<Reason> {
    match action.kind() {
        K::ADD_COLUMN | K::ADD_CONSTRAINT | K::ALTER_COLUMN => query::unknown(action, known),
        K::SET_OPTIONS | K::DROP_COLUMN | K::DROP_CONSTRAINT | K::ENABLE_RLS | K::VALIDATE_CONSTRAINT => None,
        _ => Some(explain::action(action, "a new table")),
    }
}

/// A new column passes if no row is read or rewritten for it, and the running code can go on without it.
fn add_column(action: &SyntaxNode, table: &str, known: &Known) -> Option<Reason> {
    let part = |kind| action.children().find(|part| part.kind() == kind);
    let column = part(K::COLUMN_NAME).map(|part| name(&part)).unwrap_or_default();
    let adds = |what: &str, class, instead: &str| {
        Some(Reason::new(class, format!("adds column `{column}`, {what}, to rows of `{table}`"), instead))
    };
    let allowed = |part: &SyntaxNode| kinds::may_be_added(part.kind()) || is_type(part.kind());
    if let Some(odd) = action.children().find(|part| !allowed(part)) {
        let what = format!("which reads or rewrites every row ({})", excerpt(&odd, 40));
        return adds(
            &what,
            Class::Blocks,
            "add it nullable or with a constant default, and fill it in later steps",
        );
    }
    if let Some(unknown) = query::unknown(action, known) {
        return Some(unknown);
    }
    if !action.children().filter(|part| is_type(part.kind())).all(|part| is_plain(&part)) {
        return adds(
            "of a type with its own values",
            Class::Blocks,
            "use a built-in type without a sequence",
        );
    }
    let default = part(K::DEFAULT_CONSTRAINT);
    if let Some(default) = &default {
        let mut calls =
            default.descendants().filter(|part| part.kind() == K::CALL_EXPR).map(|call| query::called(&call));
        if calls.any(|call| call.is_none_or(|call| !kinds::is_constant(&call))) {
            return adds(
                "with another default for each row,",
                Class::Blocks,
                "use a constant default, and fill it in later steps",
            );
        }
    }
    let is_null =
        default.as_ref().is_some_and(|default| tokens(default).any(|token| token.kind() == K::NULL_KW));
    if part(K::NOT_NULL_CONSTRAINT).is_some() && (default.is_none() || is_null) {
        return adds(
            "NOT NULL without a default",
            Class::Removes,
            "add it nullable or with a constant default",
        );
    }
    None
}

fn is_type(kind: K) -> bool {
    matches!(
        kind,
        K::PATH_TYPE
            | K::ARRAY_TYPE
            | K::VARCHAR_TYPE
            | K::CHARACTER_TYPE
            | K::BIT_TYPE
            | K::BIT_VARYING_TYPE
            | K::DOUBLE_TYPE
            | K::TIME_TYPE
            | K::TIMESTAMP_TYPE
            | K::INTERVAL_TYPE
    )
}

/// Returns whether every name in a type is that of a plain type.
fn is_plain(kind: &SyntaxNode) -> bool {
    let mut paths = kind.descendants().filter(|part| part.kind() == K::PATH_REF);
    paths.all(|path| kinds::is_plain_type(&name(&path)))
}

fn alter_column(
    action: &SyntaxNode,
    table: &str,
    defaults: &BTreeSet<String>,
    known: &Known,
) -> Option<Reason> {
    let column = column(action);
    let options: Vec<SyntaxNode> =
        action.children().filter(|part| part.kind() != K::COLUMN_NAME_REF).collect();
    options.iter().find_map(|option| match option.kind() {
        K::SET_DEFAULT => query::unknown(action, known),
        K::DROP_NOT_NULL | K::SET_STATISTICS => None,
        K::SET_NOT_NULL => {
            let without = if defaults.contains(&column) { "" } else { ", without a default," };
            Some(Reason::new(
                Class::Removes,
                format!("forbids NULL{without} in column `{column}` of `{table}`, and reads every row under a lock"),
                "fill the column in earlier steps, then contract",
            ))
        }
        K::SET_TYPE => Some(Reason::new(
            Class::Removes,
            format!("changes the type of column `{column}` of `{table}`, which rewrites every row under a lock"),
            "add a column of the new type, fill it in steps, and drop the old one in a later promotion",
        )),
        _ => Some(explain::action(option, table)),
    })
}

fn column(action: &SyntaxNode) -> String {
    action
        .children()
        .find(|part| part.kind() == K::COLUMN_NAME_REF)
        .map(|part| name(&part))
        .unwrap_or_default()
}

/// Returns the column that gets a default.
fn gets_default(action: &SyntaxNode) -> Option<String> {
    (action.kind() == K::ALTER_COLUMN && action.children().any(|part| part.kind() == K::SET_DEFAULT))
        .then(|| column(action))
}
