/** All that a sandbox knows, in memory. */
import type { Network } from "../../chains/chain.ts";
import { AccountSequences } from "./account-sequences.ts";
import { Broadcasts } from "./broadcasts.ts";
import { Faults } from "./faults.ts";
import type { NodeRpc } from "./nodes/node-rpc.ts";
import { PendingQueue } from "./pending-queue.ts";
import type { ReportedError } from "./request-schemas.ts";

export class SandboxState {
  readonly network: Network;
  readonly nodes: ReadonlyMap<string, NodeRpc>;
  readonly queue = new PendingQueue();
  readonly sequences = new AccountSequences();
  readonly faults = new Faults();
  readonly broadcasts: Broadcasts;
  /** What the KMS reported with error batches. */
  readonly reportedErrors: ReportedError[] = [];

  constructor(network: Network, nodes: ReadonlyMap<string, NodeRpc>) {
    this.network = network;
    this.nodes = nodes;
    this.broadcasts = new Broadcasts(this);
  }

  /** Forgets everything but the nodes. */
  reset(): void {
    this.queue.clear();
    this.sequences.clear();
    this.faults.clear();
    this.broadcasts.clear();
    this.reportedErrors.length = 0;
  }
}
