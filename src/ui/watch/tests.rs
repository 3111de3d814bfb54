//! Tests that draw the view into memory.

use ratatui::{Terminal, backend::TestBackend, style::Color};

use super::{
    Mark, Model, Row,
    state::{Key, State},
    view::draw,
};

fn rows(rows: &[(Mark, &str, &str)]) -> Vec<Row> {
    rows.iter().map(|(mark, name, text)| Row::new(*mark, *name, *text)).collect()
}

fn healthy() -> Model {
    let at = "at 0f3c9a7d";
    let ready = |name: &str| Row::new(Mark::Good, name, at);
    Model {
        environment: "local".into(),
        ready: true,
        headline: "cluster running, artifact 0f3c9a7d (786f5d3c1a2b with edits)".into(),
        observed: "10:00:02, took 0.3 s".into(),
        command: "seasense".into(),
        problems: Vec::new(),
        hints: Vec::new(),
        phases: ["infrastructure-core", "gateway-config", "data", "apps"].map(ready).to_vec(),
        workloads: [
            "cert-manager",
            "cert-manager-cainjector",
            "cert-manager-webhook",
            "cnpg-controller-manager",
            "envoy-envoy-gateway-system-main-3fb2c1d7",
            "envoy-gateway",
            "kustomize-controller",
            "source-controller",
            "backend",
            "frontend",
        ]
        .map(|name| Row::new(Mark::Good, name, "1/1"))
        .to_vec(),
        database: rows(&[
            (Mark::Good, "seasense-db-1", "primary"),
            (Mark::Good, "seasense-db-2", "replica, lag 3 ms"),
            (Mark::Info, "rows", "52416"),
            (Mark::Info, "TimescaleDB", "2.19.3"),
        ]),
        fleet: rows(&[
            (Mark::Good, "buoys", "12, newest 0.9 s old"),
            (Mark::Good, "acknowledged", "12096 of 12102"),
            (Mark::Info, "waiting", "6 readings"),
            (Mark::Info, "sent again", "0 batches"),
        ]),
        ingest: "6.0 readings/s, 13104 stored".into(),
        rates: (0..30).map(|look| 6.0 + f64::from(look % 5) / 2.0).collect(),
        events: rows(&[
            (Mark::Info, "4 s", "apps ReconciliationSucceeded: Reconciliation finished in 1.2s"),
            (Mark::Info, "2 min", "backend-7c9f6 Started: Started container backend"),
        ]),
    }
}

fn starting() -> Model {
    Model {
        ready: false,
        problems: rows(&[
            (Mark::Bad, "phase/data", "waits for its part `database`"),
            (Mark::Bad, "phase/apps", "dependency 'flux-system/data' is not ready"),
            (Mark::Bad, "database", "Creating a new replica"),
        ]),
        hints: vec![
            "`seasense dev` waits for it and names what blocks it".into(),
            "`seasense dev` waits for it and names what blocks it".into(),
            "`seasense logs database` shows the log of PostgreSQL".into(),
        ],
        phases: rows(&[
            (Mark::Good, "infrastructure-core", "at 0f3c9a7d"),
            (Mark::Good, "gateway-config", "at 0f3c9a7d"),
            (Mark::Pending, "data", "waits for its part `database`"),
            (Mark::Pending, "apps", "dependency 'flux-system/data' is not ready"),
        ]),
        database: rows(&[
            (Mark::Good, "seasense-db-1", "primary"),
            (Mark::Pending, "seasense-db-2", "no role yet"),
            (Mark::Info, "operator", "Creating a new replica"),
        ]),
        workloads: healthy().workloads[..8].to_vec(),
        fleet: rows(&[(Mark::Pending, "buoys", "12, not running")]),
        ingest: "readings cannot be counted".into(),
        rates: Vec::new(),
        ..healthy()
    }
}

