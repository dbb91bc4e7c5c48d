/** Tokens of SoftHSM, a PKCS#11 module in software, in a folder of their own. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tokens, type TokensSettings } from "../../../providers/pkcs11/tokens.ts";
import { Secret } from "../../../providers/secret.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";

export const softHsmModule = "/usr/lib/softhsm/libsofthsm2.so";
/** The PIN of every token whose test does not need another one. */
export const PIN = "482915";
const SO_PIN = "73649182";

const root = fileURLToPath(new URL("../../..", import.meta.url));

function run(command: readonly string[], environment: Readonly<Record<string, string>>): string {
  const done = Bun.spawnSync([...command], { env: environment, stdout: "pipe", stderr: "pipe" });
  if (done.success) return done.stdout.toString();
  throw new Error(`${command[0]} failed: ${done.stdout.toString()}${done.stderr.toString()}`);
}

/** An installation of SoftHSM that holds the tokens a test makes. */
export class SoftTokens {
  readonly #folder = new TemporaryFolder();
  readonly #tokens = this.#folder.at("tokens");

  constructor(...labels: readonly string[]) {
    mkdirSync(this.#tokens);
    writeFileSync(
      this.path("softhsm2.conf"),
      `directories.tokendir = ${this.#tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    );
    for (const label of labels) this.initialize(label);
  }

  path(name: string): string {
    return this.#folder.at(name);
  }

  /** With what SoftHSM finds its tokens. */
  get environment(): Record<string, string> {
    return { PATH: "/usr/bin:/bin", SOFTHSM2_CONF: this.path("softhsm2.conf") };
  }

  /** Makes a token. Labels need not differ. */
  initialize(label: string, pin = PIN): void {
    const command = ["softhsm2-util", "--init-token", "--free", "--label", label];
    run([...command, "--pin", pin, "--so-pin", SO_PIN], this.environment);
  }

  /** Takes all tokens out. */
  takeOut(): void {
    renameSync(this.#tokens, `${this.#tokens}.out`);
    mkdirSync(this.#tokens);
  }

  putBack(): void {
    rmSync(this.#tokens, { recursive: true });
    renameSync(`${this.#tokens}.out`, this.#tokens);
  }

  /** Runs `pkcs11-tool` on a token, as somebody else who knows the PIN; gives what it prints. */
  tool(label: string, ...args: readonly string[]): string {
    return this.toolWithoutPin(label, "--pin", PIN, ...args);
  }

  /** Runs `pkcs11-tool` as somebody who reaches the token and does not know its PIN. */
  toolWithoutPin(label: string, ...args: readonly string[]): string {
    const command = ["pkcs11-tool", "--module", softHsmModule, "--token-label", label];
    return run([...command, ...args], this.environment);
  }

  /** Runs a program that finds these tokens; gives what it prints. */
  run(...command: readonly string[]): string {
    return run(command, this.environment);
  }

  /** The serial numbers of the tokens with a label. */
  serials(label: string): string[] {
    const listed = run(["softhsm2-util", "--show-slots"], this.environment);
    const pattern = /Serial number:\s+(\S+)[\s\S]*?Label: *(.*?) *$/gm;
    return [...listed.matchAll(pattern)].filter((found) => found[2] === label).map((found) => found[1] ?? "");
  }

  /** The program's way to these tokens, from its sources. */
  open(settings: Partial<TokensSettings> = {}): Tokens {
    return new Tokens({
      command: moduleProcessCommand,
      environment: this.environment,
      timeLimit: 20_000,
      modulePath: softHsmModule,
      pin: async () => new Secret(PIN),
      ...settings,
    });
  }

  remove(): void {
    this.#folder.remove();
  }
}

/** The process that loads the vendor's module, from the sources. */
export const moduleProcessCommand = [
  process.execPath,
  join(root, "src", "main.ts"),
  "pkcs11-process",
] as const;
