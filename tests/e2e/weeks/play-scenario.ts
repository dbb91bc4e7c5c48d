/** Plays one scenario against the program and judges what it leaves behind. */
import { type Breach, judge } from "./judge.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { Stage } from "./stage.ts";

export interface Played {
  readonly breaches: readonly Breach[];
  /** What happened to what was breached, for people. */
  readonly account: string;
}

export async function playScenario(executable: string, scenario: Scenario, keep = false): Promise<Played> {
  const stage = await Stage.open(executable, 1);
  try {
    await stage.wallets(scenario.tickers, scenario.wallets);
    await scenario.play(stage);
    const { world } = stage;
    const jobs = await stage.jobs();
    const { mayStayOpen } = scenario;
    const found = judge({ world, jobs, ...(mayStayOpen !== undefined && { mayStayOpen }) });
    const breaches = [...stage.breaches, ...found];
    return { breaches, account: stage.accountOf(breaches) };
  } finally {
    await stage.close();
    if (!keep) stage.program.remove();
  }
}
