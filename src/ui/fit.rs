//! Lines that fit the terminal: cut with an ellipsis, or folded between words. Pure, but for asking the width.

use ratatui::text::Span;

/// Ends a colour.
const RESET: &str = "\x1b[0m";

/// Columns of the terminal behind standard error at this moment; `None` where there is no terminal.
pub(super) fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    // A terminal without rows is one that does not know its size.
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0 && size.ws_row > 0)
}

/// Columns that `line` takes; colours take none.
pub(super) fn columns(line: &str) -> usize {
    pieces(line).iter().map(|(_, columns)| columns).sum()
}

/// `line` in one line of at most `width` columns; what is cut off is told by an ellipsis.
pub(super) fn fit(line: &str, width: usize) -> String {
    let pieces = pieces(line);
    if pieces.iter().map(|(_, columns)| columns).sum::<usize>() <= width {
        return pieces.into_iter().map(|(piece, _)| piece).collect();
    }
    let mut room = width.saturating_sub(1);
    let (mut fitted, mut painted) = (String::new(), false);
    for (piece, columns) in pieces {
        if columns > room {
            break;
        }
        room -= columns;
        painted |= piece.starts_with('\x1b');
        fitted += piece;
    }
    if width > 0 {
        fitted.push('…');
    }
    if painted {
        fitted += RESET;
    }
    fitted
}

/// `head` and `tail` in one line; where there is no room for both, `head` is cut.
pub(super) fn fit_before(head: &str, tail: &str, width: usize) -> String {
    let kept = columns(tail);
    if kept == 0 || kept * 2 > width {
        return fit(&format!("{head} {tail}"), width);
    }
    format!("{} {tail}", fit(head, width - kept - 1))
}

/// `text` in lines of at most `width` columns, broken between words; lines after the first are indented.
///
/// A single word that is longer is left whole: an address that is cut is of no use.
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

/// The text in pieces with their columns: colours, and characters, of which control characters become blanks.
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

/// The length of the colour that `text` begins with.
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
    fn what_fits_is_left_alone_and_the_rest_is_cut_with_an_ellipsis() {
        assert_eq!(fit("Make the cluster", 16), "Make the cluster");
        assert_eq!(fit("Make the cluster", 15), "Make the clust…");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit("two\nlines\tand", 80), "two lines and");
    }

    #[test]
    fn colours_take_no_room_and_are_ended_where_they_are_cut() {
        assert_eq!(columns("\x1b[1;31mbad\x1b[0m"), 3);
        assert_eq!(fit("\x1b[2mlong text\x1b[0m", 5), "\x1b[2mlong…\x1b[0m");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!((columns("温度"), fit("温度計", 5)), (4, "温度…".to_owned()));
    }

    #[test]
    fn the_tail_stays() {
        assert_eq!(fit_before("Wait for the phases", "12.3 s", 16), "Wait for… 12.3 s");
        assert_eq!(fit_before("Wait", "12.3 s", 80), "Wait 12.3 s");
        assert_eq!(fit_before("Wait", "12.3 s", 6), "Wait …");
    }

    #[test]
    fn texts_are_folded_between_words() {
        assert_eq!(fold("warning: the clock is late", 14, 4), "warning: the\n    clock is\n    late");
        assert_eq!(
            fold("see https://seasense.localhost:8443/", 10, 2),
            "see\n  https://seasense.localhost:8443/"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_ever_wider_than_the_terminal(head in "\\PC{0,60}", tail in "\\PC{0,20}", width in 0usize..100) {
            prop_assert!(columns(&fit(&head, width)) <= width);
            prop_assert!(columns(&fit_before(&head, &tail, width)) <= width);
            prop_assert!(!fit(&head, width).contains('\n'));
        }
    }
}
