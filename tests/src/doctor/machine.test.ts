import { describe, expect, test } from "bun:test";
import { judgeCoreLimit, judgeSwap, machineFindings } from "../../../src/doctor/machine.ts";
import { named } from "./found.ts";

describe("the machine", () => {
  test("may have swap in memory, and warns of one on a disk", () => {
    const heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
    expect(judgeSwap(heading).status).toBe("ok");
    expect(judgeSwap(`${heading}/dev/zram0 partition 1 0 100\n`).status).toBe("ok");
    expect(judgeSwap(`${heading}/dev/sda2 partition 1 0 -2\n`)).toMatchObject({
      status: "warning",
      message: "Memory, keys included, may be written to /dev/sda2.",
    });
  });

  test("may write no core file", () => {
    expect(judgeCoreLimit("Max core file size         0            unlimited  bytes").status).toBe("ok");
    expect(judgeCoreLimit("Max core file size         unlimited    unlimited  bytes").status).toBe("warning");
  });

  test("has no variable that makes the program run other code", async () => {
    expect(named(await machineFindings({}), "environment").status).toBe("ok");
    expect(named(await machineFindings({ LD_PRELOAD: "/tmp/x.so" }), "environment")).toMatchObject({
      status: "failure",
      mend: "Start it without LD_PRELOAD.",
    });
  });
});
