//! Splits SQL into tokens as PostgreSQL does: nested comments, four kinds of quotes, dollar quotes. Keeps every
//! byte.

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whitespace.
    Space,
    /// `-- ...` without its line end, or `/* ... */`.
    Comment,
    /// A key word or an unquoted name.
    Word,
    /// `"..."`.
    Name,
    /// `'...'`, also with a letter in front (`E`, `B`, `X`, `N`, `U&`).
    Text,
    /// `$tag$...$tag$`.
    Dollar,
    /// A number.
    Number,
    /// Any other character.
    Mark,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its text, quotes included.
    pub text: &'a str,
    /// Its byte offset.
    pub at: usize,
}

impl<'a> Token<'a> {
    /// Returns whether it is the key word `word`, given in lower case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Returns whether it is the character `mark`.
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// Returns the text between dollar quotes and its byte offset.
    pub fn body(&self) -> Option<(&'a str, usize)> {
        let inside = self.text.strip_prefix('$').filter(|_| self.kind == Kind::Dollar)?;
        let tag = inside.find('$')? + 2;
        Some((&self.text[tag..self.text.len() - tag], self.at + tag))
    }
}

/// A quote or comment that is not terminated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unterminated {
    /// The kind of quote or comment.
    pub what: &'static str,
    /// Its byte offset.
    pub at: usize,
}

/// Splits `sql` into tokens. Their concatenation is `sql`.
pub fn tokenize(sql: &str) -> Result<Vec<Token<'_>>, Unterminated> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let open = |what: &'static str| Unterminated { what, at };
        let (kind, length) = match first {
            c if is_space(c) => (Kind::Space, run(rest, is_space)),
            '-' if rest.starts_with("--") => (Kind::Comment, run(rest, |c| !matches!(c, '\n' | '\r'))),
            '/' if rest.starts_with("/*") => (Kind::Comment, comment(rest).ok_or_else(|| open("a comment"))?),
            '"' => (Kind::Name, quoted(rest, '"', false).ok_or_else(|| open("a quoted name"))?),
            '\'' => (Kind::Text, quoted(rest, '\'', false).ok_or_else(|| open("a string"))?),
            '$' => match dollar_tag(rest) {
                Some(tag) => (Kind::Dollar, dollar(rest, tag).ok_or_else(|| open("a dollar quote"))?),
                None => (Kind::Mark, 1),
            },
            c if c.is_ascii_digit() => (Kind::Number, run(rest, is_part)),
            c if is_start(c) => word(rest, open)?,
            c => (Kind::Mark, c.len_utf8()),
        };
        tokens.push(Token { kind, text: &rest[..length], at });
        at += length;
    }
    Ok(tokens)
}

