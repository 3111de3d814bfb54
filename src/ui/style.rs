//! Colours; every text must be readable without them.

/// Whether to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// No colour.
    pub const PLAIN: Self = Self { colour: false };

    /// Colour on a terminal, unless `NO_COLOR` is set or the terminal is dumb; `CLICOLOR_FORCE` takes
    /// precedence.
    #[expect(
        clippy::disallowed_methods,
        reason = "these are conventions of terminals, not settings of seasense"
    )]
    pub fn detect(terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: set("CLICOLOR_FORCE") || (terminal && !dumb && !set("NO_COLOR")) }
    }

    /// Whether it uses colours.
    pub fn colours(self) -> bool {
        self.colour
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Success.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// A warning.
    pub fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// An error.
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// A secondary text.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// An emphasised text.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A command or a URL.
    pub fn link(self, text: &str) -> String {
        self.paint("36", text)
    }
}
