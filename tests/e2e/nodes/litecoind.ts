import { TemporaryFolder } from "../../temporary-folder.ts";
import { callNode } from "./json-rpc.ts";

/** A Litecoin node with a chain of its own (regtest), and coins to give away. */
export interface Litecoind {
  /** With user and password. */
  readonly url: string;
  call<Result>(method: string, ...params: readonly unknown[]): Promise<Result>;
  /** Mines blocks. */
  mine(blocks: number): Promise<string[]>;
  stop(): Promise<void>;
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = server;
  server.stop(true);
  return port;
}

/** @throws Error when litecoind is not installed or does not start. */
export async function startLitecoind(): Promise<Litecoind> {
  const binary = Bun.which("litecoind");
  if (binary === null) throw new Error("litecoind is not installed. Run: apt-get install litecoind");
  const folder = new TemporaryFolder();
  const port = freePort();
  const node = Bun.spawn(
    [
      binary,
      "-regtest",
      `-datadir=${folder.path}`,
      "-server",
      "-listen=0",
      "-dnsseed=0",
      "-fallbackfee=0.001",
      "-printtoconsole",
      "-rpcuser=test",
      "-rpcpassword=test",
      `-rpcport=${port}`,
      "-rpcbind=127.0.0.1",
      "-rpcallowip=127.0.0.1",
    ],
    { stdout: Bun.file(folder.at("log")), stderr: "inherit" },
  );
  const base = `http://test:test@127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    // Its chain is thrown away: it need not be closed in order, which takes long.
    node.kill("SIGKILL");
    await node.exited;
    folder.remove();
  };
  try {
    await answering(base, node);
    await callNode(base, "createwallet", ["miner"]);
    const url = `${base}/wallet/miner`;
    const address = await callNode<string>(url, "getnewaddress");
    const mine = (blocks: number) => callNode<string[]>(url, "generatetoaddress", [blocks, address]);
    // The coins of a block can be spent 100 blocks later.
    await mine(110);
    return { url: base, call: (method, ...params) => callNode(url, method, params), mine, stop };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

async function answering(url: string, node: { readonly exitCode: number | null }): Promise<void> {
  for (let attempt = 0; attempt < 600 && node.exitCode === null; attempt++) {
    try {
      await callNode(url, "getblockcount");
      return;
    } catch {
      await Bun.sleep(50);
    }
  }
  throw new Error("litecoind did not start.");
}
