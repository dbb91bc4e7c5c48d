/** Answers of the four-eye server: whatever it says, only a direct 2xx approves. */

import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../../src/http/message.ts";
import { FourEyeCheck } from "../../../src/signing/policy/four-eye.ts";
import { readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import type { Random } from "../../random.ts";
import { AnsweringClient, answerOf } from "../answering-client.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { HOSTILE_TEXTS, mutateText } from "../mutate-text.ts";

const URLS = ["https://approve.example", "https://approve.example/a/b/?c=d#e", "http://u:p@127.0.0.1:8080//"];
const FAILURES = ["timeout", "connection", "too-large", "stopped", "not-allowed"] as const;

export class Approvals implements FuzzTarget {
  readonly name = "four-eye answers";
  readonly share = 4;

  async run(random: Random): Promise<string> {
    const id = mutateText("5e68c66581f2ee32bc354087", random);
    const entry = { id, chain: "BTC", serializedTransaction: "{}", more: random.pick(HOSTILE_TEXTS) };
    const listed = readPendingTransaction(entry, "BTC");
    if (!("transaction" in listed)) return "malformed";
    const url = new URL(random.pick(URLS));
    const status = random.chance(0.5) ? random.pick([199, 200, 204, 299, 300, 302]) : 100 + random.below(900);
    const isFailing = random.chance(0.1);
    const http = new AnsweringClient((request) => {
      assertAsksAbout(request, url, id);
      if (isFailing) throw new HttpFailure(random.pick(FAILURES), "no answer");
      return answer(status, random);
    });
    const method = random.pick(["GET", "POST"] as const);
    const approval = await new FourEyeCheck({ url, method, http, timeout: 1000 }).decide(listed);
    const mayApprove = !isFailing && status >= 200 && status < 300;
    if ((approval.kind === "approved") !== mayApprove) throw new Error(`HTTP ${status} was ${approval.kind}`);
    return approval.kind;
  }
}

function answer(status: number, random: Random): HttpAnswer {
  const text = random.pick(HOSTILE_TEXTS);
  const location = random.chance(0.5) ? { location: "https://elsewhere.example/approved" } : undefined;
  return answerOf(text, status, { "retry-after": text.replace(/[^\x20-\x7e]/g, "?"), ...location });
}

/** Ids are parts of paths: they must not lead to another question. */
function assertAsksAbout({ url }: HttpRequest, base: URL, id: string): void {
  if (url.origin === base.origin && url.pathname.endsWith(`/${encodeURIComponent(id)}`)) return;
  throw new Error(`${JSON.stringify(id)} was asked about at ${url.href}`);
}
