/** The process of the AWS SDK as the program sees it: what crosses to it, and what of its answers is believed. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { textFromSdk } from "../../../providers/aws/ask-sdk.ts";
import { awsProvider } from "../../../providers/aws/provider.ts";
import { ProviderError } from "../../../providers/error.ts";
import type { AskWorker } from "../../../providers/provider.ts";
import { WorkerError, WorkerRefusal } from "../../../providers/worker/worker-process.ts";
import { isRoot } from "../../as-user.ts";
import { providerContext } from "../provider-context.ts";
import { hideRealCredentials, withEnvironment } from "./real-credentials.ts";
import { secretsManagerServer } from "./secrets-manager-server.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);
hideRealCredentials();

const given = { TATUM_KMS_AWS_SECRET_NAME: "kms", TATUM_KMS_PASSWORD: "kanarienvogel" };

function ask(askWorker: AskWorker, warnings: string[] = []): Promise<string> {
  const warn = (text: string): void => void warnings.push(text);
  return textFromSdk({ ...providerContext(given), warn, askWorker }, awsProvider.variables);
}

test("the settings of AWS cross to the process, and no other variable does", async () => {
  const asked: unknown[] = [];
  const warnings: string[] = [];
  const text = await ask(async (...question) => {
    asked.push(question);
    return { warnings: ["Look at this."], text: "grüße\n" };
  }, warnings);
  expect(text).toBe("grüße\n");
  expect(warnings).toEqual(["Look at this."]);
  expect(asked).toEqual([["aws", { settings: { TATUM_KMS_AWS_SECRET_NAME: "kms" } }]]);
});

test.each([
  ["no object", "kanarienvogel"],
  ["neither text nor failure", { warnings: [] }],
  ["text that is none", { warnings: [], text: 5 }],
  ["more text than AWS stores", { warnings: [], text: "x".repeat(100_001) }],
  ["warnings without end", { warnings: Array.from({ length: 21 }, () => "x"), text: "x" }],
  ["a member too many", { warnings: [], text: "x", more: 1 }],
  ["a code that nobody knows", { warnings: [], failure: { code: "KANARIENVOGEL", message: "x" } }],
])("an answer with %s is not believed, and not shown", async (_, answer) => {
  const error = await ask(async () => answer).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ code: "BAD_ANSWER" });
  expect(JSON.stringify([error, String(error)]).toLowerCase()).not.toContain("kanarienvogel");
});

test.each([
  [
    "does not start",
    "UNREACHABLE",
    "posix_spawn ENOENT",
    new WorkerError("not-started", "posix_spawn ENOENT"),
  ],
  ["is silent", "UNREACHABLE", "no answer in time", new WorkerError("silent")],
  ["crashes", "UNREACHABLE", "ended unexpectedly (SIGSEGV)", new WorkerError("gone", "SIGSEGV")],
  ["talks nonsense", "BAD_ANSWER", "unknown shape", new WorkerError("nonsense")],
  [
    "fails in a way of its own",
    "BAD_ANSWER",
    "unexpected way (TypeError)",
    new WorkerRefusal({ code: "UNEXPECTED", message: "TypeError" }),
  ],
])("a process that %s: %s, %s", async (_, code, text, fault) => {
  const error = await ask(() => Promise.reject(fault)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
});

/** What the system shows of the processes of the SDK that this process has started. */
function shown(file: "cmdline" | "environ"): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1];
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
      if (parent !== String(process.pid) || !command.endsWith("\0aws-process\0")) return [];
      return [readFileSync(`/proc/${pid}/${file}`, "latin1")];
    } catch {
      return []; // It has ended, or is none.
    }
  });
}

test.if(isRoot && process.platform === "linux")(
  "nothing of the secrets shows in the arguments and the environment of the process, which ends with its answer",
  async () => {
    const seen: string[] = [];
    const server = secretsManagerServer({
      keys: { AKIDEXAMPLE: { secretAccessKey: "kanarienvogel" } },
      secrets: { kms: { SecretString: "kanarienvogel" } },
    });
    // Stands before the service, and looks around while the process waits for it.
    using proxy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        seen.push(...shown("cmdline"), ...shown("environ"));
        return fetch(new URL(new URL(request.url).pathname, server), request);
      },
    });
    const settings = {
      ...given,
      TATUM_KMS_AWS_REGION: "eu-west-1",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.url.origin,
    };
    const environment = {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "kanarienvogel",
      TATUM_KMS_PASSWORD: "kanarienvogel",
    };
    await withEnvironment(environment, async () => {
      const context = providerContext({ ...environment, ...settings });
      // The signature is for the address of the service itself.
      await awsProvider.secret(context, "unlock").catch(() => undefined);
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.join()).not.toContain("kanarienvogel");
    expect(seen.join()).not.toContain("TATUM_KMS_PASSWORD");
    expect(seen.join()).toContain("AWS_SECRET_ACCESS_KEY=\0");
    for (let tries = 0; shown("cmdline").length > 0; tries++) {
      expect(tries).toBeLessThan(500);
      await Bun.sleep(10);
    }
  },
);