fn failing() -> Model {
    let mut workloads = healthy().workloads;
    workloads.rotate_right(2);
    workloads[0] = Row::new(Mark::Pending, "backend", "0 of 1 replicas available");
    Model {
        ready: false,
        problems: rows(&[
            (Mark::Bad, "workload/seasense/backend", "0 of 1 replicas available"),
            (Mark::Bad, "gateway", "GET /api/v1/summary answered 503 Service Unavailable"),
        ]),
        hints: vec![
            "`seasense logs` shows the log; `seasense status --watch` shows the last events".into(),
            "`seasense logs gateway` shows the log of Envoy".into(),
        ],
        workloads,
        fleet: rows(&[
            (Mark::Pending, "buoys", "12, no reading yet"),
            (Mark::Good, "acknowledged", "12096 of 12348"),
            (Mark::Info, "waiting", "252 readings"),
            (Mark::Info, "sent again", "31 batches"),
        ]),
        ingest: "readings cannot be counted".into(),
        events: rows(&[
            (
                Mark::Bad,
                "3 s",
                "backend-7c9f6 BackOff: Back-off restarting failed container backend in pod backend-7c9f6",
            ),
            (Mark::Info, "9 s", "backend-7c9f6 Pulled: Container image already present on machine"),
        ]),
        ..healthy()
    }
}

fn no_cluster() -> Model {
    Model {
        environment: "local".into(),
        headline: "cluster absent, no artifact".into(),
        observed: "10:00:02, took 0.0 s".into(),
        command: "seasense".into(),
        problems: rows(&[(Mark::Bad, "cluster", "there is no cluster")]),
        hints: vec!["run `seasense dev`".into()],
        fleet: rows(&[(Mark::Pending, "buoys", "12, not running")]),
        ingest: "readings cannot be counted".into(),
        ..Model::default()
    }
}

fn terminal(size: (u16, u16), model: Option<&Model>, keys: &[Key], colours: bool) -> Terminal<TestBackend> {
    let mut state = State::default();
    for key in keys {
        assert!(state.press(*key, model));
    }
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(frame, model, &state, colours)).unwrap();
    terminal
}

fn shown(size: (u16, u16), model: &Model, keys: &[Key]) -> String {
    terminal(size, Some(model), keys, false).backend().to_string()
}

const USUAL: (u16, u16) = (80, 24);

#[test]
fn healthy_environment() {
    insta::assert_snapshot!(shown(USUAL, &healthy(), &[]));
}

#[test]
fn starting_environment() {
    insta::assert_snapshot!(shown(USUAL, &starting(), &[]));
}

#[test]
fn failing_environment() {
    insta::assert_snapshot!(shown((120, 36), &failing(), &[]));
}

#[test]
fn environment_without_a_cluster() {
    insta::assert_snapshot!(shown(USUAL, &no_cluster(), &[]));
}

#[test]
fn narrow_terminal_shows_one_pane() {
    insta::assert_snapshot!(shown((44, 16), &failing(), &[Key::Next, Key::Next, Key::Down, Key::Down]));
}

#[test]
fn help_and_logs_are_overlays() {
    insta::assert_snapshot!("help", shown(USUAL, &healthy(), &[Key::Help]));
    insta::assert_snapshot!("logs", shown(USUAL, &healthy(), &[Key::Next, Key::Next, Key::Logs]));
}

#[test]
fn view_reports_that_the_first_observation_is_pending() {
    let text = terminal(USUAL, None, &[], false).backend().to_string();
    assert!(text.contains("Reading the state of the environment"), "{text}");
}

#[test]
fn colours_are_optional() {
    for (colours, expected) in [(true, true), (false, false)] {
        let terminal = terminal(USUAL, Some(&failing()), &[], colours);
        let coloured = terminal.backend().buffer().content.iter().any(|cell| cell.fg != Color::Reset);
        assert_eq!(coloured, expected);
    }
}

#[test]
fn every_size_can_be_drawn() {
    for model in [healthy(), starting(), failing(), no_cluster()] {
        for width in (1..140).step_by(23) {
            for height in (1..40).step_by(3) {
                for keys in [&[][..], &[Key::Help], &[Key::Next, Key::Logs]] {
                    shown((width, height), &model, keys);
                }
            }
        }
    }
}
