/** What people do after a fail-over at which commits were lost, as docs/high-availability.md tells it. */
import type { Payment } from "../weeks/payment.ts";
import { resolveAsDone } from "../weeks/people.ts";
import type { Stage } from "../weeks/stage.ts";

/** Real milliseconds after which the daemons have polled each chain, and between two looks. */
const POLLED = 3_000;
const LOOK_AGAIN = 500;

/** Payments whose bytes came to the network, and that the journal knows nothing of. */
export async function unknownJobs(stage: Stage): Promise<Payment[]> {
  const { status, stdout } = await stage.program.run(["job", "list", "done"]);
  if (status !== 0) throw new Error("The jobs could not be listed.");
  const open = await stage.program.run(["job", "list"]);
  const known = new Set(
    [stdout, open.stdout].flatMap((text) => (JSON.parse(text) as { id: string }[]).map(({ id }) => id)),
  );
  const all = [...stage.world.platform.payments.values()];
  return all.filter(({ id, sent }) => sent.length > 0 && !known.has(id));
}

/** The payments whose jobs are parked because the vault was restored. */
async function restored(stage: Stage): Promise<Payment[]> {
  const { status, stdout } = await stage.program.run(["job", "list", "parked"]);
  if (status !== 0) return restored(stage);
  const jobs = JSON.parse(stdout) as { id: string; problem?: string }[];
  return jobs.flatMap(({ id, problem }) => {
    const payment = stage.world.platform.get(id);
    return payment !== undefined && problem?.includes("restored") ? [payment] : [];
  });
}

/** Tells of each payment that landed that it is done, and of the rest that nothing of it was sent. */
export async function recoverJobs(stage: Stage): Promise<void> {
  await Bun.sleep(POLLED);
  for (;;) {
    const parked = await restored(stage);
    const sent = parked.filter(({ model, sent }) =>
      sent.some((id) => stage.world.network(model.ticker).knows(id)),
    );
    if (sent.length === 0) break;
    for (const payment of sent) {
      const network = stage.world.network(payment.model.ticker);
      const landed = payment.sent.find((id) => network.hasLanded(id));
      if (landed !== undefined) await resolveAsDone(stage, payment, landed);
    }
    await Bun.sleep(LOOK_AGAIN);
  }
  await stage.command(["job", "recover", "--yes"]);
}
