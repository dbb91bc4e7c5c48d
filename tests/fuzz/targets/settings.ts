/** Command lines and env files. */
import { writeFileSync } from "node:fs";
import { options } from "../../../src/cli/options.ts";
import { parseCommandLine, toArguments } from "../../../src/cli/parse.ts";
import { KmsError } from "../../../src/errors.ts";
import { Config } from "../../../src/settings/settings.ts";
import { settings } from "../../../src/settings/table.ts";
import type { Random } from "../../random.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { expectedCode } from "../expected-error.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { damageText, HOSTILE_TEXTS, mutateText } from "../mutate-text.ts";

const ENV_FILE = `# comment
TATUM_API_KEY=key
export TATUM_KMS_MAX_FEE_BTC = "100" # more
TATUM_RETRIES='5'
MANY=\`a
b\`
`;
const WORDS = ["daemon", "--", "-", "-1", "--testnet", "--no-testnet", "--path=x", "--path", "true", "--x=="];

export class CommandLines implements FuzzTarget {
  readonly name = "command lines";
  readonly share = 4;

  async run(random: Random): Promise<string> {
    const names = Object.keys(options).map((name) => `--${name}`);
    const argv = Array.from({ length: random.below(7) }, () => {
      const word = random.pick([...WORDS, ...names, random.pick(HOSTILE_TEXTS)]);
      return random.chance(0.3) ? mutateText(word, random) : word;
    });
    try {
      const commandLine = parseCommandLine(argv);
      // Nothing is done with such a command line.
      if (commandLine.unknown !== undefined) return "USAGE";
      const again = parseCommandLine(toArguments(commandLine));
      if (!Bun.deepEquals(again, commandLine)) throw new Error(`${JSON.stringify(argv)} changes its meaning`);
      return "understood";
    } catch (failure) {
      const code = expectedCode(failure);
      if (code === "USAGE") return code;
      throw failure;
    }
  }
}

export class EnvFiles implements FuzzTarget {
  readonly name = "env files";
  readonly share = 2;
  readonly #folder = new TemporaryFolder();

  constructor() {
    process.once("exit", () => this.#folder.remove());
  }

  async run(random: Random): Promise<string> {
    const path = this.#folder.at(".env");
    writeFileSync(path, damageText(random.chance(0.5) ? damageText(ENV_FILE, random) : ENV_FILE, random));
    try {
      const config = Config.load(path);
      const text = config.get(random.pick(["TATUM_API_KEY", "MANY", "TATUM_KMS_MAX_FEE_BTC"]));
      if (text !== undefined && typeof text !== "string") throw new Error("A setting is no text.");
      const count = config.value(settings.retries);
      if (!(count >= 0 && count <= 20)) throw new Error(`${count} came through as a number from 0 to 20`);
      return "understood";
    } catch (failure) {
      if (failure instanceof KmsError && failure.code === "CONFIGURATION") return failure.code;
      throw failure;
    }
  }
}
