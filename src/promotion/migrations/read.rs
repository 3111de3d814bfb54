//! Reads SQL into statements, and the marks in the comments in front of them.

use squawk_syntax::{SourceFile, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// Starts a comment that addresses this program.
const PREFIX: &str = "-- seasense: ";

/// What a mark in front of a statement accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `accepted`: the statement is not known to be safe, and was checked by a person.
    Unknown,
    /// `changes readings`: the statement changes or removes stored readings.
    Readings,
}

/// A mark with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it accepts.
    pub mark: Mark,
    /// The reason.
    pub reason: String,
}

/// Why SQL cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// The parser's message.
    pub message: String,
    /// The byte offset.
    pub at: usize,
}

/// One statement.
pub(super) struct Statement {
    pub node: SyntaxNode,
    /// The byte offset of its first word.
    pub at: usize,
    /// The marks in the comments in front of it.
    pub accepted: Vec<Accepted>,
}

/// Splits `sql` into statements. Fails if a part of it cannot be read.
pub(super) fn statements(sql: &str) -> Result<Vec<Statement>, Unreadable> {
    let parsed = SourceFile::parse(sql);
    if let Some(error) = parsed.errors().into_iter().next() {
        return Err(Unreadable {
            message: error.message().to_owned(),
            at: u32::from(error.range().start()) as usize,
        });
    }
    let root = parsed.syntax_node();
    if let Some(token) = tokens(&root).find(is_escaped) {
        let message = format!("Unicode escapes (`{}`) hide names", token.text());
        return Err(Unreadable { message, at: start(&token) });
    }
    let (mut statements, mut comments) = (Vec::new(), comments(&root).into_iter().peekable());
    for node in root.children() {
        let Some(first) = tokens(&node).find(|token| !is_trivia(token)) else { continue };
        let at = start(&first);
        let mut accepted = Vec::new();
        while let Some((_, text)) = comments.next_if(|(position, _)| *position < at) {
            accepted.extend(mark(&text));
        }
        let end = u32::from(node.text_range().end()) as usize;
        // A comment inside a statement says nothing about the next one.
        while comments.next_if(|(position, _)| *position < end).is_some() {}
        statements.push(Statement { node, at, accepted });
    }
    Ok(statements)
}

/// Returns the byte offset of each statement's first word; `None` if a part of `sql` cannot be read.
pub fn starts(sql: &str) -> Option<Vec<usize>> {
    Some(statements(sql).ok()?.iter().map(|statement| statement.at).collect())
}

/// Returns the number after the mark `contract, expanded in`, if a comment of `sql` has it.
pub fn contract(sql: &str) -> Option<String> {
    let root = SourceFile::parse(sql).syntax_node();
    let numbers = comments(&root).into_iter().filter_map(|(_, text)| {
        let number = text.strip_prefix(PREFIX)?.strip_prefix("contract, expanded in ")?.trim_end();
        (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
    });
    numbers.into_iter().next()
}

/// Parses a mark with its reason. A reason of one word says nothing.
fn mark(comment: &str) -> Option<Accepted> {
    let text = comment.strip_prefix(PREFIX)?;
    let (mark, reason) = text.split_once(", ")?;
    let mark = match mark {
        "accepted" => Mark::Unknown,
        "changes readings" => Mark::Readings,
        _ => return None,
    };
    let reason = reason.trim();
    (reason.split_whitespace().count() > 1).then(|| Accepted { mark, reason: reason.to_owned() })
}

fn comments(root: &SyntaxNode) -> Vec<(usize, String)> {
    let comments = tokens(root).filter(|token| token.kind() == SyntaxKind::COMMENT);
    comments.map(|token| (start(&token), token.text().to_owned())).collect()
}

/// Returns the tokens of a node in order.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.descendants_with_tokens().filter_map(SyntaxElement::into_token)
}

/// Returns whether a token is whitespace or a comment.
pub(super) fn is_trivia(token: &SyntaxToken) -> bool {
    matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
}

fn start(token: &SyntaxToken) -> usize {
    u32::from(token.text_range().start()) as usize
}

/// Returns whether a token is a name or a string with Unicode escapes.
fn is_escaped(token: &SyntaxToken) -> bool {
    let prefix = token.text().get(..3).unwrap_or_default();
    token.kind() == SyntaxKind::UNICODE_ESC_STRING || prefix.eq_ignore_ascii_case("u&\"")
}

/// Returns the name in a node as PostgreSQL folds it, with its schema unless that is `public`.
pub(super) fn name(node: &SyntaxNode) -> String {
    let parts =
        tokens(node).filter(|token| !is_trivia(token)).map(|token| match token.text().strip_prefix('"') {
            Some(quoted) => quoted.trim_end_matches('"').replace("\"\"", "\""),
            None => token.text().to_lowercase(),
        });
    let name: String = parts.collect();
    name.strip_prefix("public.").map(str::to_owned).unwrap_or(name)
}

/// Returns the text of a node in one line of at most `length` characters.
pub(super) fn excerpt(node: &SyntaxNode, length: usize) -> String {
    let mut text = String::new();
    for token in tokens(node) {
        if is_trivia(&token) {
            if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        } else {
            text += token.text();
        }
    }
    let text = text.trim().trim_end_matches(';').replace(['\n', '\r', '\t'], " ");
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Returns the table that a statement changes: the first one outside `WITH`.
pub(super) fn target(node: &SyntaxNode) -> Option<String> {
    let parts =
        node.children().filter(|part| !matches!(part.kind(), SyntaxKind::WITH_CLAUSE | SyntaxKind::INDEX));
    let mut paths =
        parts.flat_map(|part| part.descendants()).filter(|part| part.kind() == SyntaxKind::PATH_REF);
    paths.next().map(|path| name(&path))
}
