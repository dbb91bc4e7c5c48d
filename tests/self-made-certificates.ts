/** Certificates for tests, made with openssl: an authority of our own, and a server's certificate for 127.0.0.1. */
import { readFileSync, writeFileSync } from "node:fs";
import { TemporaryFolder } from "./temporary-folder.ts";

export interface SelfMadeCertificates {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export function selfMadeCertificates(): SelfMadeCertificates {
  using folder = new TemporaryFolder();
  const openssl = (...args: string[]): void => {
    const done = Bun.spawnSync(["openssl", ...args], { cwd: folder.path, stdout: "pipe", stderr: "pipe" });
    if (!done.success) throw new Error(`openssl failed: ${done.stderr.toString()}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const read = (name: string): string => readFileSync(folder.at(name), "utf8");
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
  writeFileSync(folder.at("names"), "subjectAltName=IP:127.0.0.1\n");
  const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"];
  openssl("x509", "-req", "-in", "server.csr", ...signing, "-out", "server.pem");
  return { authority: read("ca.pem"), certificate: read("server.pem"), key: read("server.key") };
}
