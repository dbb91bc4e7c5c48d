/** Tokens of SoftHSM behind a module that misbehaves as a test tells it (faulty-module.c). */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tokens, TokensSettings } from "../../../providers/pkcs11/tokens.ts";
import { SoftTokens, softHsmModule } from "./soft-token.ts";

/** The headers of OASIS. */
export const pkcs11Headers = join(import.meta.dir, "../../../node_modules/pkcs11js/includes/pkcs11");

/** Numbers of errors (pkcs11t.h). */
export const errors = {
  generalError: 0x05,
  functionFailed: 0x06,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  pinIncorrect: 0xa0,
  sessionHandleInvalid: 0xb3,
  tokenNotPresent: 0xe0,
} as const;

export class FaultyTokens extends SoftTokens {
  /** The misbehaving module. */
  readonly modulePath = this.path("faulty-module.so");

  constructor(...labels: readonly string[]) {
    super(...labels);
    const source = join(import.meta.dir, "faulty-module.c");
    const command = ["gcc", "-shared", "-fPIC", "-Wall", "-Wno-pointer-sign", `-I${pkcs11Headers}`];
    const made = Bun.spawnSync([...command, source, "-o", this.modulePath, "-ldl"], { stderr: "pipe" });
    if (!made.success) throw new Error(made.stderr.toString());
  }

  override get environment(): Record<string, string> {
    return {
      ...super.environment,
      FAULTY_MODULE_TARGET: softHsmModule,
      FAULTY_MODULE_CONTROL: this.path("control"),
      FAULTY_MODULE_CALLS: this.path("calls"),
    };
  }

  override open(settings: Partial<TokensSettings> = {}): Tokens {
    return super.open({ modulePath: this.modulePath, ...settings });
  }

  /** How the module misbehaves from now on: lines as faulty-module.c reads them. */
  misbehave(...lines: readonly string[]): void {
    writeFileSync(this.path("control"), `${lines.join("\n")}\n`);
  }

  behave(): void {
    rmSync(this.path("control"), { force: true });
  }

  /** How often the program called a function of the module. */
  calls(name: string): number {
    const file = this.path("calls");
    if (!existsSync(file)) return 0;
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line === name).length;
  }
}
