import { describe, expect, test } from "bun:test";
import { cleanEnvironment, restartClean } from "../../../src/operations/clean-restart.ts";

describe("an environment to start anew in", () => {
  test.each([
    "LD_LIBRARY_PATH",
    "LD_DEBUG",
    "LD_PROFILE",
    "LD_OF_A_LATER_VERSION",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
    "LOCPATH",
    "HOSTALIASES",
    "MIMALLOC_VERBOSE",
    "mimalloc_show_stats",
  ])("has no %s, and keeps everything else as it is, byte for byte", (name) => {
    const kept = ["PATH=/bin", "A=b=c", "EMPTY=", "no variable", "BYTES=\xff\xfe"];
    const cleaned = cleanEnvironment([...kept.slice(0, 2), `${name}=value`, ...kept.slice(2)]);
    expect(cleaned?.filter((text) => !text.startsWith("TATUM_KMS_LIBRARY_PATH="))).toEqual(kept);
  });

  test.each([
    ["PATH=/bin"],
    ["LD_LIBRARY_PATH="],
    ["LD_BIND_NOW=1"],
    ["OLD_LD_DEBUG=1"],
    ["MY_MIMALLOC_X=1"],
  ])("is not needed for %s", (text) => expect(cleanEnvironment([text, "HOME=/root"])).toBeUndefined());

  test("tells the programs that are started where their libraries are", () => {
    expect(cleanEnvironment(["LD_LIBRARY_PATH=/opt/token:/opt/more"])).toEqual([
      "TATUM_KMS_LIBRARY_PATH=/opt/token:/opt/more",
    ]);
  });

  test("leaves alone what the operator tells them", () => {
    const told = "TATUM_KMS_LIBRARY_PATH=/opt/other";
    expect(cleanEnvironment(["LD_LIBRARY_PATH=/opt/token", told])).toEqual([told]);
    expect(cleanEnvironment(["LD_DEBUG=all", told])).toEqual([told]);
  });
});

test("nothing is started anew when nothing is to be taken away", () => {
  expect(() => restartClean({ PATH: "/bin", LD_LIBRARY_PATH: "" })).not.toThrow();
});
