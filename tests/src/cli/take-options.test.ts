/** Every option with every command: taken, ignored with a warning, or refused before anything is done. */
import { describe, expect, test } from "bun:test";
import { type OptionName, options, originalOptions } from "../../../src/cli/options.ts";
import { argumentsOf, commandsBelow, selectCommand } from "../../../src/cli/parse.ts";
import { program } from "../../../src/cli/program.ts";
import { takeOptions, unknownOption } from "../../../src/cli/take-options.ts";
import { KmsError } from "../../../src/errors.ts";

const vault = "path store vault-id allow-group-access env-file config provider aws azure vgs pkcs11";
/** Options of the original that are about the daemon alone. */
const daemonOnly = "period external-url external-url-method run-once";
const choosing = "chain testnet wallets transaction-ids";
const places = "path env-file aws azure vgs";

interface Row {
  readonly takes: string;
  /** With one warning. */
  readonly ignores: string;
  /** Options of the original that would choose what the command works on. */
  readonly refuses: string;
}

const makesOrStores: Row = {
  takes: `testnet label group api-key-name ${vault}`,
  ignores: `chain wallets transaction-ids api-key ${daemonOnly}`,
  refuses: "",
};
const ofOneWallet: Row = {
  takes: `chain testnet ${vault}`,
  ignores: `api-key ${daemonOnly}`,
  refuses: "wallets transaction-ids",
};
const asksOfOneWallet: Row = { ...ofOneWallet, takes: `yes ${ofOneWallet.takes}` };
const ofEverything: Row = { takes: vault, ignores: `api-key ${daemonOnly}`, refuses: choosing };
const asksOfEverything: Row = { ...ofEverything, takes: `yes ${vault}` };
const ofTheVault: Row = { takes: vault, ignores: `${choosing} api-key ${daemonOnly}`, refuses: "" };
const ofSettings: Row = { takes: `api-key ${vault}`, ignores: `${choosing} ${daemonOnly}`, refuses: "" };

