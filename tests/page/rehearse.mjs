// usage: node rehearse.mjs
// Tests the page test itself without a platform: it must pass for the built page and a simulated fleet behind a
// certificate of the trusted authority, and fail for a certificate of another authority.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMock } from "./mock/server.mjs";

const NAME = "seasense.localhost";
const dist = fileURLToPath(new URL("../../src/apps/frontend/web/dist", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "page-rehearsal-"));
const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
const key = (name) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];

/** Creates the authority `name` and a certificate signed by it. */
function certify(name) {
  openssl("req", "-x509", ...key(name), "-out", `${name}.crt`, "-days", "2", "-subj", `/CN=${name}`);
  openssl("req", ...key(`${name}-leaf`), "-out", `${name}.csr`, "-subj", `/CN=${NAME}`);
  writeFileSync(join(folder, "names"), `subjectAltName=DNS:${NAME}\n`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", `${name}.crt`, "-CAkey", `${name}.key`, "-days", "1", "-extfile", "names", "-out", `${name}-leaf.crt`);
  const read = (file) => readFileSync(join(folder, file));
  return { ca: join(folder, `${name}.crt`), tls: { key: read(`${name}-leaf.key`), cert: read(`${name}-leaf.crt`) } };
}

/** Runs the page test in a separate process; resolves to its exit code. */
function runTest(port, ca) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, SEASENSE_PAGE_URL: `https://${NAME}:${port}/`, SEASENSE_CA_FILE: ca };
    const child = spawn(process.execPath, ["run.mjs"], { cwd: fileURLToPath(new URL(".", import.meta.url)), env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
}

try {
  const [ours, others] = ["ours", "others"].map(certify);
  const mock = await startMock({ dist, tls: ours.tls });
  const accepted = await runTest(mock.port, ours.ca);
  const rejected = await runTest(mock.port, others.ca);
  await mock.close();
  console.log(accepted === 0 && rejected === 1 ? "rehearsal passed" : `exit codes ${accepted} (not 0) and ${rejected} (not 1)`);
  process.exitCode = accepted === 0 && rejected === 1 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
