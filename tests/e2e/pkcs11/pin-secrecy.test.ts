/** The PIN is in no output, file or list of processes, whatever goes wrong. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FaultyTokens } from "../../providers/pkcs11/faulty-tokens.ts";
import { onScene, type RunningDaemon, until } from "../daemon/running-daemon.ts";
import { ethPayment, pendingId } from "../daemon/wallets.ts";
import { moduleProcesses, tokenAloneEnvironment, tokenEnvironment } from "./token-environment.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const CANARY = "73916248550";
const URI = "pkcs11:token=canary";
const software = new FaultyTokens();
software.initialize("canary", CANARY);
afterAll(() => software.remove());

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function processFile(pid: number, name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, "latin1");
}

test(
  "the PIN is in no output, report, file or command line, and the module's process sees no setting",
  onScene(async ({ api, installation, start }) => {
    const settings = {
      TATUM_KMS_PKCS11_PIN: CANARY,
      TATUM_KMS_DEBUG_MODE: "true",
      TATUM_KMS_PKCS11_TIMEOUT: "1",
    };
    const byPassword = tokenEnvironment(software, settings);
    const byToken = tokenAloneEnvironment(software, URI, settings);
    let output = "";
    const run = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
      const { stdout, stderr } = await installation.run(args, { env });
      output += stdout + stderr;
      return stdout;
    };
    await run(["vault", "slot", "add", `--pkcs11=${URI}`], byPassword);
    const made = JSON.parse(await run(["generatemanagedkey", "ETH", `--pkcs11=${URI}`], byToken)) as {
      signatureId: string;
    };
    const backup = join(installation.home, "backup");
    for (const args of [
      ["vault", "backup", backup],
      ["vault", "slot", "list"],
      ["report"],
      ["checkconfig"],
      ["export"],
    ])
      await run(args, byToken);
    await run(["report", `--pkcs11=${URI}?pin-value=${CANARY}`], byPassword);
    await run(["report"], { ...byToken, TATUM_KMS_PKCS11_PIN: `${CANARY}9` });
    for (const lines of ["C_Login hang", "C_Login abort", "C_Login fail 5", "C_Initialize fail 7"]) {
      software.misbehave(lines);
      await run(["report"], byToken);
    }
    software.behave();

    const payment = (number: number) => ({ ...ethPayment(number), hashes: [made.signatureId] });
    api.pending = [payment(1)];
    const daemon: RunningDaemon = start(["--chain=ETH"], { env: byToken });
    await daemon.logged(`Tx was processed: ${pendingId(1)}`);
    const [pid] = moduleProcesses(software);
    expect(processFile(pid!, "environ")).not.toContain("TATUM_");
    for (const one of [pid!, daemon.pid]) expect(processFile(one, "cmdline")).not.toContain(CANARY);
    software.misbehave("C_Sign hang");
    api.pending = [payment(2)];
    await daemon.logged("gave no answer within 1 s");
    software.behave();
    await daemon.logged(`Tx was processed: ${pendingId(2)}`);
    daemon.signal("SIGTERM");
    await daemon.exited();
    await until("the end of the module's process", () => moduleProcesses(software).length === 0);

    output += daemon.log;
    expect(output).toContain("The token refuses the PIN");
    expect(output).toContain("gave no answer within 1 s");
    const files = filesBelow(installation.home);
    expect(files).toContain(backup);
    const texts = [
      output,
      JSON.stringify(api.requests),
      ...files.map((file) => readFileSync(file, "latin1")),
    ];
    for (const secret of [
      CANARY,
      Buffer.from(CANARY).toString("hex"),
      Buffer.from(CANARY).toString("base64").slice(0, 12),
    ])
      for (const text of texts) expect(text.includes(secret)).toBe(false);
  }),
);
