//! The `--json` switch, the same in every command that has one.

use serde::Serialize;

use super::Context;
use crate::base::failure::{Context as _, Kind, Result};

/// The switch.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Json {
    /// Print JSON for programs, as `docs/schemas` describes it
    #[arg(long)]
    json: bool,
}

impl Json {
    /// The switch of a command that has it under a condition of its own.
    pub const fn when(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON is wanted.
    pub const fn wanted(self) -> bool {
        self.json
    }

    /// Prints `value` where JSON is wanted, else what `text` gives.
    pub fn print(
        self,
        context: &Context<'_>,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<()> {
        if self.json {
            let json = serde_json::to_string_pretty(value).context(Kind::Internal, "write JSON")?;
            context.ui.data(&format!("{json}\n"));
        } else {
            context.ui.data(&text());
        }
        Ok(())
    }
}
