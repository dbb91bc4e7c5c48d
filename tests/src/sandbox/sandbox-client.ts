import { type Sandbox, type SandboxOptions, startSandbox } from "../../../src/sandbox/server.ts";
import signingVectors from "../../vectors/signing/ETH.json";

export const API_KEY_HEADER = { "x-api-key": "test-api-key" };

/** A sandbox that stops at the end of the block (`await using`), and the calls tests make. */
export class SandboxClient implements AsyncDisposable {
  readonly sandbox: Sandbox;

  constructor(options: Partial<SandboxOptions> = {}) {
    this.sandbox = startSandbox({ nodes: new Map(), ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.stop();
  }

  request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.sandbox.url + path, {
      method,
      headers: API_KEY_HEADER,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async json(method: string, path: string, body?: unknown): Promise<unknown> {
    return await (await this.request(method, path, body)).json();
  }

  /** Puts a transaction into the queue; its id. */
  async enqueue(transaction: object = {}): Promise<string> {
    const defaults = { chain: "ETH", serializedTransaction: "{}", hashes: [WALLET] };
    const { id } = (await this.json("POST", "/sandbox/transactions", { ...defaults, ...transaction })) as {
      id: string;
    };
    return id;
  }

  async transactions(): Promise<readonly TransactionView[]> {
    return (await this.json("GET", "/sandbox/transactions")) as readonly TransactionView[];
  }
}

export interface TransactionView {
  readonly transaction: { readonly id: string; readonly chain: string };
  readonly state: string;
  readonly txId?: string;
  readonly broadcasts: readonly { readonly outcome: string; readonly txData: string }[];
  readonly violations: readonly object[];
}

/** A signature ID. */
export const WALLET = "4d797df0-8a81-4fef-a3fe-c7c217be5e02";

function signedTransaction(name: string): { txData: string; txid: string; from: string; nonce: number } {
  const vector = signingVectors.find((candidate) => candidate.name === name);
  if (vector?.expected?.txData === undefined) throw new Error(`no vector ${name}`);
  const { txData, txid, decoded } = vector.expected;
  return { txData, txid: txid!, from: decoded!.from, nonce: decoded!.nonce };
}

/** Two signed Ethereum transactions of different senders. */
export const SIGNED = signedTransaction("native-mnemonic-all-explicit");
export const OTHER_SIGNED = signedTransaction("native-privatekey-nothing-explicit");
