//! Compiles one C file to a static program.

use std::path::Path;

use super::{Builder, facts, tool};
use crate::{
    base::{failure::Result, platform::Platform, tool::Invocation},
    config::infra::CompilerBuild,
    images::Provenance,
};

const HINT: &str = "install a C compiler (on Debian and Ubuntu: `apt-get install gcc libc6-dev`)";
const CROSS_HINT: &str = "install Zig, which compiles for other machines: `pip install ziglang`";

/// Writes the program into `out`.
pub(super) async fn run(
    (builder, platform): (&Builder, Platform),
    build: &CompilerBuild,
    out: &Path,
) -> Result<Provenance> {
    let is_cross = builder.platforms.is_cross(platform);
    let (compiler, hint) =
        if is_cross { (cross_compiler(platform), CROSS_HINT) } else { (Invocation::new("cc"), HINT) };
    let invocation = compiler
        .cwd(builder.output(build.build.get_ref()))
        .args(["-Os", "-static", "-s", "-Wl,--build-id=none"])
        .args(&build.flags)
        .arg("-o")
        .arg(out.join(&build.to))
        .arg(&build.source);
    tool(invocation, &format!("cannot compile `{}`", build.source), hint).await?;
    Ok(facts([("supply", "C".to_owned()), ("source", format!("{}/{}", build.build.get_ref(), build.source))]))
}

/// Zig's C compiler with its own C library.
fn cross_compiler(platform: Platform) -> Invocation {
    Invocation::new("python3").args(["-m", "ziglang", "cc", "-target"]).arg(platform.zig_target())
}
