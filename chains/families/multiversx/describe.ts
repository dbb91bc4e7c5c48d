/**
 * The intents of a MultiversX transaction, read from its payload alone. What calls something has data of the form
 * `function@argument@argument`, arguments in hex; transfers of tokens (ESDT) are such calls.
 * https://docs.multiversx.com/tokens/esdt-tokens, https://docs.multiversx.com/tokens/nft-tokens
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Intent, PendingTransaction } from "../../chain.ts";
import { addressOfPublicKey, isContract } from "./address.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

export interface CallData {
  readonly method: string;
  /** Whole bytes in hex, in lower case. */
  readonly arguments: readonly string[];
}

/** An amount of one token, in its smallest unit. */
interface TokenPayment {
  /** Such as `WEGLD-bd4d79`; one item of a collection has its nonce behind it, such as `PUNKS-2b3c4d-0a`. */
  readonly token: string;
  readonly amount: bigint;
}

/** A transfer of tokens (ESDT, the token standard of the chain). */
export interface TokenTransfer {
  readonly payments: readonly TokenPayment[];
  /** The public key of the receiver; absent where the transaction's own receiver gets the tokens. */
  readonly receiver?: Uint8Array;
  /** What the receiving contract is told to do with them. */
  readonly call?: CallData;
}

const METHOD = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;
const TOKEN = /^(?:[a-z0-9]{1,4}-)?[A-Z0-9]{3,10}-[0-9a-f]{6}$/;
const MAX_AMOUNT_DIGITS = 128;

/** Reads call data; `undefined` when the bytes are something else. */
function parseCallData(data: Uint8Array): CallData | undefined {
  const [method = "", ...rest] = Buffer.from(data).toString("latin1").split("@");
  const isWhole = (argument: string): boolean => /^(?:[0-9a-fA-F]{2})*$/.test(argument);
  if (!METHOD.test(method) || !rest.every(isWhole)) return undefined;
  return { method, arguments: rest.map((argument) => argument.toLowerCase()) };
}

/** Reads a transfer of tokens; `undefined` when the call is another one, or not exactly of that form. */
function parseTokenTransfer({ method, arguments: args }: CallData): TokenTransfer | undefined {
  if (method === "ESDTTransfer") {
    const [token, amount, ...call] = args;
    return transfer([[token, "", amount]], undefined, call);
  }
  if (method === "ESDTNFTTransfer") {
    const [token, nonce, amount, receiver, ...call] = args;
    return transfer([[token, nonce, amount]], receiver, call);
  }
  if (method !== "MultiESDTNFTTransfer") return undefined;
  const [receiver, count = "", ...rest] = args;
  const payments = Number.parseInt(count, 16);
  if (!(payments > 0 && payments <= rest.length / 3)) return undefined;
  const triples = Array.from({ length: payments }, (_, i) => rest.slice(3 * i, 3 * i + 3));
  return transfer(triples, receiver, rest.slice(3 * payments));
}

type HexTriple = readonly (string | undefined)[];

function transfer(
  triples: readonly HexTriple[],
  receiver: string | undefined,
  call: readonly string[],
): TokenTransfer | undefined {
  const payments = triples.map(payment);
  const [method, ...args] = call;
  const methodName = method === undefined ? undefined : text(method);
  if (methodName !== undefined && !METHOD.test(methodName)) return undefined;
  if (receiver !== undefined && receiver.length !== 64) return undefined;
  const known = payments.filter((read) => read !== undefined);
  if (known.length !== payments.length) return undefined;
  return {
    payments: known,
    ...(receiver !== undefined && { receiver: Uint8Array.from(Buffer.from(receiver, "hex")) }),
    ...(methodName !== undefined && { call: { method: methodName, arguments: args } }),
  };
}

function payment([token = "", nonce = "", amount = ""]: HexTriple): TokenPayment | undefined {
  const name = text(token);
  if (!TOKEN.test(name) || amount === "" || amount.length > MAX_AMOUNT_DIGITS || nonce.length > 16)
    return undefined;
  // Nonce 0 and no nonce are the same: the token itself.
  const item = /^0*$/.test(nonce) ? "" : `-${nonce}`;
  return { token: name + item, amount: BigInt(`0x${amount}`) };
}

function text(hex: string): string {
  return Buffer.from(hex, "hex").toString("latin1");
}

const TICKER = "EGLD";
/** How transfers of several tokens name the coin of the chain. */
const COIN_AS_TOKEN = "EGLD-000000";

/**
 * What a pending transaction does. Amounts are in units of 10^-18 EGLD, or of the token's smallest unit.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `UNSAFE_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction): readonly Intent[] {
  const payload = parsePayload(pending);
  const { to, value, data } = payload;
  const coins: Intent = { kind: "transfer", ...sender(payload), to, amount: String(value), asset: TICKER };
  if (data.length === 0) return [coins];

  const call = parseCallData(data);
  const tokens = call === undefined ? undefined : parseTokenTransfer(call);
  if (tokens !== undefined) {
    const transfers = tokenTransfers(tokens, payload);
    return value === 0n ? transfers : [coins, ...transfers];
  }
  if (call !== undefined && isContract(to)) return [contractCall(call, to, value, payload)];
  return [coins, { kind: "data", hex: bytesToHex(data) }];
}

function tokenTransfers(tokens: TokenTransfer, payload: TransactionPayload): readonly Intent[] {
  const to = tokens.receiver === undefined ? payload.to : addressOfPublicKey(tokens.receiver);
  const transfers = tokens.payments.map(
    ({ token, amount }): Intent => ({
      kind: "transfer",
      ...sender(payload),
      to,
      amount: String(amount),
      asset: token === COIN_AS_TOKEN ? TICKER : token,
    }),
  );
  return tokens.call === undefined ? transfers : [...transfers, contractCall(tokens.call, to, 0n, payload)];
}

function contractCall(call: CallData, to: string, amount: bigint, payload: TransactionPayload): Intent {
  return { kind: "contract-call", ...sender(payload), to, amount: String(amount), ...call };
}

function sender({ from }: TransactionPayload): { readonly from?: string } {
  return from === undefined ? {} : { from };
}
