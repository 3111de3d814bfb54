//! The option `--json`, the same in every command that has it.

use serde::Serialize;

use super::Context;
use crate::base::failure::{Context as _, Kind, Result};

/// The option.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Json {
    /// Print JSON (schemas: docs/schemas)
    #[arg(long)]
    json: bool,
}

impl Json {
    /// The value for a command that declares the option itself.
    pub const fn when(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON is requested.
    pub const fn requested(self) -> bool {
        self.json
    }

    /// Prints `value` as JSON if requested, otherwise `text`.
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