/// Reads a word, or a string or name with a prefix.
fn word(rest: &str, open: impl Fn(&'static str) -> Unterminated) -> Result<(Kind, usize), Unterminated> {
    let length = run(rest, is_part);
    let after = |prefix: &str| {
        rest.get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
            .then(|| &rest[prefix.len()..])
    };
    if let Some(quote) = after("u&").filter(|quote| quote.starts_with(['\'', '"'])) {
        let (kind, mark) = if quote.starts_with('"') { (Kind::Name, '"') } else { (Kind::Text, '\'') };
        return Ok((kind, 2 + quoted(quote, mark, false).ok_or_else(|| open("a string"))?));
    }
    if length == 1 && rest[1..].starts_with('\'') && "eEbBxXnN".contains(&rest[..1]) {
        let escapes = matches!(&rest[..1], "e" | "E");
        return Ok((Kind::Text, 1 + quoted(&rest[1..], '\'', escapes).ok_or_else(|| open("a string"))?));
    }
    Ok((Kind::Word, length))
}

/// In PostgreSQL every non-ASCII character is part of a name, including non-ASCII whitespace.
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn is_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_part(c: char) -> bool {
    is_start(c) || c.is_ascii_digit() || c == '$'
}

/// Returns the length of the leading characters of `text` that match `is`, in bytes.
fn run(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// Returns the length up to and including the closing `mark`, in bytes. A doubled mark is part of the text;
/// with `escapes`, so is one after a backslash.
fn quoted(text: &str, mark: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next()?;
        } else if c == mark {
            if chars.peek().is_some_and(|(_, next)| *next == mark) {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// Returns the length of a comment, which may contain others, in bytes.
fn comment(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += rest.chars().next()?.len_utf8();
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Returns `$tag$` at the start of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let name = text[1..].find('$').map(|end| &text[1..=end])?;
    let valid =
        name.is_empty() || (name.starts_with(is_start) && name.chars().all(|c| is_part(c) && c != '$'));
    valid.then(|| &text[..name.len() + 2])
}

fn dollar(text: &str, tag: &str) -> Option<usize> {
    Some(tag.len() + text[tag.len()..].find(tag)? + tag.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(sql: &str) -> Vec<(Kind, &str)> {
        let tokens = tokenize(sql).unwrap().into_iter().filter(|token| token.kind != Kind::Space);
        tokens.map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn unusual_tokens_are_recognised() {
        use Kind::{Comment, Dollar, Mark, Name, Number, Text, Word};
        let cases: [(&str, &[(Kind, &str)]); 10] = [
            ("a--b\nc", &[(Word, "a"), (Comment, "--b"), (Word, "c")]),
            ("a/*x/*y*/z*/b", &[(Word, "a"), (Comment, "/*x/*y*/z*/"), (Word, "b")]),
            ("'it''s; DROP'x", &[(Text, "'it''s; DROP'"), (Word, "x")]),
            (r"E'\'' 'a\'", &[(Text, r"E'\''"), (Text, r"'a\'")]),
            (r#"U&"d\0061" "a""b""#, &[(Name, r#"U&"d\0061""#), (Name, r#""a""b""#)]),
            ("$$a$b$$ $f$ $$;$$ $f$", &[(Dollar, "$$a$b$$"), (Dollar, "$f$ $$;$$ $f$")]),
            ("a$b$ $1 1e5", &[(Word, "a$b$"), (Mark, "$"), (Number, "1"), (Number, "1e5")]),
            ("e.x", &[(Word, "e"), (Mark, "."), (Word, "x")]),
            ("é\u{a0}=ü", &[(Word, "é\u{a0}"), (Mark, "="), (Word, "ü")]),
            ("--a\rb", &[(Comment, "--a"), (Word, "b")]),
        ];
        for (sql, expected) in cases {
            assert_eq!(kinds(sql), expected, "{sql}");
        }
    }

    #[test]
    fn unterminated_tokens_have_an_offset() {
        for (sql, what) in [
            ("a '", "a string"),
            ("a \"b", "a quoted name"),
            ("a /* /* */", "a comment"),
            ("a $x$ $$", "a dollar quote"),
            ("a E'\\'", "a string"),
        ] {
            assert_eq!(tokenize(sql), Err(Unterminated { what, at: 2 }), "{sql}");
        }
    }

    #[test]
    fn a_body_has_its_offset() {
        let tokens = tokenize("DO $x$BEGIN$x$").unwrap();
        assert_eq!(tokens[2].body(), Some(("BEGIN", 6)));
        assert_eq!(tokens[0].body(), None);
    }

    proptest! {
        #[test]
        fn tokens_keep_every_byte_and_nothing_panics(sql in "([a-zA-Z$'\"\\\\;/*-]|\\PC|\n){0,60}") {
            if let Ok(tokens) = tokenize(&sql) {
                prop_assert_eq!(tokens.iter().map(|token| token.text).collect::<String>(), &*sql);
                for pair in tokens.windows(2) {
                    prop_assert_eq!(pair[0].at + pair[0].text.len(), pair[1].at);
                }
            }
        }

        #[test]
        fn a_quoted_text_is_one_token(text in "\\PC{0,40}") {
            let body = text.replace('$', "");
            let forms = [
                (Kind::Text, format!("'{}'", text.replace('\'', "''"))),
                (Kind::Text, format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
                (Kind::Name, format!("\"{}\"", text.replace('"', "\"\""))),
                (Kind::Dollar, format!("$q${body}$q$")),
                (Kind::Comment, format!("/*{}*/", text.replace(['*', '/'], ""))),
                (Kind::Comment, format!("--{text}")),
            ];
            for (kind, sql) in forms {
                prop_assert_eq!(kinds(&sql), vec![(kind, sql.as_str())]);
            }
        }

        #[test]
        fn comments_between_tokens_change_nothing(words in proptest::collection::vec("[a-z]{1,8}|'[^']{0,5}'|[;,()]", 1..12)) {
            let plain = words.join(" ");
            let commented = words.join(" /* ; DROP TABLE x */ ");
            let seen: Vec<_> = kinds(&commented).into_iter().filter(|(kind, _)| *kind != Kind::Comment).collect();
            prop_assert_eq!(kinds(&plain), seen);
        }
    }
}
