import { describe, expect, test } from "bun:test";
import { quietPeriod, resolveJob } from "../../../src/signing/resolve.ts";
import { configOf, noProvider } from "../config-of.ts";
import { caught } from "../vault/caught.ts";
import { payment, SigningScene } from "./signing-scene.ts";

describe("the wait before bytes are given up", () => {
  const noRetries = { retries: 0, delay: 1, maximumDelay: 10 };

  test("is a minute, or three timeouts of a broadcast", () => {
    expect(quietPeriod({ timeout: 2_000, retries: noRetries })).toBe(60_000);
    expect(quietPeriod({ timeout: 30_000, retries: noRetries })).toBe(90_000);
  });

  test("covers a call to a node with all its retries", () => {
    const retries = { retries: 5, delay: 1_000, maximumDelay: 10_000 };
    expect(quietPeriod({ timeout: 20_000, retries })).toBe(6 * 20_000 + 5 * 10_000);
  });
});

describe("a job that a person ends as failed", () => {
  test("owes its report in the journal from then on: it is not lost when the API did not take it", async () => {
    const scene = await SigningScene.create();
    scene.api.fourEye = () => new Response("", { status: 404 });
    await scene.process(payment(1));
    const { id } = payment(1).transaction;
    scene.list(payment(1));
    scene.api.answer = ({ path }) =>
      path === "/v3/tatum/kms/batch" ? new Response("", { status: 400 }) : undefined;
    const person = {
      config: configOf(`TATUM_API_URL=${scene.api.url}`, "TATUM_API_KEY=key", "TATUM_RETRIES=0"),
      ask: noProvider,
      note: (): void => undefined,
      agree: async () => undefined,
    };
    const ending = () => resolveJob(scene.vault, id, { as: "failed" }, person);
    expect(await caught(ending)).toMatchObject({ code: "NETWORK" });
    scene.api.answer = () => undefined;
    scene.api.requests.length = 0;
    expect(await scene.reported()).toEqual([expect.stringContaining("it will not be signed")]);
    expect(await scene.job(payment(1))).toMatchObject({ state: "cancelled" });
    await ending();
    expect((await scene.job(payment(1))).owed).toBeUndefined();
    await scene.end();
  });
});

describe("a job that a person calls done", () => {
  test.each([
    ["tells before it is agreed that other bytes of it may still land", `0x${"cd".repeat(32)}`, true],
    ["by its own bytes tells of no others", undefined, false],
  ] as const)("%s", async (_, other, isWarned) => {
    const scene = await SigningScene.create();
    const { signed } = await scene.sentJob(payment(1));
    const txId = other ?? signed?.transactionId ?? "";
    const agreed: string[] = [];
    const person = {
      config: configOf(`TATUM_API_URL=${scene.api.url}`, "TATUM_API_KEY=key", "TATUM_RETRIES=0"),
      ask: noProvider,
      note: (): void => undefined,
      agree: async (...consequences: readonly string[]) => void agreed.push(...consequences),
    };
    const { id } = payment(1).transaction;
    await resolveJob(scene.vault, id, { as: "done", "tx-id": txId }, person);
    expect(agreed.join("\n").includes(`${signed?.transactionId}, may still land beside it`)).toBe(isWarned);
    expect(await scene.job(payment(1))).toMatchObject({ state: "done", txId });
    await scene.end();
  });
});
