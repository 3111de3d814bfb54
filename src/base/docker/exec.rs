//! Runs commands inside a running container.

use bollard::{container::LogOutput, exec::StartExecResults, models::ExecConfig};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use super::connect::Docker;
use crate::base::{
    failure::{Context, Failure, Kind, Result},
    tool::Captured,
};

impl Docker {
    /// Runs `command` in the container `name` with `stdin` and returns its output; any exit code but 0 is a
    /// failure.
    pub async fn exec(&self, name: &str, command: &[&str], stdin: Option<&[u8]>) -> Result<Captured> {
        let line = command.join(" ");
        let what = || format!("run `{line}` in the container `{name}`");
        let config = ExecConfig {
            cmd: Some(command.iter().map(|part| (*part).to_owned()).collect()),
            attach_stdin: Some(stdin.is_some()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let id = self.api.create_exec(name, config).await.with_context(Kind::Tool, what)?.id;
        let started = self.api.start_exec(&id, None).await.with_context(Kind::Tool, what)?;
        let captured = converse(started, stdin).await.with_context(Kind::Tool, what)?;
        let ended = self.api.inspect_exec(&id).await.with_context(Kind::Tool, what)?;
        match ended.exit_code {
            Some(0) => Ok(captured),
            code => {
                let code = code.map_or_else(
                    || "without an exit code".to_owned(),
                    |code| format!("with exit code {code}"),
                );
                Err(Failure::new(Kind::Tool, what())
                    .because(format!("it ended {code}"))
                    .because(captured.stderr.trim_end().to_owned()))
            }
        }
    }
}

async fn converse(
    started: StartExecResults,
    stdin: Option<&[u8]>,
) -> std::result::Result<Captured, bollard::errors::Error> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    if let StartExecResults::Attached { mut output, mut input } = started {
        let feed = async {
            if let Some(bytes) = stdin {
                input.write_all(bytes).await?;
            }
            input.shutdown().await
        };
        let read = async {
            while let Some(part) = output.next().await {
                match part? {
                    LogOutput::StdErr { message } => stderr.extend_from_slice(&message),
                    other => stdout.extend_from_slice(other.as_ref()),
                }
            }
            Ok::<_, bollard::errors::Error>(())
        };
        // A command that does not read its input closes it; its exit code shows whether that is an error.
        let (_, read) = tokio::join!(feed, read);
        read?;
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Captured { stdout: text(stdout), stderr: text(stderr) })
}
