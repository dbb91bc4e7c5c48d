/** The true answers of the stand-in to every call that the program makes. */
import { chainModels } from "./chains/index.ts";
import type { Answer, Call, CallKind, Request } from "./fault.ts";
import type { Network } from "./network.ts";
import { ethereumResult, rpcAnswer, solanaResult, vechainAnswer } from "./nodes.ts";
import { offer } from "./offer.ts";
import type { World } from "./world.ts";

/** How many blocks every node of Solana keeps. */
const SOLANA_HISTORY = 1_000_000_000n;

const pathNames = new Map(chainModels.map(({ pathName, ticker }) => [pathName, ticker]));

function methodOf(body: unknown): string {
  const call = (Array.isArray(body) ? body[0] : body) as { method?: unknown } | undefined;
  return typeof call?.method === "string" ? call.method : "";
}

/** What a request is about. */
export function readCall({ method, path, body }: Request): Call {
  const [pathname = ""] = path.split("?");
  const parts = pathname.split("/").filter((part) => part !== "");
  const call = (kind: CallKind, more: Partial<Call> = {}): Call => ({
    kind,
    ticker: undefined,
    id: undefined,
    what: path,
    ...more,
  });
  if (parts[0] === "four-eye") return call("four-eye", { id: parts[1] });
  if (parts[0] !== "v3") return call("node", { ticker: "VET" });
  if (parts[1] === "kms" && parts[2] === "pending") return call("list", { ticker: parts[3] });
  if (parts[1] === "kms")
    return call(method === "PUT" ? "complete" : "look-up", { id: parts[2], subject: parts[3] });
  if (pathname === "/v3/tatum/kms/batch") return call("report");
  if (parts[1] === "blockchain" && parts[2] === "node") {
    return call("node", { ticker: parts[3], what: methodOf(body) });
  }
  const ticker = pathNames.get(parts[1] ?? "");
  if (parts[2] === "broadcast") {
    const { signatureId, txData } = body as { signatureId: string; txData: string };
    return call("broadcast", { ticker, id: signatureId, what: "broadcast", subject: txData });
  }
  if (parts[2] === "web3") return call("node", { ticker, what: methodOf(body) });
  if (parts[2] === "transaction" && parts[3] !== "count")
    return call("on-chain", { ticker, subject: parts[3] });
  return call("node", { ticker, subject: parts.at(-1) });
}

const NOT_FOUND: Answer = { status: 404, body: { statusCode: 404, errorCode: "not.found", message: "none" } };
const MISSING: Answer = {
  status: 403,
  body: { statusCode: 403, errorCode: "kms.missing", message: "The transaction does not exist." },
};
const DONE: Answer = { status: 204 };

function refusal(ticker: string, words: string): Answer {
  const errorCode = `${ticker.toLowerCase()}.broadcast.failed`;
  return { status: 403, body: { statusCode: 403, errorCode, message: words } };
}

/** Answers a call truly, and does what it asks for. */
export function answerTo(request: Request, call: Call, world: World): Answer | Promise<Answer> {
  switch (call.kind) {
    case "list":
      return list(request, call, world);
    case "four-eye":
      return fourEye(call, world);
    case "look-up":
      return lookUp(call, world);
    case "complete":
      return complete(call, world);
    case "report":
      return report(request, world);
    case "broadcast":
      return broadcast(call, world);
    case "on-chain":
      return onChain(call, world);
    case "node":
      return node(request, call, world);
  }
}

function list({ body }: Request, { ticker = "" }: Call, world: World): Answer {
  const { signatureIds } = body as { signatureIds: readonly string[] };
  const wanted = new Set(signatureIds);
  const entries = world.platform.pending(ticker, wanted);
  const shown = world.showList(
    ticker,
    entries.map(({ listed }) => listed),
  );
  const ids = new Set(shown.map((entry) => (entry as { id?: unknown }).id));
  for (const payment of entries) if (ids.has(payment.id)) payment.toldPendingAt = world.clock.now();
  return { status: 200, body: [...world.showJunk(wanted), ...shown] };
}

function fourEye({ id = "" }: Call, world: World): Answer {
  const payment = world.platform.get(id);
  if (payment === undefined || !world.approves(payment)) {
    world.history.note(id, "denied by the four-eye server");
    return { status: 403 };
  }
  payment.approvals += 1;
  world.history.note(id, "approved");
  return { status: 200 };
}

