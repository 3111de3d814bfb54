//! Runs SQL on the primary of an environment's database.

use crate::{
    base::{failure::Result, k8s::Client},
    promotion::trial::{Answer, Sql},
    workloads::{self, SqlAnswer},
};

/// The primary of the cluster that the client is connected to.
pub(super) struct Primary(pub Client);

impl Sql for Primary {
    async fn run(&self, database: &str, script: &str) -> Result<Answer> {
        let SqlAnswer { rows, messages } = workloads::psql(&self.0, database, script).await?;
        Ok(Answer { stdout: rows, stderr: messages })
    }
}
