/** An older copy of the vault in its place, again and again, while the API lists anew what was paid: nothing is paid twice. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../random.ts";
import { installationWith, walletIds } from "../daemon/wallets.ts";
import type { Installation } from "../executable.ts";
import { UnreliableApi } from "./unreliable-api.ts";

/** Milliseconds until a daemon has to tell of it: a machine may do much else. */
const PATIENCE = 60_000;
/** Rounds on one vault after which it is told how many there were. */
const PROGRESS = 10;
/** Milliseconds between looks. */
const LOOK_AGAIN = 5;

/** How an older copy comes into the vault's place, and what has to be told of it. */
const ways = {
  "same inode at rest": /"code":"ROLLED_BACK"/,
  "other inode at rest": /"code":"ROLLED_BACK"/,
  // Where the daemon was writing, the file is half of each state: then rows are damaged.
  "same inode under the daemon":
    /turned back to an older state|rolled back from generation|two different states|damaged or was tampered with|The journal is damaged/,
  "other inode under the daemon": /removed or replaced while it was open/,
  restored: /the vault was restored from a backup/,
} as const;

type Way = keyof typeof ways;
export const allWays = Object.keys(ways) as Way[];

interface RollbackResult {
  readonly rounds: Readonly<Record<Way, number>>;
  readonly payments: number;
  /** Transactions that were sent with two contents, so that both could land; none is what has to be. */
  readonly double: number;
}

/** Which transactions were sent with more than one content, by what the API was given alone. */
function paidTwice({ entries }: UnreliableApi): string[] {
  return [...entries].filter(([, { payloads }]) => payloads.size > 1).map(([id]) => id);
}

class Rounds {
  readonly #installation: Installation;
  readonly #api: UnreliableApi;
  readonly #random: Random;
  readonly #old: string;
  readonly #anchor: string;

  constructor(installation: Installation, api: UnreliableApi, random: Random) {
    this.#installation = installation;
    this.#api = api;
    this.#random = random;
    this.#old = join(installation.home, "old.dat");
    this.#anchor = join(installation.home, "anchor");
  }

