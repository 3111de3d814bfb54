//! Two texts line by line, as a unified difference.

/// Lines of agreement that are shown around a difference.
const AROUND: usize = 2;
/// More lines on one side than this are not matched: each side is shown as it is.
const MATCHED: usize = 2000;

/// The lines of `before` and `after`, each behind `-`, `+` or a blank; what agrees further away is left out, which `…` tells.
pub fn unified(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let marked = matched(&old, &new);
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(marked.len()));
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

/// Every line with its mark, in an order in which the difference reads well.
fn matched<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let same = |lines: &[&'a str]| lines.iter().map(|line| (' ', *line)).collect::<Vec<_>>();
    let mut marked = same(&old[..head]);
    if old_rest.len().max(new_rest.len()) > MATCHED {
        marked.extend(old_rest.iter().map(|line| ('-', *line)));
        marked.extend(new_rest.iter().map(|line| ('+', *line)));
    } else {
        marked.extend(longest(old_rest, new_rest));
    }
    marked.extend(same(&old[old.len() - tail..]));
    marked
}

/// By the longest common subsequence.
fn longest<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let width = new.len() + 1;
    let mut length = vec![0u16; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            length[a * width + b] = if old[a] == new[b] {
                length[(a + 1) * width + b + 1] + 1
            } else {
                length[(a + 1) * width + b].max(length[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut marked) = (0, 0, Vec::new());
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            marked.push((' ', old[a]));
            (a, b) = (a + 1, b + 1);
        } else if a < old.len()
            && (b == new.len() || length[(a + 1) * width + b] >= length[a * width + b + 1])
        {
            marked.push(('-', old[a]));
            a += 1;
        } else {
            marked.push(('+', new[b]));
            b += 1;
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_differs_is_shown_with_what_is_around_it() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        assert_eq!(
            unified(before, &before.replace("d\n", "D\nE\n")),
            [" …", " b", " c", "-d", "+D", "+E", " e", " f", " …"]
        );
        assert_eq!(unified("", "x\n"), ["+x"]);
        assert_eq!(unified("x\n", "x\n"), [" …"]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_out_of_the_lines(old in prop::collection::vec("[ab]", 0..12), new in prop::collection::vec("[ab]", 0..12)) {
            let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
            let marked = matched(&old, &new);
            let side = |other: char| marked.iter().filter(|(mark, _)| *mark != other).map(|(_, line)| *line).collect::<Vec<_>>();
            prop_assert_eq!(side('+'), old);
            prop_assert_eq!(side('-'), new);
        }
    }
}
