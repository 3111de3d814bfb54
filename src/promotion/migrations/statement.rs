//! Puts tokens together to statements.

use super::token::{Kind, Token};

/// One statement: its tokens without blanks and comments, and without the `;` at its end.
pub type Statement<'a> = Vec<Token<'a>>;

/// The statements of `tokens`, empty ones left out.
///
/// A `;` ends one wherever it stands outside of quotes: in the few places where it does not (`BEGIN ATOMIC`, rules) the
/// pieces are still judged one by one.
pub fn statements<'a>(tokens: &[Token<'a>]) -> Vec<Statement<'a>> {
    tokens
        .split(|token| token.is_mark(";"))
        .map(|tokens| {
            let means = |token: &&Token<'a>| !matches!(token.kind, Kind::Space | Kind::Comment);
            tokens.iter().filter(means).copied().collect()
        })
        .filter(|statement: &Statement<'a>| !statement.is_empty())
        .collect()
}

/// The parts of `tokens` between commas that stand in no brackets.
pub(super) fn parts<'s, 'a>(tokens: &'s [Token<'a>]) -> Vec<&'s [Token<'a>]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            if token.is_mark("(") {
                depth += 1;
            } else if token.is_mark(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is_mark(",")
        })
        .collect()
}

/// Whether `tokens` begin with the key words of `phrase`, given in lower case.
pub(super) fn begins(tokens: &[Token<'_>], phrase: &str) -> bool {
    let mut tokens = tokens.iter();
    phrase.split(' ').all(|word| tokens.next().is_some_and(|token| token.is(word)))
}

/// Whether `tokens` hold the key words of `phrase` one after the other.
pub(super) fn holds(tokens: &[Token<'_>], phrase: &str) -> bool {
    (0..tokens.len()).any(|at| begins(&tokens[at..], phrase))
}

/// `tokens` without those of `phrase` at their beginning, if they stand there.
pub(super) fn without<'s, 'a>(tokens: &'s [Token<'a>], phrase: &str) -> &'s [Token<'a>] {
    if begins(tokens, phrase) { &tokens[phrase.split(' ').count()..] } else { tokens }
}

/// The name at the beginning of `tokens`, as PostgreSQL folds it, with its schema where that is given; and what follows it.
pub(super) fn name<'s, 'a>(tokens: &'s [Token<'a>]) -> (String, &'s [Token<'a>]) {
    let mut name = String::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        match first.kind {
            Kind::Word => name += &first.text.to_lowercase(),
            Kind::Name => name += &first.text.trim_matches('"').replace("\"\"", "\""),
            _ => break,
        }
        rest = after;
        match rest.split_first() {
            Some((dot, after)) if dot.is_mark(".") => {
                name.push('.');
                rest = after;
            }
            _ => break,
        }
    }
    (name, rest)
}
