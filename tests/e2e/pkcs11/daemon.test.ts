/** A daemon with a key in a token: the token is taken out, hangs, crashes, refuses; the daemon goes on. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { parseTransaction } from "viem";
import { errors, FaultyTokens } from "../../providers/pkcs11/faulty-tokens.ts";
import { onScene, payloadOf, type Scene, until } from "../daemon/running-daemon.ts";
import { ethPayment, type Pending, pendingId } from "../daemon/wallets.ts";
import { moduleProcesses, tokenEnvironment } from "./token-environment.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const software = new FaultyTokens("keys");
afterEach(() => software.behave());
afterAll(() => software.remove());

const environment = (settings = {}) => tokenEnvironment(software, settings);

interface TokenWallet {
  readonly signatureId: string;
  payment(number: number): Pending;
}

/** Makes a key in the token and stores where it is. */
async function withTokenWallet({ installation }: Scene, uri = "pkcs11:token=keys"): Promise<TokenWallet> {
  const made = await installation.run(["generatemanagedkey", "ETH", `--pkcs11=${uri}`], {
    env: environment(),
  });
  expect(made.stderr).toBe("");
  const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };
  return { signatureId, payment: (number) => ({ ...ethPayment(number), hashes: [signatureId] }) };
}

async function processed(daemon: { logged(text: string): Promise<void> }, number: number): Promise<void> {
  await daemon.logged(`Tx was processed: ${pendingId(number)}`);
}

async function noModuleProcessIsLeft(): Promise<void> {
  await until("the end of the module's process", () => moduleProcesses(software).length === 0);
}

describe("a daemon whose token is taken out", () => {
  test(
    "waits with that wallet's transactions, signs the others, reports nothing, and signs when it is back",
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      const daemon = scene.start(["--chain=ETH"], { env: environment() });
      scene.api.pending = [payment(1)];
      await processed(daemon, 1);
      software.takeOut();
      try {
        software.misbehave(`C_Sign fail ${errors.deviceRemoved}`);
        scene.api.pending = [payment(2), ethPayment(3)];
        await daemon.logged(
          `Could not process transaction id ${pendingId(2)}, error: There is no PKCS#11 token`,
        );
        await processed(daemon, 3);
        expect(scene.api.reported).toEqual([]);
        expect(scene.api.broadcasts).toHaveLength(2);
      } finally {
        software.putBack();
        software.behave();
      }
      await processed(daemon, 2);
      expect(scene.api.reported).toEqual([]);
      expect(scene.api.broadcasts).toHaveLength(3);
    }),
  );

  test(
    "before it starts tells it, and works for the others meanwhile",
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      software.takeOut();
      scene.api.pending = [payment(1), ethPayment(2)];
      const daemon = scene.start(["--chain=ETH"], { env: environment() });
      try {
        await daemon.logged("A token that holds keys cannot be used now: There is no PKCS#11 token");
        await processed(daemon, 2);
      } finally {
        software.putBack();
      }
      await processed(daemon, 1);
    }),
  );
});

describe("a daemon whose module", () => {
  test.each([
    ["hangs", "C_Sign hang", "gave no answer within 1 s; its process was ended."],
    ["crashes", "C_Sign abort", "ended unexpectedly (SIGABRT)."],
    ["crashes at the login", "C_Sign abort\nC_Login segfault", "ended unexpectedly (SIGSEGV)."],
    ["fails", "C_Sign fail 5", "The PKCS#11 module failed: CKR_GENERAL_ERROR."],
    ["cuts signatures off", "C_Sign short", "The token gave a signature of 63 bytes instead of 64."],
    ["signs wrong", "C_Sign changed", "The token's signature does not fit the key's public part."],
  ])("%s goes on, reports nothing, and signs when that is over", (_, lines, problem) =>
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      const env = environment({ TATUM_KMS_PKCS11_TIMEOUT: "1" });
      const daemon = scene.start(["--chain=ETH"], { env });
      scene.api.pending = [payment(1)];
      await processed(daemon, 1);
      software.misbehave(lines);
      scene.api.pending = [payment(2), ethPayment(3)];
      await daemon.logged(problem);
      await processed(daemon, 3);
      expect(scene.api.broadcasts).toHaveLength(2);
      software.behave();
      await processed(daemon, 2);
      expect(scene.api.reported).toEqual([]);
      expect(scene.api.broadcasts).toHaveLength(3);
    })(),
  );

  test(
    "gives the higher of both signatures broadcasts the lower one",
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      software.misbehave("C_Sign high-s");
      scene.api.pending = [payment(1)];
      const daemon = scene.start(["--chain=ETH"], { env: environment() });
      await processed(daemon, 1);
      const { s } = parseTransaction(payloadOf(scene.api.broadcasts[0]) as `0x${string}`);
      expect(BigInt(s ?? 0) <= secp256k1.Point.Fn.ORDER / 2n).toBe(true);
    }),
  );
});

