import { transactionId } from "../../../src/sandbox/broadcasts.ts";
import { chainOfTicker } from "../../../src/sandbox/chains/index.ts";
import { type RecordedRequest, StandInApi } from "../stand-in-api.ts";
import type { Payment } from "./payment.ts";
import { recognise, solanaId } from "./recognise.ts";

const WEI_PER_GAS = 20_000_000_000;
const BLOCKHASH = "GSeYNY1AG25GFYH63gvKLT7NC9H64njRztgj2wtsYmDp";
const VET_BLOCK = { number: 17086369, id: `0x0104b7a1${"5a".repeat(28)}` };

/** Payments whose broadcast gets no clear answer the first time, so that what follows upon that is called. */
const UNCLEAR_FIRST = ["question", "getEpochInfo"];

/** Header of a request: how many of the payments there were when it was made. */
export const KNOWN_PAYMENTS = "x-known-payments";

/** The API, the four-eye server and the nodes, all of them well: what is behind the faults. */
export class PaymentsApi {
  readonly server = new StandInApi();
  readonly payments: Payment[] = [];

  constructor() {
    this.server.answer = (request) => this.#answer(request);
  }

  async #answer({ method, path, headers, body }: RecordedRequest): Promise<Response> {
    const { name, isAbout, content } = recognise(method, path, body);
    const about = this.payments.slice(0, Number(headers[KNOWN_PAYMENTS])).filter(isAbout);
    const [payment] = about;
    switch (name) {
      case "poll":
        return Response.json(
          about.filter(({ isDone, isListed }) => isListed && !isDone).map(({ pending }) => pending),
        );
      case "report":
        for (const { signatureId, error } of (body as { errors: { signatureId: string; error: string }[] })
          .errors)
          this.payments.find(({ id }) => id === signatureId)?.reports.push(error);
        return new Response(null, { status: 204 });
      case "transaction count":
        return Response.json(0);
      case "gas price":
        return Response.json({ medium: WEI_PER_GAS });
      case "accounts/*":
        return Response.json([{ data: "0x", gasUsed: 0, reverted: false, vmError: "" }]);
      case "blocks/best":
        return Response.json(VET_BLOCK);
    }
    if (path.includes("/web3/") || path.includes("/node/")) return this.#answerRpc(name, payment, content);
    if (payment === undefined) return new Response("", { status: 404 });
    if (name === "four-eye GET" || name === "four-eye POST") return new Response("");
    if (name === "question") {
      const txId = payment.isDone ? await this.#transactionId(payment) : undefined;
      return Response.json({ ...payment.pending, txId });
    }
    if (name === "completion") {
      payment.isDone = true;
      return new Response(null, { status: 204 });
    }
    return this.#broadcast(payment);
  }

  async #broadcast(payment: Payment): Promise<Response> {
    const { name } = payment.call;
    if (UNCLEAR_FIRST.includes(name) && !payment.wasUnclear) {
      payment.wasUnclear = true;
      return new Response("", { status: 503 });
    }
    payment.isOut = true;
    const txId = await this.#transactionId(payment);
    if (name === "completion") return Response.json({ txId, failed: true });
    payment.isDone = true;
    return Response.json({ txId, completed: true });
  }

  async #transactionId({ call, contents }: Payment): Promise<string> {
    const [content = ""] = contents;
    if (call.chain === "SOL") return solanaId(content);
    const chain = chainOfTicker(call.chain);
    if (chain === undefined) throw new Error(`The API has no chain ${call.chain}.`);
    return transactionId(chain, content, "mainnet");
  }

  #answerRpc(name: string, payment: Payment | undefined, content: string | undefined): Response {
    if (name === "sendTransaction" && payment !== undefined && content !== undefined) {
      payment.isOut = true;
      // The network took it, and the node says no: what follows upon that is called.
      if (payment.call.name === "getSignatureStatuses") {
        return Response.json({
          jsonrpc: "2.0",
          id: 1,
          error: { code: -32002, message: "Blockhash not found" },
        });
      }
      return Response.json({ jsonrpc: "2.0", id: 1, result: solanaId(content) });
    }
    const isOut = payment?.isOut === true;
    const results: Readonly<Record<string, unknown>> = {
      eth_estimateGas: "0x5208",
      eth_chainId: "0x1",
      eth_getTransactionCount: "0x0",
      getLatestBlockhash: {
        context: { slot: 90 },
        value: { blockhash: BLOCKHASH, lastValidBlockHeight: 100 },
      },
      getEpochInfo: { absoluteSlot: 90, blockHeight: 90 },
      getTransaction: isOut ? { meta: { err: null } } : null,
      getSignatureStatuses: { value: [isOut ? { err: null, confirmationStatus: "confirmed" } : null] },
    };
    return Response.json({ jsonrpc: "2.0", id: 1, result: results[name] ?? null });
  }
}
