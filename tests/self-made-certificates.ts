/** Certificates for tests, made with openssl: an authority of our own, and a server's certificate for 127.0.0.1. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SelfMadeCertificates {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export function selfMadeCertificates(): SelfMadeCertificates {
  const folder = mkdtempSync(join(tmpdir(), "tatum-kms-"));
  const openssl = (...args: string[]): void => {
    const done = Bun.spawnSync(["openssl", ...args], { cwd: folder, stdout: "pipe", stderr: "pipe" });
    if (!done.success) throw new Error(`openssl failed: ${done.stderr.toString()}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "2",
      "-subj",
      "/CN=Test CA",
    );
    openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1");
    writeFileSync(join(folder, "names"), "subjectAltName=IP:127.0.0.1\n");
    const signing = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-extfile",
      "names",
      "-days",
      "2",
    ];
    openssl("x509", "-req", "-in", "server.csr", ...signing, "-out", "server.pem");
    return { authority: read("ca.pem"), certificate: read("server.pem"), key: read("server.key") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
