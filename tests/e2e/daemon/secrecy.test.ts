/** Nothing the daemon writes or sends to the wrong place holds a secret. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onScene, payloadOf } from "./running-daemon.ts";
import { altered, ethPayment, ethPaymentWithoutNonce, ethPrivateKey, pendingId } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const API_KEY = "t-canary/key+8f2c";

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test(
  "no API key, password, private key or payload in logs, reports and files, whatever goes wrong",
  onScene(async ({ api, installation, runOnce }) => {
    const echo = ({ path, body }: { path: string; body: unknown }): Response =>
      Response.json(
        {
          statusCode: 403,
          errorCode: "echo",
          message: `Cannot POST ${path} ${API_KEY} ${JSON.stringify(body)}`,
        },
        { status: 403 },
      );
    const payments = [
      ethPayment(1),
      ethPaymentWithoutNonce(2),
      altered(ethPayment(3), { hashes: [] }),
      ethPayment(4),
    ];
    let output = "";
    const env = { TATUM_API_KEY: API_KEY, TATUM_KMS_DEBUG_MODE: "true" };
    const run = async (): Promise<void> => {
      const { stdout, stderr } = await runOnce(["--chain=ETH"], { env });
      output += stdout + stderr;
    };
    api.pending = payments;
    // Everything is refused with what was sent; then the node's calls only; then nothing.
    api.answer = (request) =>
      request.path.startsWith("/v3/kms/pending/") || request.path.startsWith("/four-eye/")
        ? undefined
        : echo(request);
    await run();
    api.answer = (request) =>
      request.path.includes("/web3/") || request.path.includes("/count/") ? echo(request) : undefined;
    await run();
    api.answer = echo;
    await run();
    api.answer = ({ path }) => (path.includes("/count/") ? Response.json(3) : undefined);
    await run();
    expect(output).toContain(`Tx was processed: ${pendingId(4)}`);

    const reports = JSON.stringify(api.to("/v3/tatum/kms/batch").map(({ body }) => body));
    const files = filesBelow(installation.home).map((file) => readFileSync(file).toString("latin1"));
    const payloads = api.broadcasts.map(payloadOf);
    expect(payloads.length).toBeGreaterThan(0);
    const secrets = [API_KEY, encodeURIComponent(API_KEY), installation.password, ethPrivateKey.slice(2)];
    for (const secret of secrets) {
      for (const text of [output, reports, ...files]) expect(text.includes(secret)).toBe(false);
    }
    for (const payload of payloads) {
      for (const text of [output, reports, ...files]) expect(text.includes(payload.slice(2, 60))).toBe(false);
    }
    expect(output).not.toContain("1000000000000000000");
  }),
  20_000,
);

test(
  "the API key goes to the API alone, and in no query",
  onScene(async ({ api, runOnce }) => {
    api.pending = [ethPayment(1)];
    await runOnce(["--chain=ETH"], { env: { TATUM_API_KEY: API_KEY } });
    const [question] = api.to("/four-eye/");
    expect(JSON.stringify(question)).not.toContain("canary");
    expect(api.requests.map(({ path }) => path).join()).not.toContain("canary");
  }),
);
