//! Compiles one C file to a static program.

use std::path::Path;

use super::{Builder, facts, tool};
use crate::{
    base::{failure::Result, tool::Invocation},
    config::infra::CompilerBuild,
    images::Provenance,
};

const HINT: &str = "install a C compiler (on Debian and Ubuntu: `apt-get install gcc libc6-dev`)";

/// Writes the program into `out`.
pub(super) async fn run(builder: &Builder, build: &CompilerBuild, out: &Path) -> Result<Provenance> {
    let invocation = Invocation::new("cc")
        .cwd(builder.output(build.build.get_ref()))
        .args(["-Os", "-static", "-s", "-Wl,--build-id=none"])
        .args(&build.flags)
        .arg("-o")
        .arg(out.join(&build.to))
        .arg(&build.source);
    tool(invocation, &format!("cannot compile `{}`", build.source), HINT).await?;
    Ok(facts([("supply", "C".to_owned()), ("source", format!("{}/{}", build.build.get_ref(), build.source))]))
}
