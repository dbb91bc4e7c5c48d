/** A token that is taken out, hangs, crashes or lies. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { makeKeyPair, signInToken, type TokenKeyPair } from "../../../providers/pkcs11/key-pairs.ts";
import type { Token } from "../../../providers/pkcs11/token.ts";
import type { Tokens, TokensSettings } from "../../../providers/pkcs11/tokens.ts";
import { Secret } from "../../../providers/secret.ts";
import { errors, FaultyTokens } from "./faulty-tokens.ts";
import { refused } from "./refused.ts";

// Each process of a module takes a moment to start on a busy machine.
setDefaultTimeout(120_000);

const digest = Buffer.alloc(32, 7);
const uri = { token: "vault" };
const software = new FaultyTokens("vault");
const opened: Tokens[] = [];
let pair: TokenKeyPair;

function open(settings: Partial<TokensSettings> = {}): Tokens {
  const tokens = software.open(settings);
  opened.push(tokens);
  return tokens;
}

const sign = (token: Token) => signInToken(token, pair.uri, "secp256k1", digest);

/** A token that has signed once. */
async function usedToken(settings: Partial<TokensSettings> = {}): Promise<Token> {
  const token = open(settings).get(uri);
  await sign(token);
  return token;
}

/** The processes of the module that this process has started and that are alive. */
function moduleProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
        const isModule = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pkcs11-process");
        return isModule && isOurs?.[0] !== "Z" && isOurs?.[1] === String(process.pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function noProcessIsLeft(): Promise<void> {
  for (let tries = 0; moduleProcesses().length > 0; tries++) {
    if (tries > 500) throw new Error("A process of the module is still alive.");
    await Bun.sleep(10);
  }
}

beforeAll(async () => {
  const tokens = software.open();
  pair = await makeKeyPair(tokens.get(uri), uri, "secp256k1", "key");
  tokens.close();
});
afterEach(async () => {
  software.behave();
  for (const tokens of opened.splice(0)) tokens.close();
  await noProcessIsLeft();
});
afterAll(() => software.remove());

describe("a token in use", () => {
  test("is logged in to once and signs a thousand times in one session", async () => {
    const [logins, sessions] = [software.calls("C_Login"), software.calls("C_OpenSession")];
    software.misbehave("C_OpenSession limit 1");
    const token = open().get(uri);
    for (let count = 0; count < 1000; count++) await sign(token);
    expect(software.calls("C_Login") - logins).toBe(1);
    expect(software.calls("C_OpenSession") - sessions).toBe(1);
  });

  test("does one thing after the other, in order, however many ask at once", async () => {
    const token = open().get(uri);
    const signatures = await Promise.all(Array.from({ length: 20 }, () => sign(token)));
    for (const signature of signatures) {
      const options = { prehash: false, lowS: false };
      expect(secp256k1.verify(signature, digest, pair.publicKey, options)).toBe(true);
    }
    expect(moduleProcesses()).toHaveLength(1);
  });

  test("does not mind what its module prints", async () => {
    software.misbehave("C_Initialize print", "C_Login print", "C_Sign print");
    expect(await sign(open().get(uri))).toHaveLength(64);
  });

  test("signs a message of many kilobytes", async () => {
    const token = open().get(uri);
    const made = await makeKeyPair(token, uri, "ed25519", "large");
    expect(await signInToken(token, made.uri, "ed25519", Buffer.alloc(300_000, 1))).toHaveLength(64);
  });

  test("is found again when its process was ended by somebody", async () => {
    const token = await usedToken({ timeLimit: 60_000 });
    for (const pid of moduleProcesses()) process.kill(pid, "SIGKILL");
    await noProcessIsLeft();
    const started = performance.now();
    expect(await sign(token)).toHaveLength(64);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test("stays in use when a person ends the program by the keyboard and it finishes its work", async () => {
    const token = await usedToken();
    const [pid] = moduleProcesses();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid!, name);
    await Bun.sleep(100);
    await sign(token);
    expect(moduleProcesses()).toEqual([pid!]);
  });
});

describe("a token that is taken out", () => {
  test("is said to be missing, and signs when it was put back", async () => {
    const token = await usedToken();
    software.takeOut();
    software.misbehave(`C_Sign fail ${errors.deviceRemoved}`);
    try {
      expect(await refused(() => sign(token))).toMatchObject({ code: "NO_TOKEN" });
      expect(await refused(() => sign(token))).toMatchObject({
        code: "NO_TOKEN",
        message: 'There is no PKCS#11 token with the label "vault".',
      });
    } finally {
      software.putBack();
      software.behave();
    }
    expect(await sign(token)).toHaveLength(64);
  });

  test.each([
    ["CKR_DEVICE_REMOVED", errors.deviceRemoved],
    ["CKR_SESSION_HANDLE_INVALID", errors.sessionHandleInvalid],
    ["CKR_TOKEN_NOT_PRESENT", errors.tokenNotPresent],
  ])("for a moment is not noticed: %s", async (_, error) => {
    const token = await usedToken();
    software.misbehave(`once C_Sign fail ${error}`);
    expect(await sign(token)).toHaveLength(64);
  });

  test("while a key is made may have made it, so that is not tried again", async () => {
    const token = await usedToken();
    const made = software.calls("C_GenerateKeyPair");
    software.misbehave(`once C_GenerateKeyPair fail ${errors.deviceRemoved}`);
    const error = await refused(() => makeKeyPair(token, uri, "secp256k1", "made once"));
    expect(error).toMatchObject({
      code: "NO_TOKEN",
      message: "The PKCS#11 module failed: CKR_DEVICE_REMOVED.",
    });
    expect(software.calls("C_GenerateKeyPair") - made).toBe(1);
  });
});

describe("a module that hangs", () => {
  test.each(["C_Initialize", "C_GetSlotList", "C_Login", "C_Sign"])(
    "in %s is ended in time",
    async (name) => {
      software.misbehave(`${name} hang`);
      const token = open({ timeLimit: 1000 }).get(uri);
      expect(await refused(() => sign(token))).toMatchObject({
        code: "TIMEOUT",
        message: `The PKCS#11 module ${software.modulePath} gave no answer within 1 s; its process was ended.`,
      });
      await noProcessIsLeft();
      software.behave();
      expect(await sign(open().get(uri))).toHaveLength(64);
    },
  );

  test("signs again when it does not hang any more", async () => {
    const token = await usedToken({ timeLimit: 3000 });
    software.misbehave("once C_Sign hang");
    expect((await refused(() => sign(token))).code).toBe("TIMEOUT");
    expect(await sign(token)).toHaveLength(64);
  });

  test("keeps those that wait for it no longer than one that asks", async () => {
    const token = await usedToken({ timeLimit: 3000 });
    software.misbehave("C_Sign hang");
    const started = performance.now();
    const ended = await Promise.all(Array.from({ length: 10 }, () => refused(() => sign(token))));
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(ended.map(({ code }) => code)).toEqual(Array(10).fill("TIMEOUT"));
  });
});

describe("a module that crashes", () => {
  test.each([
    ["C_Initialize abort", "SIGABRT"],
    ["C_GetSlotList segfault", "SIGSEGV"],
    ["C_Sign segfault", "SIGSEGV"],
    ["C_Sign exit", "0"],
  ])("takes its own process down alone, and is told: %s", async (line, cause) => {
    software.misbehave(line);
    const token = open().get(uri);
    const error = await refused(() => sign(token));
    expect(error).toMatchObject({ code: "MODULE_FAILED" });
    expect(error.message).toBe(`The process of the PKCS#11 module ended unexpectedly (${cause}).`);
    software.behave();
    expect(await sign(token)).toHaveLength(64);
  });

  test("once is started again without a word", async () => {
    const token = await usedToken();
    software.misbehave("once C_Sign abort");
    expect(await sign(token)).toHaveLength(64);
  });
});

describe("a module that fails", () => {
  test("because its process cannot be started is told by the system's words", async () => {
    const error = await refused(() => sign(open({ command: ["/does/not/exist"] }).get(uri)));
    expect(error.code).toBe("MODULE_FAILED");
    expect(error.message).toMatch(/^The process of the PKCS#11 module cannot be started: .*ENOENT.*\.$/);
  });

  test("is told by its error, and started anew for the next who asks", async () => {
    const token = await usedToken();
    software.misbehave(`once C_Sign fail ${errors.generalError}`);
    expect(await refused(() => sign(token))).toMatchObject({
      code: "MODULE_FAILED",
      message: "The PKCS#11 module failed: CKR_GENERAL_ERROR.",
    });
    expect(await sign(token)).toHaveLength(64);
  });

  test("to give a whole signature is told", async () => {
    software.misbehave("C_Sign short");
    expect(await refused(() => sign(open().get(uri)))).toMatchObject({
      code: "MODULE_FAILED",
      message: "The token gave a signature of 63 bytes instead of 64.",
    });
  });

  test.each([["/does/not/exist.so"], ["/etc/hostname"]])("to load is told by its path: %s", async (path) => {
    const token = open({ modulePath: path }).get(uri);
    const error = await refused(() => sign(token));
    expect(error.code).toBe("MODULE_FAILED");
    expect(error.message).toStartWith(`The PKCS#11 module ${path} cannot be loaded: `);
    await noProcessIsLeft();
  });
});

describe("a PIN", () => {
  const wrong = { pin: async () => new Secret("000000") };

  test("that is wrong is given to the token once, however often somebody asks", async () => {
    const token = open(wrong).get(uri);
    const before = software.calls("C_Login");
    for (let count = 0; count < 5; count++) {
      expect(await refused(() => sign(token))).toMatchObject({
        code: "WRONG_PIN",
        message: "The token refuses the PIN (CKR_PIN_INCORRECT).",
        hint: "The PIN is not tried again, because tokens lock; correct it and start anew.",
      });
    }
    expect(await refused(() => token.logIn())).toMatchObject({ code: "WRONG_PIN" });
    expect(software.calls("C_Login") - before).toBe(1);
  });

  test("that was changed while the token was out is given once", async () => {
    const token = await usedToken();
    const before = software.calls("C_Login");
    software.misbehave(`C_Sign fail ${errors.sessionHandleInvalid}`, `C_Login fail ${errors.pinIncorrect}`);
    for (let count = 0; count < 3; count++) expect((await refused(() => sign(token))).code).toBe("WRONG_PIN");
    expect(software.calls("C_Login") - before).toBe(1);
  });

  test("that was never accepted is given twice at most where the token does not answer", async () => {
    software.misbehave("C_Login abort");
    const token = open().get(uri);
    const before = software.calls("C_Login");
    await refused(() => sign(token));
    software.behave();
    expect(await refused(() => sign(token))).toMatchObject({
      code: "MODULE_FAILED",
      message: "The token did not take the PIN twice; it is not tried again, because tokens lock.",
      hint: "Check the token, then start anew.",
    });
    expect(software.calls("C_Login") - before).toBe(2);
  });

  test.each([
    ["a general error", errors.generalError],
    ["a failed function", errors.functionFailed],
    ["an error of the device", errors.deviceError],
  ])("that was never accepted is given twice at most where the token answers with %s", async (_, code) => {
    software.misbehave(`C_Login fail ${code}`);
    const token = open().get(uri);
    const before = software.calls("C_Login");
    for (let count = 0; count < 4; count++) await refused(() => sign(token));
    expect(await refused(() => token.logIn())).toMatchObject({
      code: "MODULE_FAILED",
      message: "The token did not take the PIN twice; it is not tried again, because tokens lock.",
    });
    expect(software.calls("C_Login") - before).toBe(2);
  });

  test("that was accepted is given as often as it takes", async () => {
    const token = await usedToken();
    software.misbehave("C_Sign abort", "C_Login abort");
    for (let count = 0; count < 3; count++) await refused(() => sign(token));
    software.behave();
    expect(await sign(token)).toHaveLength(64);
  });

  test("is asked for when the token is used, once, and again only when nobody gave it", async () => {
    let asked = 0;
    const pin = async (): Promise<Secret> => {
      asked += 1;
      if (asked === 1) throw new Error("nobody is there");
      return new Secret("482915");
    };
    const token = open({ pin }).get(uri);
    expect(asked).toBe(0);
    await expect(sign(token)).rejects.toThrow("nobody is there");
    await sign(token);
    for (const pid of moduleProcesses()) process.kill(pid, "SIGKILL");
    await noProcessIsLeft();
    await sign(token);
    expect(asked).toBe(2);
  });
});

describe("a token that is let go", () => {
  test("does not start its process again for what still waits", async () => {
    const tokens = open();
    const token = tokens.get(uri);
    await sign(token);
    software.misbehave("C_Sign hang");
    const waiting = [refused(() => sign(token)), refused(() => sign(token))];
    await Bun.sleep(300);
    tokens.close();
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ message: "The program has let go of the token." });
    await noProcessIsLeft();
    expect(await refused(() => sign(token))).toMatchObject({
      message: "The program has let go of the token.",
    });
  });

  test("or forgotten does not keep the program from ending, which waits for what it asked", async () => {
    const program = `
      import { SoftTokens } from ${JSON.stringify(join(import.meta.dir, "soft-token.ts"))};
      const software = new SoftTokens("forgotten");
      await software.open().get({ token: "forgotten" }).logIn();
      console.log("logged in");
      software.remove();
    `;
    const ended = Bun.spawnSync([process.execPath, "-e", program], { timeout: 60_000 });
    expect([ended.stdout.toString(), ended.exitCode]).toEqual(["logged in\n", 0]);
  });

  test("ends the process also while that logs in", async () => {
    software.misbehave("C_Login hang");
    const tokens = open();
    const waiting = refused(() => sign(tokens.get(uri)));
    while (moduleProcesses().length === 0) await Bun.sleep(5);
    tokens.close();
    await waiting;
    await noProcessIsLeft();
  });
});
