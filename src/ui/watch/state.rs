//! The state of the view and the effect of keys; pure.

use super::{Model, Row};

/// A pane that can be scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Phases,
    Database,
    Workloads,
    Fleet,
    Events,
}

impl Pane {
    /// All panes, in the order of the Tab key.
    pub(super) const ALL: [Self; 5] =
        [Self::Phases, Self::Database, Self::Workloads, Self::Fleet, Self::Events];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Phases => "Phases",
            Self::Database => "Database",
            Self::Workloads => "Workloads",
            Self::Fleet => "Ingest and fleet",
            Self::Events => "Last events",
        }
    }

    /// Its title on a small screen.
    pub(super) const fn short(self) -> &'static str {
        match self {
            Self::Fleet => "Fleet",
            Self::Events => "Events",
            other => other.title(),
        }
    }

    pub(super) fn rows(self, model: &Model) -> &[Row] {
        match self {
            Self::Phases => &model.phases,
            Self::Database => &model.database,
            Self::Workloads => &model.workloads,
            Self::Fleet => &model.fleet,
            Self::Events => &model.events,
        }
    }

    /// The components whose logs belong to the pane, as `seasense logs` names them.
    pub(super) const fn logs(self) -> &'static [&'static str] {
        match self {
            Self::Phases => &["flux"],
            Self::Database => &["database"],
            Self::Workloads => &["backend", "frontend", "gateway", "flux"],
            Self::Fleet => &["fleet", "backend", "gateway"],
            Self::Events => &["flux", "backend", "database"],
        }
    }
}

/// An overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Popup {
    Help,
    Logs,
}

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Quit,
    Escape,
    Next,
    Previous,
    Up,
    Down,
    Logs,
    Help,
}

/// The focus, the scroll positions and the overlay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    focus: usize,
    scrolled: [usize; Pane::ALL.len()],
    pub(super) popup: Option<Popup>,
}

impl State {
    /// Applies a key; returns whether the view continues.
    pub(super) fn press(&mut self, key: Key, model: Option<&Model>) -> bool {
        let panes = Pane::ALL.len();
        let toggled = |popup, now| if now == Some(popup) { None } else { Some(popup) };
        match key {
            Key::Quit => return false,
            Key::Escape if self.popup.is_none() => return false,
            Key::Escape => self.popup = None,
            Key::Next => self.focus = (self.focus + 1) % panes,
            Key::Previous => self.focus = (self.focus + panes - 1) % panes,
            Key::Up => self.scrolled[self.focus] = self.scrolled[self.focus].saturating_sub(1),
            Key::Down => {
                let rows = model.map_or(0, |model| self.pane().rows(model).len());
                self.scrolled[self.focus] = (self.scrolled[self.focus] + 1).min(rows.saturating_sub(1));
            }
            Key::Logs => self.popup = toggled(Popup::Logs, self.popup),
            Key::Help => self.popup = toggled(Popup::Help, self.popup),
        }
        true
    }

    /// The pane with the focus.
    pub(super) fn pane(&self) -> Pane {
        Pane::ALL[self.focus]
    }

    /// The number of rows of `pane` to skip, so that it fills `height` lines.
    pub(super) fn skip(&self, pane: Pane, rows: usize, height: usize) -> usize {
        let index = Pane::ALL.iter().position(|one| *one == pane).unwrap_or_default();
        self.scrolled[index].min(rows.saturating_sub(height))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::watch::Mark;

    const KEYS: [Key; 7] = [Key::Escape, Key::Next, Key::Previous, Key::Up, Key::Down, Key::Logs, Key::Help];

    #[test]
    fn escape_closes_the_overlay_first() {
        let mut state = State::default();
        assert!(state.press(Key::Help, None) && state.popup == Some(Popup::Help));
        assert!(state.press(Key::Logs, None) && state.popup == Some(Popup::Logs));
        assert!(state.press(Key::Escape, None) && state.popup.is_none());
        assert!(!state.press(Key::Escape, None) && !state.press(Key::Quit, None));
    }

    proptest! {
        #[test]
        fn scrolling_stays_within_the_pane(keys in prop::collection::vec(0..KEYS.len(), 0..60), rows in 0usize..9, height in 0usize..9) {
            let row = Row::new(Mark::Info, "name", "text");
            let model = Model { phases: vec![row.clone(); rows], events: vec![row; rows], ..Model::default() };
            let mut state = State::default();
            for key in keys {
                state.press(KEYS[key], Some(&model));
                for pane in Pane::ALL {
                    let shown = pane.rows(&model).len();
                    prop_assert!(state.skip(pane, shown, height) <= shown.saturating_sub(height));
                }
            }
        }
    }
}