const table: Readonly<Record<string, Row>> = {
  daemon: {
    takes: `${choosing} dry-run allow-plain-http listen standby log-level log-format api-key api-key-name ${daemonOnly} ${vault}`,
    ignores: "",
    refuses: "",
  },
  generatewallet: {
    takes: "testnet",
    ignores: `chain wallets transaction-ids api-key ${daemonOnly} ${places}`,
    refuses: "",
  },
  generatemanagedwallet: makesOrStores,
  storemanagedwallet: makesOrStores,
  storemanagedprivatekey: makesOrStores,
  generatemanagedprivatekeybatch: makesOrStores,
  generatemanagedkey: makesOrStores,
  storemanagedkey: makesOrStores,
  getmanagedwallet: asksOfOneWallet,
  removewallet: { ...asksOfOneWallet, takes: `now ${asksOfOneWallet.takes}` },
  getprivatekey: asksOfOneWallet,
  getaddress: ofOneWallet,
  export: { ...ofEverything, takes: `output yes ${vault}` },
  import: ofEverything,
  migrate: { ...ofEverything, takes: `delete-original yes ${vault}` },
  "wallet list": {
    takes: `chain testnet label group api-key-name kind sort limit after removed json ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "wallets transaction-ids",
  },
  "wallet show": { ...ofOneWallet, takes: `index qr json ${ofOneWallet.takes}` },
  "wallet find": { ...ofEverything, takes: `json ${vault}` },
  "wallet label": { ...ofOneWallet, takes: `remove json ${ofOneWallet.takes}` },
  "wallet group": { ...ofOneWallet, takes: `remove json ${ofOneWallet.takes}` },
  "wallet key": { ...ofOneWallet, takes: `group json ${ofOneWallet.takes}` },
  "wallet restore": { ...ofEverything, takes: `json ${vault}` },
  "wallet index": ofEverything,
  "lane list": {
    takes: `chain ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet wallets transaction-ids",
  },
  "lane show": {
    takes: `chain bytes ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet wallets transaction-ids",
  },
  "lane repair": {
    takes: `chain testnet number as confirm index yes api-key allow-plain-http ${vault}`,
    ignores: daemonOnly.replace("allow-plain-http", ""),
    refuses: "wallets transaction-ids",
  },
  "vault status": ofTheVault,
  "vault verify": ofTheVault,
  "vault slot list": ofTheVault,
  "vault slot add": asksOfEverything,
  "vault slot remove": asksOfEverything,
  "vault change-password": ofEverything,
  "vault backup": ofEverything,
  "vault restore": asksOfEverything,
  "vault merge": asksOfEverything,
  "vault mark-restored": asksOfEverything,
  "job list": {
    takes: `chain wallets account older-than limit after json ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet transaction-ids",
  },
  "job export": {
    takes: `chain wallets account older-than ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet transaction-ids",
  },
  "job show": { ...ofEverything, takes: `bytes ${vault}` },
  "job retry": {
    takes: `all state yes chain wallets account older-than ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet transaction-ids",
  },
  "job reopen": {
    takes: `confirm yes api-key allow-plain-http ${vault}`,
    ignores: daemonOnly,
    refuses: choosing,
  },
  "job resend": { takes: `yes api-key allow-plain-http ${vault}`, ignores: daemonOnly, refuses: choosing },
  "job recover": {
    takes: `yes chain ${vault}`,
    ignores: `api-key ${daemonOnly}`,
    refuses: "testnet wallets transaction-ids",
  },
  "job quarantine": { ...ofEverything, takes: `yes ${vault}` },
  "job resolve": {
    takes: `all state yes chain wallets account older-than as tx-id confirm api-key allow-plain-http ${vault}`,
    ignores: daemonOnly,
    refuses: "testnet transaction-ids",
  },
  "provider list": {
    takes: "env-file config provider aws azure vgs",
    ignores: `path ${choosing} api-key ${daemonOnly}`,
    refuses: "",
  },
  "provider test": ofTheVault,
  report: ofSettings,
  health: {
    takes: "path store env-file config live",
    ignores: `aws azure vgs period external-url external-url-method run-once ${choosing} api-key`,
    refuses: "",
  },
  status: {
    takes: "path store env-file config json",
    ignores: `${choosing} api-key ${daemonOnly} aws azure vgs`,
    refuses: "",
  },
  nodes: { ...ofTheVault, takes: `json ${vault}` },
  "vault copy": { ...ofEverything, takes: `to cancel yes ${vault}` },
  doctor: {
    takes: `json fix yes external-url allow-plain-http api-key ${vault}`,
    ignores: "period external-url-method run-once",
    refuses: choosing,
  },
  completion: { takes: "", ignores: `${choosing} api-key ${daemonOnly} ${places}`, refuses: "" },
  licenses: { takes: "", ignores: `${choosing} api-key ${daemonOnly} ${places}`, refuses: "" },
  "config explain": {
    takes: "json env-file config",
    ignores: `path aws azure vgs period external-url external-url-method run-once ${choosing} api-key`,
    refuses: "",
  },
  "config check": {
    takes: "env-file config",
    ignores: `path aws azure vgs period external-url external-url-method run-once ${choosing} api-key`,
    refuses: "",
  },
  checkconfig: ofSettings,
  sandbox: {
    takes: "port node testnet",
    ignores: `chain wallets transaction-ids api-key ${daemonOnly} ${places}`,
    refuses: "",
  },
};

const optionNames = Object.keys(options) as OptionName[];
const commands = await commandsBelow(program);

function names(list: string): string[] {
  return list.split(" ").filter((name) => name !== "");
}

/** The commands whose result is a text in a pipe too. All others print JSON and take `--json`, also where it changes nothing. */
const textual = ["checkconfig", "completion", "daemon", "licenses", "sandbox"];

function meant(command: string, row: Row, option: OptionName): string {
  if (["help", "version", ...names(row.takes)].includes(option)) return "taken";
  if (option === "json" && !textual.includes(command)) return "taken";
  if (names(row.ignores).includes(option)) return "ignored";
  return "refused";
}

async function fate(command: string, option: OptionName): Promise<string> {
  const selection = await selectCommand(program, [...command.split(" "), "BTC"]);
  const value = option === "chain" ? "BTC" : options[option].type === "boolean" ? true : "x";
  const warnings: string[] = [];
  try {
    const taken = await takeOptions(program, selection, new Map([[option, value]]), (text) =>
      warnings.push(text),
    );
    if (taken.has(option) && warnings.length === 0) return "taken";
    expect(warnings).toEqual([`Warning: option --${option} has no effect on ${command} and is ignored.`]);
    return "ignored";
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    expect([error.code, error.message]).toEqual(["USAGE", expect.stringContaining(`--${option} `)]);
    return "refused";
  }
}

