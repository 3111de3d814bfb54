// usage: node rehearse.mjs
// Tries the page test itself where no platform runs: the built page and a made-up fleet behind a certificate of an
// authority made here, which must pass; and behind the certificate of another authority, which must be refused.
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

/** An authority `name`, and a certificate signed by it. */
function certify(name) {
  openssl("req", "-x509", ...key(name), "-out", `${name}.crt`, "-days", "2", "-subj", `/CN=${name}`);
  openssl("req", ...key(`${name}-leaf`), "-out", `${name}.csr`, "-subj", `/CN=${NAME}`);
  writeFileSync(join(folder, "names"), `subjectAltName=DNS:${NAME}\n`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", `${name}.crt`, "-CAkey", `${name}.key`, "-days", "1", "-extfile", "names", "-out", `${name}-leaf.crt`);
  const read = (file) => readFileSync(join(folder, file));
  return { ca: join(folder, `${name}.crt`), tls: { key: read(`${name}-leaf.key`), cert: read(`${name}-leaf.crt`) } };
}

/** Runs the test in a process of its own, as everybody else does; its exit code. */
function drive(port, ca) {
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
  const good = await drive(mock.port, ours.ca);
  const refused = await drive(mock.port, others.ca);
  await mock.close();
  console.log(good === 0 && refused === 1 ? "the rehearsal went well" : `exit codes ${good} (not 0) and ${refused} (not 1)`);
  process.exitCode = good === 0 && refused === 1 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
