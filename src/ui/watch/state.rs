//! What the keys do; pure.

use super::{Model, Row};

/// A part of the screen that can be scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Phases,
    Database,
    Workloads,
    Fleet,
    Events,
}

impl Pane {
    /// Every pane, in the order of the keys.
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

    /// Its name where there is little room.
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

    /// The parts whose logs tell more about what the pane shows, as `seasense logs` names them.
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

/// What lies over the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Popup {
    Help,
    Logs,
}

/// What a person pressed.
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

/// Where the person is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    focus: usize,
    scrolled: [usize; Pane::ALL.len()],
    pub(super) popup: Option<Popup>,
}

impl State {
    /// Takes a key; tells whether the view goes on.
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

    /// The pane that the keys are for.
    pub(super) fn pane(&self) -> Pane {
        Pane::ALL[self.focus]
    }

    /// How many rows of `pane` to leave out so that it shows as much as `height` lines can hold.
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
    fn escape_closes_what_lies_over_the_screen_first() {
        let mut state = State::default();
        assert!(state.press(Key::Help, None) && state.popup == Some(Popup::Help));
        assert!(state.press(Key::Logs, None) && state.popup == Some(Popup::Logs));
        assert!(state.press(Key::Escape, None) && state.popup.is_none());
        assert!(!state.press(Key::Escape, None) && !state.press(Key::Quit, None));
    }

    proptest! {
        #[test]
        fn no_keys_lead_out_of_a_pane(keys in prop::collection::vec(0..KEYS.len(), 0..60), rows in 0usize..9, height in 0usize..9) {
            let row = Row::new(Mark::Plain, "name", "text");
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
