/** `nodes`: the daemons of the vault on all machines: who does what since when. */
import { chainOfKey, defaultApiKey } from "../../api-key-name.ts";
import { listNodes, type ShownNode } from "../../operations/nodes.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote, writeOutput } from "../output.ts";
import { type Column, isForPerson, renderTable } from "../terminal/table.ts";
import { terminalColumns } from "../terminal/text-layout.ts";

/** A line of the table: a node with one of its leases, or with what it stands by for. */
interface Line {
  readonly node: ShownNode;
  readonly work: string;
  readonly state: string;
  readonly epoch: string;
  readonly since: string;
  readonly renewed: string;
}

function linesOf(node: ShownNode): Line[] {
  const { network = "", state, leases, standsBy, since = "", lastRenewal = "" } = node;
  const held = leases.map((lease) => ({
    ...{ node, state, since: lease.since, epoch: String(lease.epoch) },
    work: `${lease.network} ${chainOfKey(lease.chain, lease.apiKey ?? defaultApiKey)}`,
    renewed: lease.lastRenewal ?? "",
  }));
  if (held.length > 0 && standsBy.length === 0) return held;
  const rest = { node, state: held.length > 0 ? "standby" : state, since, epoch: "", renewed: lastRenewal };
  return [...held, { ...rest, work: [network, ...standsBy].join(" ") }];
}

const place = ({ host, pid }: ShownNode): string => (pid === undefined ? "" : `${pid}@${host ?? ""}`);

const columns: readonly Column<Line>[] = [
  {
    title: "NODE",
    text: ({ node }) => node.node ?? "(tells nothing of itself)",
    atLeast: 8,
    cutIn: "middle",
  },
  { title: "STATE", text: ({ state }) => state },
  { title: "WORK", text: ({ work }) => work, atLeast: 10 },
  { title: "EPOCH", text: ({ epoch }) => epoch, leaveOut: 1 },
  { title: "SINCE", text: ({ since }) => since, leaveOut: 0 },
  { title: "RENEWED", text: ({ renewed }) => renewed, leaveOut: 2 },
  { title: "PROCESS", text: ({ node }) => place(node), atLeast: 8, leaveOut: 3 },
  { title: "VERSION", text: ({ node }) => node.version ?? "", leaveOut: 4 },
];

export default defineCommand({
  meta: {
    name: "nodes",
    description: "Show who does what since when: all daemons of the vault, their leases",
  },
  examples: ["tatum-kms nodes --store=postgres://kms@db/kms"],
  args: { ...pickOptions("json"), ...vaultOptions },
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => {
      const nodes = await listNodes(vault);
      if (!isForPerson(args)) printJson(nodes);
      else if (nodes.length === 0) printNote("No daemon of the vault runs.");
      else
        writeOutput(
          renderTable(columns, nodes.flatMap(linesOf), terminalColumns(process.stdout, process.env)),
        );
    });
  },
});