describe("the table of commands and options", () => {
  test("has every command, and says of every option of the original what becomes of it", () => {
    expect(Object.keys(table).sort()).toEqual(commands.map(({ name }) => name).sort());
    for (const { takes, ignores, refuses } of Object.values(table)) {
      const said = names(`${takes} ${ignores} ${refuses}`);
      expect(said.filter((name) => (originalOptions as readonly string[]).includes(name)).sort()).toEqual(
        [...originalOptions].sort(),
      );
    }
  });

  test.each(Object.keys(table))("%s", async (command) => {
    const row = table[command] as Row;
    const expected = optionNames.map((option) => [option, meant(command, row, option)]);
    const found = await Promise.all(optionNames.map(async (option) => [option, await fate(command, option)]));
    expect(found).toEqual(expected);
  });

  test("holds for what a command declares: each option with the type it has everywhere", async () => {
    for (const { command } of commands) {
      for (const [name, { type }] of Object.entries(await argumentsOf(command)))
        if (type !== "positional") expect([name, type]).toEqual([name, options[name as OptionName].type]);
    }
  });
});

async function failure(
  command: string,
  given: Readonly<Record<string, string | boolean>>,
): Promise<KmsError> {
  const selection = await selectCommand(program, command.split(" "));
  try {
    await takeOptions(program, selection, new Map(Object.entries(given)) as never, () => {});
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error("The options were taken.");
}

describe("an option of other commands", () => {
  test.each([
    [
      "removewallet id",
      "dry-run",
      "It is an option of daemon. Use tatum-kms removewallet --help to see those of removewallet.",
    ],
    [
      "vault status",
      "port",
      "It is an option of sandbox. Use tatum-kms vault status --help to see those of vault status.",
    ],
    [
      "job list",
      "as",
      "It is an option of job resolve, lane repair. Use tatum-kms job list --help to see those of job list.",
    ],
    [
      "sandbox",
      "pkcs11",
      "It is an option of other commands. Use tatum-kms sandbox --help to see those of sandbox.",
    ],
  ])("%s --%s is told where it belongs", async (command, option, hint) => {
    expect((await failure(command, { [option]: true })).hint).toBe(hint);
  });
});

describe("options of the original without effect", () => {
  test("are told together, in one warning, without their values", async () => {
    const warnings: string[] = [];
    const selection = await selectCommand(program, ["export"]);
    const given = new Map<OptionName, string | boolean>([
      ["period", "canary"],
      ["run-once", true],
      ["path", "x"],
    ]);
    expect([...(await takeOptions(program, selection, given, (text) => warnings.push(text)))]).toEqual([
      ["path", "x"],
    ]);
    expect(warnings).toEqual([
      "Warning: options --period, --run-once have no effect on export and are ignored.",
    ]);
  });

  test("do not save a command line that has another fault", async () => {
    expect((await failure("export", { period: "5", chain: "SOL" })).message).toContain("--chain");
    expect((await failure("export", { period: "5", port: "1" })).message).toContain("--port");
  });
});

describe("--chain where the chain is an argument", () => {
  test("may name it, among others", async () => {
    const selection = await selectCommand(program, ["generatemanagedwallet", "BTC"]);
    const taken = await takeOptions(program, selection, new Map([["chain", "ETH,BTC"]]), () => {});
    expect(taken.size).toBe(0);
  });

  test("may not name another", async () => {
    expect((await failure("generatemanagedwallet BTC", { chain: "ETH" })).message).toBe(
      "Option --chain names other chains than the argument BTC; nothing was done.",
    );
  });
});

describe("an unknown option", () => {
  const hintFor = async (spelling: string, command?: string) =>
    (
      await unknownOption(
        spelling,
        command === undefined ? undefined : await selectCommand(program, command.split(" ")),
      )
    ).hint;

  test("is told the nearest of its command", async () => {
    expect(await hintFor("--externalurl", "daemon")).toBe("Did you mean --external-url?");
    expect(await hintFor("--tesnet", "generatewallet BTC")).toBe("Did you mean --testnet?");
    expect(await hintFor("--env-file ", "export")).toBe("Did you mean --env-file?");
    expect(await hintFor("--helpp", "export")).toBe("Did you mean --help?");
  });

  test("is not led to one that its command does not take", async () => {
    expect(await hintFor("--dryrun", "removewallet id")).toBeUndefined();
    expect(await hintFor("--dryrun", "daemon")).toBe("Did you mean --dry-run?");
  });

  test("without a command is told the nearest of all", async () => {
    expect(await hintFor("--dryrun")).toBe("Did you mean --dry-run?");
    for (const spelling of ["--no-path", "--toString", "--__proto__", "--", "--canary"])
      expect(await hintFor(spelling)).toBeUndefined();
  });
});
