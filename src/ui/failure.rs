//! Renders a failure as text and as JSON.

use super::Style;
use crate::base::failure::{Failure, Kind};

/// Renders the failure as text, with a final line break.
pub fn render_failure(failure: &Failure, style: Style) -> String {
    let mut text = format!("{} {}\n", style.bad("error:"), failure.message);
    if let Some(location) = &failure.location {
        text += &format!("  {} {location}\n", style.dim("at"));
    }
    for cause in &failure.causes {
        text.push_str(&block(&style.dim("because"), cause));
    }
    if failure.kind == Kind::Internal {
        text.push_str(&block(
            &style.link("hint:"),
            "this is a bug in seasense: please report it with the output above",
        ));
    }
    for hint in &failure.hints {
        text.push_str(&block(&style.link("hint:"), hint));
    }
    text
}

fn block(label: &str, text: &str) -> String {
    let mut lines = text.lines();
    let mut block = format!("  {label} {}\n", lines.next().unwrap_or_default());
    for line in lines {
        block += &format!("    {line}\n");
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::failure::Location;

    #[test]
    fn every_part_of_a_failure_has_its_line() {
        let failure = Failure::new(Kind::Environment, "unknown field `htps`")
            .at(Location::at_offset("envs/local.toml", "a\nhtps", 2))
            .because("first\nsecond")
            .hint("the nearest known name is `https`");
        insta::assert_snapshot!(render_failure(&failure, Style::PLAIN), @r"
        error: unknown field `htps`
          at envs/local.toml:2:1
          because first
            second
          hint: the nearest known name is `https`
        ");
    }
}
