//! Tests with real child processes.

use super::*;

fn shell(script: &str) -> Invocation {
    Invocation::new("sh").args(["-c", script])
}

#[tokio::test]
async fn both_streams_are_captured_and_stdin_is_written() {
    let captured = shell("cat; echo err >&2").stdin("in").capture().await.unwrap();
    assert_eq!(captured.stdout, "in\n");
    assert_eq!(captured.stderr, "err\n");
}

#[tokio::test]
async fn exit_code_is_reported() {
    let error = shell("echo why >&2; exit 7").capture().await.unwrap_err();
    assert!(matches!(&error, ToolError::Exited { code: 7, tail, .. } if tail == "why"), "{error:?}");
}

#[tokio::test]
async fn signal_is_reported_as_a_signal() {
    let error = shell("kill -TERM $$").capture().await.unwrap_err();
    assert!(matches!(error, ToolError::Signalled { signal: 15, .. }), "{error:?}");
}

#[tokio::test]
async fn missing_program_is_reported_by_name() {
    let error = Invocation::new("no-such-program-here").capture().await.unwrap_err();
    assert_eq!(error, ToolError::Missing { program: "no-such-program-here".into() });
}

#[tokio::test]
async fn time_limit_kills_grandchildren() {
    let folder = tempfile::tempdir().unwrap();
    let alive = folder.path().join("alive");
    let script = format!("(while :; do touch {0}; sleep 0.05; done) & wait", alive.display());
    let ended = shell(&script).limit(Duration::from_millis(300)).capture().await;
    assert!(matches!(ended, Err(ToolError::TimedOut { .. })), "{ended:?}");
    std::fs::remove_file(&alive).unwrap();
    // Two iterations of its loop.
    shell("sleep 0.2").capture().await.unwrap();
    assert!(!alive.exists(), "a grandchild is still running");
}

#[tokio::test]
async fn time_limit_kills_the_child() {
    let error = shell("echo begun; exec sleep 60").limit(Duration::from_millis(300)).capture().await;
    assert!(matches!(error, Err(ToolError::TimedOut { ref tail, .. }) if tail == "begun"), "{error:?}");
}
