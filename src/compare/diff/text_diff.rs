//! A unified diff of two texts, line by line.

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// Unchanged lines shown around a difference.
const CONTEXT: usize = 2;
/// With more differing lines than this on one side, lines are not matched: all old ones are removed, all new
/// ones added.
const MATCHED: usize = 2000;

/// Returns the lines of both texts, each prefixed with `-`, `+` or a space. `…` replaces distant unchanged
/// lines.
pub(super) fn unified(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let marked = matched(&old, &new);
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(marked.len()));
        marked[from..to].iter().any(|(mark, _)| *mark != ' ')
    };
    let mut shown = Vec::new();
    let mut gap = false;
    for (at, (mark, line)) in marked.iter().enumerate() {
        if near(at) {
            shown.push(format!("{mark}{line}"));
            gap = false;
        } else if !std::mem::replace(&mut gap, true) {
            shown.push(" …".to_owned());
        }
    }
    shown
}

/// Returns every line with its mark.
fn matched<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let marked = |mark: char, lines: &[&'a str]| lines.iter().map(|line| (mark, *line)).collect::<Vec<_>>();
    let differing = if old_rest.len().max(new_rest.len()) > MATCHED {
        [marked('-', old_rest), marked('+', new_rest)].concat()
    } else {
        let operations = capture_diff_slices(Algorithm::Myers, old_rest, new_rest);
        let changes = operations.iter().flat_map(|operation| operation.iter_changes(old_rest, new_rest));
        changes.map(|change| (mark(change.tag()), change.value())).collect()
    };
    [marked(' ', &old[..head]), differing, marked(' ', &old[old.len() - tail..])].concat()
}

const fn mark(tag: ChangeTag) -> char {
    match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn differences_are_shown_with_their_context() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        assert_eq!(
            unified(before, &before.replace("d\n", "D\nE\n")),
            [" …", " b", " c", "-d", "+D", "+E", " e", " f", " …"]
        );
        assert_eq!(unified("", "x\n"), ["+x"]);
        assert_eq!(unified("x\n", "x\n"), [" …"]);
    }

    #[test]
    fn very_long_differences_are_not_matched() {
        let lines =
            |range: std::ops::Range<usize>| range.map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        let shown = unified(&lines(0..MATCHED + 1), &lines(1..MATCHED + 3));
        assert_eq!(shown.iter().filter(|line| line.starts_with('-')).count(), MATCHED + 1);
        assert_eq!(shown.iter().filter(|line| line.starts_with('+')).count(), MATCHED + 2);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_restored_from_the_lines(old in prop::collection::vec("[ab]", 0..12), new in prop::collection::vec("[ab]", 0..12)) {
            let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
            let marked = matched(&old, &new);
            let side = |other: char| marked.iter().filter(|(mark, _)| *mark != other).map(|(_, line)| *line).collect::<Vec<_>>();
            prop_assert_eq!(side('+'), old);
            prop_assert_eq!(side('-'), new);
        }
    }
}
