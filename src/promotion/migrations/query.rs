//! Looks for parts and function calls that no list names.

use std::collections::BTreeSet;

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::{
    explain,
    kinds::{self, CREATE_HYPERTABLE, may_have},
    known::Known,
    read::{self, excerpt, name},
    reason::{Class, Reason},
};

/// Returns why a statement or an action has a part or a call that is not known to be safe; `None` if it has none.
pub(super) fn unknown(node: &SyntaxNode, known: &Known) -> Option<Reason> {
    let kind = node.kind();
    let odd = node.descendants().skip(1).find(|part| !may_have(kind, part.kind()));
    if let Some(part) = odd {
        return Some(explain::part(&part));
    }
    node.descendants()
        .filter(|part| part.kind() == SyntaxKind::CALL_EXPR)
        .find_map(|call| call_of(&call, known))
}

/// Judges one function call.
fn call_of(call: &SyntaxNode, known: &Known) -> Option<Reason> {
    let function = called(call)?;
    if function == CREATE_HYPERTABLE {
        return hypertable(call, known);
    }
    let is_known = kinds::is_harmless(&function) || known.functions.contains(&function);
    (!is_known).then(|| explain::call(&function))
}

/// Returns the name of the called function; `None` for forms of their own, such as `EXISTS (...)`.
pub(super) fn called(call: &SyntaxNode) -> Option<String> {
    let first = call.children().next()?;
    matches!(first.kind(), SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR).then(|| name(&first))
}

/// `create_hypertable` moves and locks the rows of its table, so only a new table passes.
fn hypertable(call: &SyntaxNode, known: &Known) -> Option<Reason> {
    let argument = call.descendants().find(|node| node.kind() == SyntaxKind::ARG)?;
    let text = excerpt(&argument, 200);
    let table = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).map(str::to_lowercase);
    let is_new =
        table.is_some_and(|table| known.tables.contains(table.strip_prefix("public.").unwrap_or(&table)));
    (!is_new).then(|| {
        Reason::new(
            Class::Blocks,
            format!("makes a hypertable of {text}, which moves and locks its rows"),
            "make hypertables of tables that the same promotion creates",
        )
    })
}

/// Returns the tables that a statement names in `FROM` and that are not new.
pub(super) fn reads(node: &SyntaxNode, known: &Known) -> BTreeSet<String> {
    let items = node.descendants().filter(|part| part.kind() == SyntaxKind::RELATION_FROM_ITEM);
    let names = items.filter_map(|item| item.children().next()).map(|relation| read::name(&relation));
    names.filter(|name| !known.tables.contains(name)).collect()
}