function lookUp({ id = "" }: Call, { platform, clock, history }: World): Answer {
  const payment = platform.get(id);
  if (payment === undefined || payment.status === "cancelled") return MISSING;
  if (payment.status === "pending") payment.toldPendingAt = clock.now();
  history.note(id, `looked up: ${payment.status}`);
  const txId = payment.completedAs;
  return { status: 200, body: { ...payment.listed, ...(txId !== undefined && { txId }) } };
}

function complete({ id = "", subject = "" }: Call, { platform }: World): Answer {
  const payment = platform.get(id);
  if (payment === undefined || payment.status === "cancelled") return MISSING;
  platform.complete(payment, decodeURIComponent(subject));
  return DONE;
}

function report({ body }: Request, { platform, history }: World): Answer {
  const { errors } = body as { errors: readonly { signatureId: string; error: string }[] };
  for (const { signatureId, error } of errors) {
    platform.get(signatureId)?.noteReport(error);
    history.note(signatureId, `reported: ${error.slice(0, 200)}`);
  }
  return DONE;
}

async function broadcast({ ticker = "", id = "", subject = "" }: Call, world: World): Promise<Answer> {
  const payment = world.platform.get(id);
  // Without an id the API hands the bytes on, and marks nothing.
  if (payment === undefined && id !== "") return MISSING;
  // Signers of Solana submit by themselves, and tell the transaction id here.
  if (ticker === "SOL") {
    if (payment !== undefined && world.marksComplete(payment)) world.platform.complete(payment, subject);
    return { status: 200, body: { txId: subject, completed: payment?.status === "completed" } };
  }
  const { verdict, transactionId } = await offer(world, ticker, subject, payment);
  if (verdict.kind === "refused") return refusal(ticker, verdict.words);
  if (payment?.status === "pending" && world.marksComplete(payment))
    world.platform.complete(payment, transactionId);
  return { status: 200, body: { txId: transactionId, completed: payment?.status === "completed" } };
}

function onChain(call: Call, world: World): Answer {
  const { ticker = "", subject = "" } = call;
  const network = world.network(ticker);
  const id = decodeURIComponent(subject);
  if (!network.knows(id, world.lag(call))) return NOT_FOUND;
  const landed = network.landed.get(id);
  const blockNumber = landed === undefined ? null : Number(network.heightAt(landed.landedAt ?? 0));
  return { status: 200, body: { hash: id, txID: id, txid: id, id, blockNumber, blockHeight: blockNumber } };
}

/** The next number of an account of the XRP Ledger, the last one of Stellar; what the ledger asks for a transaction. */
function accountAnswer(what: string, account: string, network: Network, lag: number): object | undefined {
  if (what === "/v3/xrp/fee") return { drops: { open_ledger_fee: "10" } };
  if (what.startsWith("/v3/xrp/account/"))
    return { account_data: { Sequence: Number(network.count(account, lag)) }, validated: false };
  if (what.startsWith("/v3/xlm/account/")) return { sequence: String(network.count(account, lag) - 1n) };
  return undefined;
}

async function node(request: Request, call: Call, world: World): Promise<Answer> {
  const { ticker = "", what, subject = "" } = call;
  if (!chainModels.some((model) => model.ticker === ticker)) return NOT_FOUND;
  const network = world.network(ticker);
  const lag = world.lag(call);
  if (what.includes("/transaction/count/")) {
    const account = subject.toLowerCase();
    return {
      status: 200,
      body: Number(lag === 0 ? network.pendingCount(account) : network.count(account, lag)),
    };
  }
  const told = accountAnswer(what, subject, network, lag);
  if (told !== undefined) return { status: 200, body: told };
  if (ticker === "VET") {
    const body = vechainAnswer(request.path, network, lag);
    return body === undefined ? NOT_FOUND : { status: 200, body };
  }
  if (ticker === "ETH") {
    return { status: 200, body: await rpcAnswer(request.body, (one) => ethereumResult(one, network, lag)) };
  }
  if (ticker !== "SOL") return NOT_FOUND;
  const history = world.solanaHistory(call) ?? SOLANA_HISTORY;
  const view = { lag, history, blockhashSlot: world.blockhashSlot };
  const answer = (one: Parameters<typeof solanaResult>[0]) =>
    one.method === "sendTransaction"
      ? sendToSolana(String(one.params?.[0]), world)
      : solanaResult(one, network, view);
  return { status: 200, body: await rpcAnswer(request.body, answer) };
}

async function sendToSolana(payload: string, world: World): Promise<string> {
  const { verdict, transactionId } = await offer(world, "SOL", payload, undefined);
  if (verdict.kind === "refused") throw new Error(verdict.words);
  return transactionId;
}
