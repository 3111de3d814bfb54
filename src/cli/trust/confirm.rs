//! Shows the planned changes and asks for confirmation.

use std::io::IsTerminal;

use super::super::Context;
use crate::{
    base::failure::{Context as _, Failure, Kind, Result},
    local::trust::Change,
};

/// Shows `changes` as commands and asks whether to execute them.
pub fn confirm(context: &Context<'_>, heading: &str, changes: &[Change], yes: bool) -> Result<()> {
    context.ui.message(&describe(heading, changes));
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "cannot ask for confirmation")
            .because("standard input is not a terminal")
            .hint("add `--yes` to confirm"));
    }
    context.ui.message("Continue? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context(Kind::Interrupted, "cannot read the answer")?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(Kind::Interrupted, "nothing was changed").because("the answer was not yes"))
}

fn describe(heading: &str, changes: &[Change]) -> String {
    let mut text = heading.to_owned();
    for change in changes {
        text += &format!("  {:6} {}\n", change.store.kind().name(), change.store.location.path().display());
        if change.actions.is_empty() {
            text += "           already removed\n";
        }
        for command in change.commands() {
            text += &format!("           {command}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::trust::sample_change;

    #[test]
    fn every_command_is_shown() {
        let text = describe("heading\n", &[sample_change(true, None)]);
        assert_eq!(text, "heading\n  nss    /home/a/.pki/nssdb\n           certutil -A\n           update\n");
    }
}
