//! Telling what will be done, and asking.

use std::io::IsTerminal;

use super::super::Context;
use crate::{
    base::failure::{Context as _, Failure, Kind, Result},
    local::trust::Change,
};

/// Tells `changes` as commands and asks whether to carry them out.
pub fn consent(context: &Context<'_>, heading: &str, changes: &[Change], yes: bool) -> Result<()> {
    context.ui.message(&describe(heading, changes));
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "nobody can be asked")
            .because("standard input is no terminal")
            .hint("say `--yes` if you mean it"));
    }
    context.ui.message("Do it? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context(Kind::Interrupted, "read the answer")?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(Kind::Interrupted, "nothing was changed").because("the answer was not yes"))
}

fn describe(heading: &str, changes: &[Change]) -> String {
    let mut text = heading.to_owned();
    for change in changes {
        text += &format!("  {:6} {}\n", change.site.store().name(), change.site.place.path().display());
        if change.actions.is_empty() {
            text += "           nothing is left there\n";
        }
        for command in change.commands() {
            text += &format!("           {command}\n");
        }
    }
    text
}

/// Names the commands that only root may run.
pub fn left_to_root(changes: &[Change]) -> Result<()> {
    let left: Vec<(&Change, String)> =
        changes.iter().filter_map(|change| Some((change, change.obstacle()?))).collect();
    if left.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(Kind::Tool, "a part of it you must do yourself");
    Err(left.into_iter().fold(failure, |failure, (change, obstacle)| {
        let failure = failure.because(format!("{}: {obstacle}", change.site.store().name()));
        match change.site.lacking {
            Some(_) => failure,
            None => failure.hint(format!("run: {}", change.commands().join(" && "))),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::trust::{Action, Certificate, Place, Site};

    fn change(writable: bool, lacking: Option<&str>) -> Change {
        Change {
            site: Site {
                place: Place::Nss { folder: "/home/a/.pki/nssdb".into() },
                writable,
                fresh: false,
                lacking: lacking.map(str::to_owned),
            },
            certificate: Certificate {
                pem: String::new(),
                fingerprint: "ab".repeat(32),
                subject: "CN=x".into(),
                expires: jiff::Timestamp::UNIX_EPOCH,
                authority: true,
                permitted: vec!["sea.example".into()],
            },
            actions: vec![Action::run("certutil", ["-A"]), Action::run("update", [""; 0])],
        }
    }

    #[test]
    fn every_command_is_told_before_it_runs() {
        let text = describe("heading\n", &[change(true, None)]);
        assert_eq!(text, "heading\n  nss    /home/a/.pki/nssdb\n           certutil -A\n           update\n");
    }

    #[test]
    fn what_root_must_do_is_one_line_to_paste() {
        assert_eq!(left_to_root(&[change(true, None)]), Ok(()));
        let failure = left_to_root(&[change(false, None)]).unwrap_err();
        assert_eq!(failure.hints, ["run: sudo certutil -A && sudo update"]);
        let failure = left_to_root(&[change(true, Some("`certutil` is missing"))]).unwrap_err();
        assert_eq!(failure.causes, ["nss: `certutil` is missing"]);
    }
}
