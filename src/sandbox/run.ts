/** The run of the `sandbox` command: until a signal comes. */
import { tickerNamed } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import { hostVariables } from "./routes.ts";
import { SandboxStartError, startSandbox } from "./server.ts";

const DEFAULT_PORT = 3999;

export interface SandboxArguments {
  readonly port?: string | undefined;
  readonly node?: string | undefined;
  readonly testnet?: boolean | undefined;
}

/** `ETH=http://...,LTC=http://...` */
function readNodes(text: string | undefined): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>();
  for (const part of text?.split(",") ?? []) {
    if (part.trim() === "") continue;
    const equals = part.indexOf("=");
    if (equals < 1) throw new KmsError("USAGE", "Option --node is written as ETH=http://127.0.0.1:8545.");
    const name = part.slice(0, equals).trim();
    nodes.set(tickerNamed(name) ?? name, part.slice(equals + 1).trim());
  }
  return nodes;
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? DEFAULT_PORT : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new KmsError("USAGE", "Option --port is a number from 0 to 65535.");
}

function explanation(url: string, fourEyeUrl: string, testnet: boolean): string {
  const flag = testnet ? " --testnet" : "";
  const hosts = Object.entries(hostVariables(url)).map(([name, host]) => `  export ${name}=${host}`);
  return `The sandbox stands in for the Tatum API at ${url} (in memory; it forgets everything when it ends).

Point the daemon at it:
  TATUM_API_URL=${url} TATUM_API_KEY=sandbox tatum-kms daemon${flag} --external-url=${fourEyeUrl}

Some chains ask hosts of their own. These answer here too:
${hosts.join("\n")}

Queue a pending transaction, see what became of it, see reported errors:
  curl -X POST ${url}/sandbox/transactions -H 'content-type: application/json' -d @transaction.json
  curl ${url}/sandbox/transactions
  curl ${url}/sandbox/errors

Stop it with Ctrl-C.
`;
}

/** @throws KmsError `USAGE` for bad options and for a port that is in use. */
export async function runSandbox(args: SandboxArguments): Promise<void> {
  const testnet = args.testnet === true;
  const options = { port: readPort(args.port), nodes: readNodes(args.node), testnet };
  let sandbox: ReturnType<typeof startSandbox>;
  try {
    sandbox = startSandbox(options);
  } catch (error) {
    if (error instanceof SandboxStartError) throw new KmsError("USAGE", error.message, { cause: error });
    throw error;
  }
  process.stdout.write(explanation(sandbox.url, sandbox.fourEyeUrl, testnet));
  await new Promise<void>((stopped) => {
    process.once("SIGINT", () => stopped());
    process.once("SIGTERM", () => stopped());
  });
  await sandbox.stop();
}
