// The platform under test: its address, its certificate authority, and its API without a browser. `*.localhost` resolves
// to loopback without a resolver, in Chromium by a rule.
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { connect } from "node:tls";

const TIME_LIMIT_MS = 15_000;

/** The platform under test. */
export class Target {
  /** `url`: the page; `caFile`: PEM of the only trusted authority (for https). */
  constructor(url, caFile) {
    this.url = new URL(url);
    this.secure = this.url.protocol === "https:";
    if (this.secure && !caFile) throw new Error("SEASENSE_CA_FILE must name the certificate authority of an https page");
    this.ca = this.secure ? readFileSync(caFile, "utf8") : undefined;
  }

  get host() {
    return this.url.hostname;
  }

  get port() {
    return Number(this.url.port || (this.secure ? 443 : 80));
  }

  /** The address: `*.localhost` is always this machine. */
  get address() {
    return this.host === "localhost" || this.host.endsWith(".localhost") ? "127.0.0.1" : this.host;
  }

  /**
   * Verifies chain, name and dates with the given authority only; resolves to the SHA-256 of the certificate's public
   * key in base64, the form that Chromium's option for a trusted key requires.
   */
  async verifiedKey() {
    const certificate = await new Promise((resolve, reject) => {
      const socket = connect({ host: this.address, port: this.port, servername: this.host, ca: this.ca, timeout: TIME_LIMIT_MS });
      socket.once("secureConnect", () => {
        resolve(socket.getPeerCertificate(true).raw);
        socket.end();
      });
      socket.once("timeout", () => socket.destroy(new Error("no TLS answer in time")));
      socket.once("error", reject);
    });
    const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(key).digest("base64");
  }

  /** Sends GET for a path: `{ status, type, headers, text }`. */
  get(path) {
    const { request } = this.secure ? https : http;
    return new Promise((resolve, reject) => {
      const outgoing = request({
        host: this.address, port: this.port, path, servername: this.host, ca: this.ca, timeout: TIME_LIMIT_MS,
        headers: { host: this.url.host },
      }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve({
          status: answer.statusCode, type: answer.headers["content-type"] ?? "", headers: answer.headers,
          text: Buffer.concat(parts).toString("utf8"),
        }));
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer to ${path} in time`)));
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  /** Fetches a JSON resource of the API. */
  async json(path) {
    const { status, text } = await this.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }
}
