/**
 * Many new private keys at once, made on all cores: by threads of this process, so that no key leaves it. Threads share its
 * protection (no core dump, no debugger); what they made comes over in a buffer that is handed over and not copied, and is
 * overwritten once it was read. A thread ends, and its memory with it, with the batch.
 */
import { availableParallelism } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import type { Chain, Network } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { KmsError } from "../errors.ts";

/** The index at which the keys of a batch are derived, as the original has it. */
const BATCH_INDEX = 1;

/** Keys of one order, which one durable write adds to the vault. */
const ORDER = 50;

/** Keys to make. */
export interface KeyOrder {
  readonly ticker: string;
  readonly network: Network;
  readonly count: number;
}

/** A private key of a fresh wallet, in the form of its chain, and its address. */
export interface NewKey {
  readonly privateKey: string;
  readonly address: string;
}

type TakeKeys = (keys: readonly NewKey[]) => Promise<void>;

function makeKey(chain: Chain, network: Network): NewKey {
  const privateKey =
    chain.generatePrivateKey?.(BATCH_INDEX, network) ??
    chain.derivePrivateKey(chain.generateWallet(network), BATCH_INDEX, network);
  // From the key itself: it is what the vault will hold.
  return { privateKey, address: chain.parsePrivateKey(privateKey, network).address };
}

/** @throws KmsError `INTERNAL` for a chain that there is not */
async function makeKeys({ ticker, network, count }: KeyOrder): Promise<NewKey[]> {
  const chain = await loadChain(ticker);
  if (chain === undefined) throw new KmsError("INTERNAL", `${ticker} is not a chain.`);
  return Array.from({ length: count }, () => makeKey(chain, network));
}

/** What a thread does: it makes keys as often as it is asked to. */
export function serveKeyOrders(): void {
  parentPort?.on("message", async (order: KeyOrder) => {
    const bytes = new TextEncoder().encode(JSON.stringify(await makeKeys(order)));
    parentPort?.postMessage(bytes, [bytes.buffer]);
  });
}

/** A thread of this process that makes keys. */
class KeyThread {
  readonly #worker: Worker;

  constructor() {
    // The executable is one file, whose threads begin where it does. The environment holds secrets, and is not needed.
    const isExecutable = import.meta.url.includes("$bunfs");
    this.#worker = new Worker(isExecutable ? Bun.main : new URL("../main.ts", import.meta.url), { env: {} });
  }

  /** @throws KmsError `INTERNAL` when the thread fails */
  make(order: KeyOrder): Promise<NewKey[]> {
    return new Promise((resolve, reject) => {
      const failed = (cause: unknown): void =>
        reject(new KmsError("INTERNAL", "A thread that makes keys failed.", { cause }));
      this.#worker.removeAllListeners();
      this.#worker.once("error", failed);
      this.#worker.once("exit", failed);
      this.#worker.once("message", (bytes: Uint8Array) => {
        resolve(JSON.parse(new TextDecoder().decode(bytes)) as NewKey[]);
        bytes.fill(0);
      });
      this.#worker.postMessage(order);
    });
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }
}

/** Orders of a thread, one after another; what was made is taken while the next keys are. */
async function work(thread: Pick<KeyThread, "make">, orders: KeyOrder[], take: TakeKeys): Promise<void> {
  let taken = Promise.resolve();
  try {
    for (let order = orders.shift(); order !== undefined; order = orders.shift()) {
      const keys = await thread.make(order);
      await taken;
      taken = take(keys);
      // It is waited for in the next turn.
      taken.catch(() => undefined);
    }
  } catch (failure) {
    // Nobody begins another order.
    orders.length = 0;
    throw failure;
  } finally {
    // What is on its way into the vault is told of, whatever else failed.
    await taken;
  }
}

/**
 * Makes keys, and hands them over as they come; few of them in this thread.
 *
 * @param take keeps them; what it throws ends all
 * @throws KmsError `INTERNAL` when a thread fails, and what `take` throws
 */
export async function makeKeysOnAllCores(order: KeyOrder, take: TakeKeys): Promise<void> {
  const orders = Array.from({ length: Math.ceil(order.count / ORDER) }, (_, at) => {
    return { ...order, count: Math.min(ORDER, order.count - at * ORDER) };
  });
  if (orders.length === 1) return work({ make: makeKeys }, orders, take);
  const threads = Array.from(
    { length: Math.min(availableParallelism(), orders.length) },
    () => new KeyThread(),
  );
  const works = threads.map((thread) => work(thread, orders, take));
  try {
    // All of them end by themselves, so that no key is kept that its taker did not tell of.
    await Promise.allSettled(works);
    await Promise.all(works);
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}
