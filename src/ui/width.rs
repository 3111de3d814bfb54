//! Fits lines to the width of the terminal: cut with an ellipsis, or folded between words. Pure except for the
//! width query.

use ratatui::text::Span;

/// Resets the colour.
const RESET: &str = "\x1b[0m";

/// The columns of the terminal of standard error; `None` without a terminal.
pub(super) fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    // A terminal without rows does not know its size.
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0 && size.ws_row > 0)
}

/// The columns of `line`, without escape codes.
pub(super) fn columns(line: &str) -> usize {
    pieces(line).iter().map(|(_, columns)| columns).sum()
}

/// `line` in at most `width` columns; an ellipsis marks the cut.
pub(super) fn fit(line: &str, width: usize) -> String {
    let pieces = pieces(line);
    if pieces.iter().map(|(_, columns)| columns).sum::<usize>() <= width {
        return pieces.into_iter().map(|(piece, _)| piece).collect();
    }
    let mut available = width.saturating_sub(1);
    let (mut fitted, mut coloured) = (String::new(), false);
    for (piece, columns) in pieces {
        if columns > available {
            break;
        }
        available -= columns;
        coloured |= piece.starts_with('\x1b');
        fitted += piece;
    }
    if width > 0 {
        fitted.push('…');
    }
    if coloured {
        fitted += RESET;
    }
    fitted
}

/// `head` and `tail` in one line; `head` is cut if both do not fit.
pub(super) fn fit_before(head: &str, tail: &str, width: usize) -> String {
    let kept = columns(tail);
    if kept == 0 || kept * 2 > width {
        return fit(&format!("{head} {tail}"), width);
    }
    format!("{} {tail}", fit(head, width - kept - 1))
}

/// `text` in lines of at most `width` columns, broken between words; lines after the first are indented.
///
/// A single longer word is not broken: a cut URL is useless.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = paragraph[..paragraph.len() - paragraph.trim_start().len()].to_owned();
        let mut empty = true;
        for word in paragraph.split_whitespace() {
            if !empty && columns(&line) + 1 + columns(word) > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line += word;
            empty = false;
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Splits the text into escape codes and characters, with their columns; control characters become blanks.
fn pieces(text: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = colour(rest).unwrap_or(c.len_utf8());
        let (piece, tail) = rest.split_at(length);
        found.push(match c {
            '\x1b' if length > 1 => (piece, 0),
            c if c.is_control() => (" ", 1),
            _ => (piece, Span::raw(piece).width()),
        });
        rest = tail;
    }
    found
}

/// The length of the escape code at the start of `text`.
fn colour(text: &str) -> Option<usize> {
    let codes = text.strip_prefix("\x1b[")?;
    let end = codes.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    codes[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_line_is_cut_with_an_ellipsis() {
        assert_eq!(fit("Pack the images!", 16), "Pack the images!");
        assert_eq!(fit("Pack the images!", 15), "Pack the image…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("two\nlines\tand", 80), "two lines and");
    }

    #[test]
    fn colours_have_no_width_and_are_reset_at_the_cut() {
        assert_eq!(columns("\x1b[1;31mbad\x1b[0m"), 3);
        assert_eq!(fit("\x1b[2mlong text\x1b[0m", 5), "\x1b[2mlong…\x1b[0m");
    }

    #[test]
    fn wide_characters_have_two_columns() {
        assert_eq!(columns("温度"), 4);
        assert_eq!(fit("温度計", 5), "温度…");
    }

    #[test]
    fn tail_is_not_cut() {
        assert_eq!(fit_before("Wait for the phases", "12.3 s", 16), "Wait for… 12.3 s");
        assert_eq!(fit_before("Wait", "12.3 s", 80), "Wait 12.3 s");
        assert_eq!(fit_before("Wait", "12.3 s", 6), "Wait …");
    }

    #[test]
    fn text_is_folded_between_words() {
        assert_eq!(fold("warning: the clock is late", 14, 4), "warning: the\n    clock is\n    late");
        assert_eq!(
            fold("see https://seasense.localhost:8443/", 10, 2),
            "see\n  https://seasense.localhost:8443/"
        );
    }

    proptest! {
        #[test]
        fn lines_never_exceed_the_width(head in "\\PC{0,60}", tail in "\\PC{0,20}", width in 0usize..100) {
            prop_assert!(columns(&fit(&head, width)) <= width);
            prop_assert!(columns(&fit_before(&head, &tail, width)) <= width);
            prop_assert!(!fit(&head, width).contains('\n'));
        }
    }
}
