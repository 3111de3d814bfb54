//! Draws a model and a state; pure. 80 columns and 24 lines are enough for all panes; smaller screens show one
//! pane.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Margin, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Block, Clear, Paragraph, RenderDirection, Sparkline},
};

use super::{
    Mark, Model, Row,
    state::{Pane, Popup, State},
};

/// The minimum size for all panes.
const WIDE: (u16, u16) = (76, 20);
/// Lines of the fleet's pane above its rows: the rate and its curve.
const CURVE: u16 = 2;

/// Draws the view. Without colours, words and bold text show the state.
pub(super) fn draw(frame: &mut Frame, model: Option<&Model>, state: &State, colours: bool) {
    let view = View { state, colours };
    let Some(model) = model else {
        frame.render_widget(Line::from("Reading the state of the environment...").centered(), frame.area());
        return;
    };
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    view.head(frame, head, model);
    let body = view.problems(frame, body, model);
    if frame.area().width >= WIDE.0 && frame.area().height >= WIDE.1 {
        view.all(frame, body, model);
    } else {
        view.one(frame, body, model);
    }
    let keys = "q quit  Tab pane  ↑↓ scroll  l logs  ? help";
    frame.render_widget(Span::styled(keys, view.dim()), foot);
    if u16::try_from(keys.chars().count() + model.observed.chars().count() + 4).is_ok_and(|w| w < foot.width)
    {
        frame.render_widget(Line::styled(model.observed.as_str(), view.dim()).right_aligned(), foot);
    }
    match state.popup {
        Some(Popup::Help) => view.popup(frame, "Help", &help()),
        Some(Popup::Logs) => view.popup(frame, "Logs", &logs(state.pane(), &model.command)),
        None => {}
    }
}

struct View<'a> {
    state: &'a State,
    colours: bool,
}