  /** Remembers the vault, pays, puts the older one back, and has the daemon look at a list of what was paid. */
  async play(way: Way): Promise<void> {
    const { vaultPath } = this.#installation;
    copyFileSync(vaultPath, this.#old);
    const ids = Array.from({ length: 1 + this.#random.below(3) }, () => this.#api.add(walletIds.eth));
    const arePaid = (): boolean => ids.every((id) => this.#api.entries.get(id)?.isDone === true);
    const told = way.endsWith("under the daemon")
      ? await this.#under(way, arePaid)
      : await this.#atRest(way, arePaid);
    if (!ways[way].test(told)) throw new Error(`${way}: that was not told, but: ${told.slice(-2000)}`);
  }

  async #atRest(way: Way, arePaid: () => boolean): Promise<string> {
    const ended = await this.#run(["daemon", "--runOnce"]);
    if (!arePaid()) throw new Error(`not all is paid: ${ended.stderr}`);
    const latest = readFileSync(this.#installation.vaultPath);
    if (way === "restored") {
      const restored = await this.#run(["vault", "restore", this.#old]);
      if (restored.status !== 0) throw new Error(`nothing was restored: ${restored.stderr}`);
    } else this.#putBack(way);
    this.#api.listAgain();
    const { stderr } = await this.#run(["daemon", "--runOnce"]);
    this.#makeGood(latest);
    return stderr;
  }

  async #under(way: Way, arePaid: () => boolean): Promise<string> {
    const child = this.#installation.start(["daemon", "--period=0.05", ...this.#args], { env: this.#env });
    let told = "";
    const reading = (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) told += text;
    })();
    const until = async (what: string, isSo: () => boolean): Promise<void> => {
      const end = performance.now() + PATIENCE;
      while (!isSo()) {
        if (performance.now() > end || child.exitCode !== null)
          throw new Error(`${way}: ${what} did not come: ${told.slice(-2000)}`);
        await Bun.sleep(LOOK_AGAIN);
      }
    };
    try {
      await until("the payments", arePaid);
      await Bun.sleep(this.#random.below(50));
      const latest = await this.#betweenChanges(child);
      this.#putBack(way);
      this.#api.listAgain();
      this.#api.add(walletIds.eth);
      await until("a word", () => ways[way].test(told) || child.exitCode !== null);
      // What it does after it told is looked at as well.
      await Promise.race([child.exited, Bun.sleep(this.#random.below(200))]);
      child.kill("SIGKILL");
      await child.exited;
      await reading;
      this.#makeGood(latest);
      return told;
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  }

  /** The vault's file at a moment when the daemon writes no change: in the middle of one it is half of each state. */
  async #betweenChanges(child: Bun.Subprocess): Promise<Uint8Array> {
    const { vaultPath } = this.#installation;
    for (;;) {
      child.kill("SIGSTOP");
      const wasWritten = existsSync(`${vaultPath}-journal`);
      const latest = readFileSync(vaultPath);
      const isWritten = existsSync(`${vaultPath}-journal`);
      child.kill("SIGCONT");
      if (!wasWritten && !isWritten) return latest;
      await Bun.sleep(LOOK_AGAIN);
    }
  }

  #putBack(way: Way): void {
    const { vaultPath } = this.#installation;
    rmSync(`${vaultPath}-journal`, { force: true });
    if (way.startsWith("same inode")) writeFileSync(vaultPath, readFileSync(this.#old));
    else {
      copyFileSync(this.#old, `${vaultPath}.next`);
      renameSync(`${vaultPath}.next`, vaultPath);
    }
  }

  /** The vault as it was before, so that the next round goes on with all that it knows; the anchor is made anew. */
  #makeGood(latest: Uint8Array): void {
    const { vaultPath, home } = this.#installation;
    rmSync(`${vaultPath}-journal`, { force: true });
    writeFileSync(vaultPath, latest);
    rmSync(join(home, ".tatumrc/wallet.dat.before-restore"), { force: true });
    rmSync(this.#anchor, { force: true });
  }

  get #env(): Readonly<Record<string, string>> {
    return { ...this.#api.server.env, TATUM_KMS_LEASE: "0.2", TATUM_KMS_ANCHOR: this.#anchor };
  }

  get #args(): readonly string[] {
    return ["--chain=ETH", `--external-url=${this.#api.server.fourEyeUrl}`];
  }

  #run(words: readonly string[]) {
    const args = words[0] === "daemon" ? [...words, ...this.#args] : words;
    return this.#installation.run(args, { env: this.#env });
  }
}

/** Rounds on two vaults side by side. @throws Error as {@link runRollbackRounds} */
export async function runRollbackTest(
  rounds: number,
  seed: number,
  onProgress: (played: number) => void,
): Promise<RollbackResult> {
  const half = Math.floor(rounds / 2);
  const [one, other] = await Promise.all([
    runRollbackRounds(rounds - half, new Random(seed), onProgress),
    runRollbackRounds(half, new Random(seed + 1), onProgress),
  ]);
  const both = allWays.map((way) => [way, one.rounds[way] + other.rounds[way]]);
  return {
    rounds: Object.fromEntries(both) as Record<Way, number>,
    payments: one.payments + other.payments,
    double: one.double + other.double,
  };
}

/**
 * Plays rounds on one vault, each way as often as the others, in an order of chance.
 * @throws Error when a round is not told in words
 */
export async function runRollbackRounds(
  rounds: number,
  random: Random,
  onProgress: (played: number) => void = () => undefined,
): Promise<RollbackResult> {
  const installation = await installationWith();
  const api = new UnreliableApi(random);
  api.isFlaky = false;
  api.isCounting = true;
  const counts = Object.fromEntries(allWays.map((way) => [way, 0])) as Record<Way, number>;
  try {
    const played = new Rounds(installation, api, random);
    let left: Way[] = [];
    for (let round = 0; round < rounds; round++) {
      if (left.length === 0) left = [...allWays];
      const [way] = left.splice(random.below(left.length), 1) as [Way];
      await played.play(way);
      counts[way] += 1;
      if ((round + 1) % PROGRESS === 0) onProgress(round + 1);
      const twice = paidTwice(api);
      if (twice.length > 0)
        throw new Error(`round ${round}, ${way}: ${twice.join(", ")} sent with two contents`);
    }
    return { rounds: counts, payments: api.entries.size, double: paidTwice(api).length };
  } finally {
    await api.server.stop();
    installation.remove();
  }
}
