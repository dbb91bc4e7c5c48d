import { fileURLToPath } from "node:url";

/** A node of an Ethereum-like network on this machine: it mines each transaction as it comes. */
export interface Anvil {
  readonly url: string;
  stop(): Promise<void>;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
const LISTENING = /Listening on (127\.0\.0\.1:\d+)/;

/**
 * Starts Foundry's anvil with a chain id, on a free port.
 *
 * @param chainId EIP-155 chain id
 * @throws Error with the node's output when it ends instead of listening.
 */
export async function startAnvil({ chainId }: { readonly chainId: bigint | number }): Promise<Anvil> {
  // Not the launcher in node_modules/.bin: it would leave the node running when it is stopped.
  const platform = `${process.platform}-${ARCHITECTURES[process.arch]}`;
  const binary = new URL(`../../node_modules/@foundry-rs/anvil-${platform}/bin/anvil`, import.meta.url);
  const node = Bun.spawn([fileURLToPath(binary), "--chain-id", String(chainId), "--port", "0"], {
    stdout: "pipe",
    stderr: "inherit",
  });
  let output = "";
  const reader = node.stdout.getReader();
  const decoder = new TextDecoder();
  while (true) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`anvil ended instead of listening: ${output}`);
    output += decoder.decode(value, { stream: true });
    const address = LISTENING.exec(output)?.[1];
    if (address === undefined) continue;
    // A pipe that nobody reads would fill up and stop the node.
    const drained = drain(reader);
    return {
      url: `http://${address}`,
      async stop() {
        node.kill();
        await node.exited;
        await drained;
      },
    };
  }
}

async function drain(reader: { read(): Promise<{ readonly done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}