impl View<'_> {
    fn paint(&self, colour: Color, weight: Modifier) -> Style {
        let style = Style::new().add_modifier(weight);
        if self.colours { style.fg(colour) } else { style }
    }

    fn dim(&self) -> Style {
        if self.colours { Style::new().add_modifier(Modifier::DIM) } else { Style::new() }
    }

    fn mark(&self, mark: Mark) -> Span<'static> {
        match mark {
            Mark::Good => Span::styled("ok  ", self.paint(Color::Green, Modifier::empty())),
            Mark::Pending => Span::styled("..  ", self.paint(Color::Yellow, Modifier::empty())),
            Mark::Bad => Span::styled("bad ", self.paint(Color::Red, Modifier::BOLD)),
            Mark::Info => Span::raw("    "),
        }
    }

    fn head(&self, frame: &mut Frame, area: Rect, model: &Model) {
        let verdict = if model.ready {
            Span::styled("ready", self.paint(Color::Green, Modifier::BOLD))
        } else {
            Span::styled("NOT READY", self.paint(Color::Red, Modifier::BOLD))
        };
        let name = Span::styled(model.environment.clone(), Style::new().add_modifier(Modifier::BOLD));
        let line =
            Line::from(vec![name, " is ".into(), verdict, "  ".into(), model.headline.as_str().into()]);
        frame.render_widget(line, area);
    }

    /// Draws the problems at the top, in at most a third of the screen; returns the remaining area.
    fn problems(&self, frame: &mut Frame, area: Rect, model: &Model) -> Rect {
        if model.problems.is_empty() {
            return area;
        }
        let count = model.problems.len();
        let available = usize::from((area.height / 3).max(4)) - 2;
        // Without space for every hint, only the problems are shown.
        let rows: Vec<Row> = if count * 2 <= available { with_hints(model) } else { model.problems.clone() };
        let height = narrow(rows.len().min(available) + 2);
        let [top, rest] = Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(area);
        let more = rows.len().saturating_sub(available);
        let title = if more > 0 { format!("Problems, {more} more") } else { "Problems".to_owned() };
        let border = self.paint(Color::Red, Modifier::empty());
        let block = Block::bordered().border_style(border).title(title);
        let inside = block.inner(top);
        frame.render_widget(block, top);
        frame.render_widget(Paragraph::new(self.lines(&rows, inside.width)), inside);
        rest
    }

    fn all(&self, frame: &mut Frame, area: Rect, model: &Model) {
        let tall = |pane: Pane| u16::try_from(pane.rows(model).len()).unwrap_or(u16::MAX).saturating_add(2);
        let upper = tall(Pane::Phases).max(tall(Pane::Database)).clamp(3, 8);
        let lower = tall(Pane::Workloads).max(tall(Pane::Fleet) + CURVE).clamp(3, 12);
        // Events get the remaining lines, at least two.
        let lower = lower.min(area.height.saturating_sub(upper + 4)).max(5);
        let [top, middle, bottom] =
            Layout::vertical([Constraint::Length(upper), Constraint::Length(lower), Constraint::Min(0)])
                .areas(area);
        let halves = |area| Layout::horizontal([Constraint::Percentage(50); 2]).areas::<2>(area);
        let ([left, right], [below_left, below_right]) = (halves(top), halves(middle));
        for (pane, area) in [
            (Pane::Phases, left),
            (Pane::Database, right),
            (Pane::Workloads, below_left),
            (Pane::Fleet, below_right),
            (Pane::Events, bottom),
        ] {
            self.pane(frame, area, pane, model);
        }
    }

    /// On a small screen: the pane with the focus, below the titles of all panes.
    fn one(&self, frame: &mut Frame, area: Rect, model: &Model) {
        let [tabs, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        let tab = |pane: Pane| {
            let name = pane.short();
            if pane == self.state.pane() {
                Span::styled(format!("[{name}] "), self.paint(Color::Cyan, Modifier::BOLD))
            } else {
                Span::raw(format!("{name} "))
            }
        };
        frame.render_widget(Line::from_iter(Pane::ALL.map(tab)), tabs);
        self.pane(frame, rest, self.state.pane(), model);
    }

    fn pane(&self, frame: &mut Frame, area: Rect, pane: Pane, model: &Model) {
        let rows = pane.rows(model);
        let focused = pane == self.state.pane();
        let mut block = Block::bordered();
        let fleet = if pane == Pane::Fleet { CURVE } else { 0 };
        let height = usize::from(area.height.saturating_sub(2 + fleet));
        let skip = self.state.skip(pane, rows.len(), height);
        let hidden = rows.len().saturating_sub(height);
        let more = if hidden > 0 {
            format!(" {}-{} of {}", skip + 1, (skip + height).min(rows.len()), rows.len())
        } else {
            String::new()
        };
        block = if focused {
            let strong = self.paint(Color::Cyan, Modifier::BOLD);
            block.border_style(strong).title(Span::styled(format!("> {}{more}", pane.title()), strong))
        } else {
            block.border_style(self.dim()).title(format!("{}{more}", pane.title()))
        };
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let [above, below] = Layout::vertical([Constraint::Length(fleet), Constraint::Min(0)]).areas(inside);
        if pane == Pane::Fleet {
            self.curve(frame, above, model);
        }
        let text = if rows.is_empty() {
            vec![Line::styled("no data yet", self.dim())]
        } else {
            self.lines(&rows[skip..], below.width)
        };
        frame.render_widget(Paragraph::new(text), below);
    }

    fn curve(&self, frame: &mut Frame, area: Rect, model: &Model) {
        let [text, curve] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        frame.render_widget(Line::from(model.ingest.as_str()), text);
        // Newest at the right. The scale is logarithmic: a backlog that is sent at once must not flatten the
        // curve.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a curve of eight steps")]
        let data: Vec<u64> =
            model.rates.iter().rev().map(|rate| ((rate * 10.0).ln_1p() * 100.0) as u64).collect();
        let style = self.paint(Color::Cyan, Modifier::empty());
        let line = Sparkline::default().data(data).direction(RenderDirection::RightToLeft).style(style);
        frame.render_widget(line, curve);
    }

    /// Rows with aligned texts, each cut at the width.
    fn lines<'a>(&self, rows: &'a [Row], width: u16) -> Vec<Line<'a>> {
        let marked = rows.iter().any(|row| row.mark != Mark::Info);
        let widest = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let column = widest.min(usize::from(width) * 3 / 5);
        let left = usize::from(width).saturating_sub(column + 1 + if marked { 4 } else { 0 });
        rows.iter()
            .map(|row| {
                let name = format!("{:column$} ", cut(&row.name, column));
                let text = cut(&row.text, left);
                let mark = marked.then(|| self.mark(row.mark));
                mark.into_iter().chain([Span::raw(name), Span::raw(text)]).collect::<Line<'_>>()
            })
            .collect()
    }

    fn popup(&self, frame: &mut Frame, title: &str, lines: &[String]) {
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let (width, height) = (narrow(widest + 4), narrow(lines.len() + 2));
        let area = frame.area().inner(Margin::new(1, 1));
        let (width, height) = (width.min(area.width), height.min(area.height));
        let left = area.x + (area.width - width) / 2;
        let top = area.y + (area.height - height) / 2;
        let area = Rect::new(left, top, width, height);
        let block = Block::bordered()
            .title(title.to_owned())
            .border_style(self.paint(Color::Cyan, Modifier::BOLD))
            .padding(ratatui::widgets::Padding::horizontal(1));
        let text: Vec<Line> = lines.iter().map(|line| Line::from(line.as_str())).collect();
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(text).block(block), area);
    }
}

fn with_hints(model: &Model) -> Vec<Row> {
    let hint = |hint: &String| Row::new(Mark::Info, "", format!("hint: {hint}"));
    let pairs = model.problems.iter().zip(&model.hints);
    pairs.flat_map(|(problem, text)| [problem.clone(), hint(text)]).collect()
}

fn narrow(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The text in at most `width` characters; an ellipsis marks the cut.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { kept + "…" }
}

fn help() -> Vec<String> {
    [
        "Tab, right      next pane",
        "Shift-Tab, left pane before",
        "up, down        scroll the pane",
        "l               logs of the pane",
        "?               this help",
        "q, Ctrl-C       quit; the environment keeps running",
        "",
        "Problems are at the top, each with the next step.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn logs(pane: Pane, command: &str) -> Vec<String> {
    let lines = pane.logs().iter().map(|part| format!("{command} logs {part} --follow"));
    std::iter::once("In another terminal:".to_owned()).chain(lines).collect()
}