describe("a daemon's PIN", () => {
  test(
    "that is wrong ends it at the start, and the token is asked once",
    onScene(async (scene) => {
      await withTokenWallet(scene);
      await withTokenWallet(scene);
      const before = software.calls("C_Login");
      const daemon = scene.start(["--chain=ETH"], { env: environment({ TATUM_KMS_PKCS11_PIN: "111111" }) });
      expect(await daemon.exited()).toBe(77);
      expect(daemon.log).toContain('"code":"WRONG_PIN"');
      expect(software.calls("C_Login") - before).toBe(1);
      expect(scene.api.requests).toEqual([]);
      await noModuleProcessIsLeft();
    }),
  );
});

describe("the process of the module", () => {
  /** A daemon that has signed with the token, so that the process is there. */
  async function signing(scene: Scene) {
    const { payment } = await withTokenWallet(scene);
    const daemon = scene.start(["--chain=ETH"], { env: environment() });
    scene.api.pending = [payment(1)];
    await processed(daemon, 1);
    expect(moduleProcesses(software)).toHaveLength(1);
    return { daemon, payment };
  }

  test.each(["SIGTERM", "SIGKILL"] as const)("ends with the daemon: %s", (name) =>
    onScene(async (scene) => {
      const { daemon } = await signing(scene);
      daemon.signal(name);
      await daemon.exited();
      await noModuleProcessIsLeft();
    })(),
  );

  test(
    "finds the vendor's libraries in LD_LIBRARY_PATH, which the daemon itself runs without",
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      const daemon = scene.start(["--chain=ETH"], { env: environment({ LD_LIBRARY_PATH: "/opt/vendor" }) });
      scene.api.pending = [payment(1)];
      await processed(daemon, 1);
      const [pid] = moduleProcesses(software);
      const variables = (of: number | undefined): string => readFileSync(`/proc/${of}/environ`, "utf8");
      expect(variables(pid)).toContain("\0LD_LIBRARY_PATH=/opt/vendor\0");
      expect(variables(daemon.pid)).not.toMatch(/(^|\0)LD_LIBRARY_PATH=/);
      expect(variables(daemon.pid)).toContain("\0TATUM_KMS_LIBRARY_PATH=/opt/vendor\0");
    }),
  );

  test(
    "does not hold up a daemon that is told to stop, however long it may take",
    onScene(async (scene) => {
      const { payment } = await withTokenWallet(scene);
      const env = environment({ TATUM_KMS_PKCS11_TIMEOUT: "600" });
      const daemon = scene.start(["--chain=ETH"], { env });
      scene.api.pending = [payment(1)];
      await processed(daemon, 1);
      const calls = software.calls("C_Sign");
      software.misbehave("C_Sign hang");
      scene.api.pending = [payment(2)];
      await until("a module that hangs", () => software.calls("C_Sign") > calls);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(scene.api.reported).toEqual([]);
      await noModuleProcessIsLeft();
    }),
  );

  test(
    "ends with the daemon also while the module hangs",
    onScene(async (scene) => {
      const { daemon, payment } = await signing(scene);
      const calls = software.calls("C_Sign");
      software.misbehave("C_Sign hang");
      scene.api.pending = [payment(2)];
      await until("a module that hangs", () => software.calls("C_Sign") > calls);
      daemon.signal("SIGKILL");
      await daemon.exited();
      await noModuleProcessIsLeft();
    }),
  );
});
