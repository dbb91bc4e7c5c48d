/** The daemon as a process of its own: what it logs, and how it ends. */
import type { Installation, Run, RunOptions } from "../executable.ts";
import { StandInApi } from "../stand-in-api.ts";
import { allWallets, installationWith } from "./wallets.ts";

const PATIENCE = 15_000;

/** Waits for something to become true. */
export async function until(what: string, isTrue: () => boolean, patience = PATIENCE): Promise<void> {
  const end = performance.now() + patience;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`Waited in vain for: ${what}`);
    await Bun.sleep(10);
  }
}

export class RunningDaemon {
  /** Everything written to standard error and standard output so far. */
  log = "";
  readonly #child: ReturnType<Installation["start"]>;
  readonly #read: Promise<unknown>;

  constructor(child: ReturnType<Installation["start"]>) {
    this.#child = child;
    this.#read = Promise.all([this.#collect(child.stderr), this.#collect(child.stdout)]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.log += decoder.decode(chunk, { stream: true });
  }

  async logged(text: string): Promise<void> {
    await until(`${JSON.stringify(text)} in the log:\n${this.log}`, () => this.log.includes(text));
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The exit status, once it has ended. */
  async exited(): Promise<number | null> {
    await Promise.all([this.#child.exited, this.#read]);
    return this.#child.exitCode;
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited();
  }
}

/** A stand-in of the API, an installation with wallets, and the daemons started on them. */
export class Scene {
  readonly api = new StandInApi();
  readonly installation: Installation;
  readonly #daemons: RunningDaemon[] = [];

  private constructor(installation: Installation) {
    this.installation = installation;
  }

  static async with(wallets = allWallets): Promise<Scene> {
    return new Scene(await installationWith(wallets));
  }

  /** One cycle; arguments that name no four-eye server get the stand-in's. */
  readonly runOnce = (
    args: readonly string[] = [],
    { env = {}, ...options }: RunOptions = {},
  ): Promise<Run> => {
    const all = ["daemon", "--runOnce", ...this.#withFourEye(args)];
    return this.installation.run(all, { ...options, env: { ...this.api.env, ...env } });
  };

  /** The daemon as a service, polling ten times a second. */
  readonly start = (
    args: readonly string[] = [],
    { env = {}, ...options }: RunOptions = {},
  ): RunningDaemon => {
    const period = args.some((argument) => argument.startsWith("--period")) ? [] : ["--period=0.1"];
    const all = ["daemon", ...period, ...this.#withFourEye(args)];
    const child = this.installation.start(all, { ...options, env: { ...this.api.env, ...env } });
    const daemon = new RunningDaemon(child);
    this.#daemons.push(daemon);
    return daemon;
  };

  async end(): Promise<void> {
    for (const daemon of this.#daemons) await daemon.kill();
    await this.api.stop();
    this.installation.remove();
  }

  #withFourEye(args: readonly string[]): string[] {
    return args.some(
      (argument) => argument.startsWith("--external-url=") || argument.startsWith("--externalUrl="),
    )
      ? [...args]
      : [...args, `--external-url=${this.api.fourEyeUrl}`];
  }
}

/** Runs a test on a scene of its own, and clears it away. */
export function onScene(
  work: (scene: Scene) => Promise<void>,
  wallets?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): () => Promise<void> {
  return async () => {
    const scene = await Scene.with(wallets);
    try {
      await work(scene);
    } finally {
      await scene.end();
    }
  };
}

/** The payload of a recorded broadcast. */
export function payloadOf(request: { readonly body: unknown } | undefined): string {
  return (request?.body as { txData?: string } | undefined)?.txData ?? "";
}
