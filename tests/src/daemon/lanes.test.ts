import { expect, test } from "bun:test";
import { Lanes, type Task } from "../../../src/daemon/lanes.ts";

/** Work that notes its beginning and end, and takes a while. */
function noting(notes: string[], name: string, milliseconds: number): Task {
  return {
    async work() {
      notes.push(`+${name}`);
      await Bun.sleep(milliseconds);
      notes.push(`-${name}`);
    },
  };
}

test("the work of one account is done one after another, in its order", async () => {
  const notes: string[] = [];
  const lanes = new Lanes();
  for (const [name, time] of [
    ["a", 20],
    ["b", 1],
    ["c", 5],
  ] as const)
    lanes.add("account", noting(notes, name, time));
  await lanes.finished();
  expect(notes).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
});

test("the work of different accounts and of none is done side by side", async () => {
  const notes: string[] = [];
  const lanes = new Lanes();
  for (const account of ["x", "y", undefined, undefined]) lanes.add(account, noting(notes, "", 20));
  await lanes.finished();
  expect(notes.slice(0, 4)).toEqual(["+", "+", "+", "+"]);
});

test("work begins when it is added, not when all is known", async () => {
  const notes: string[] = [];
  const lanes = new Lanes();
  lanes.add("account", noting(notes, "a", 1));
  await Bun.sleep(20);
  expect(notes).toEqual(["+a", "-a"]);
  await lanes.finished();
});

test("no more than thirty-two quick ones are worked on at a time, and all are done", async () => {
  let [now, most, done] = [0, 0, 0];
  const lanes = new Lanes();
  for (let at = 0; at < 100; at++) {
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await Bun.sleep(1);
      now--;
      done++;
    };
    lanes.add(at % 3 === 0 ? undefined : `account ${at % 50}`, { work });
  }
  await lanes.finished();
  expect([most, done]).toEqual([32, 100]);
});

/** Work that hangs until it is let go. */
function hanging(): { readonly work: () => Promise<void>; readonly letGo: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, letGo: resolve };
}

test("fifty that hang hold up no work of another account", async () => {
  const lanes = new Lanes();
  const { work, letGo } = hanging();
  for (let at = 0; at < 50; at++) lanes.add(`account ${at}`, { work });
  const began = performance.now();
  await lanes.add("another", { work: async () => undefined });
  expect(performance.now() - began).toBeLessThan(1500);
  letGo();
  await lanes.finished();
});

test("work that hangs holds up the later work of its own account", async () => {
  const notes: string[] = [];
  const lanes = new Lanes();
  const { work, letGo } = hanging();
  lanes.add("account", { work });
  lanes.add("account", noting(notes, "a", 1));
  await Bun.sleep(300);
  expect(notes).toEqual([]);
  letGo();
  await lanes.finished();
  expect(notes).toEqual(["+a", "-a"]);
});

test("what takes long keeps its place while more work would only wait as well", async () => {
  let begun = 0;
  const lanes = new Lanes(() => true);
  const { work, letGo } = hanging();
  for (let at = 0; at < 60; at++) {
    lanes.add(undefined, {
      work() {
        begun++;
        return work();
      },
    });
  }
  await Bun.sleep(350);
  expect(begun).toBe(32);
  letGo();
  await lanes.finished();
  expect(begun).toBe(60);
});

test("no more than 256 are in work, however long they take", async () => {
  let begun = 0;
  const lanes = new Lanes();
  const { work, letGo } = hanging();
  for (let at = 0; at < 300; at++) {
    lanes.add(undefined, {
      work() {
        begun++;
        return work();
      },
    });
  }
  while (begun < 256) await Bun.sleep(5);
  // As long as three more would need.
  await Bun.sleep(350);
  expect(begun).toBe(256);
  letGo();
  await lanes.finished();
  expect(begun).toBe(300);
});

test("work that is added while others end is waited for", async () => {
  const notes: string[] = [];
  const lanes = new Lanes();
  lanes.add(undefined, { work: async () => void lanes.add(undefined, noting(notes, "late", 20)) });
  await lanes.finished();
  expect(notes).toEqual(["+late", "-late"]);
});

/** Work that is asked about before, and what was asked and done. */
class AskedAbout {
  readonly asked: string[] = [];
  readonly done: string[] = [];

  task(name: string, answer: boolean | Promise<boolean>, isRepeated = false): Task {
    return {
      isRepeated,
      ahead: async () => {
        this.asked.push(name);
        return answer;
      },
      work: async () => void this.done.push(name),
    };
  }
}

test("eight of an account are asked about side by side, and have their turns in their order", async () => {
  const lanes = new Lanes();
  const about = new AskedAbout();
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  lanes.add("account", about.task("0", late));
  for (let at = 1; at < 20; at++) lanes.add("account", about.task(`${at}`, true));
  await Bun.sleep(20);
  expect([about.asked.length, about.done]).toEqual([8, []]);
  resolve(true);
  await lanes.finished();
  expect(about.done).toEqual(Array.from({ length: 20 }, (_, at) => `${at}`));
});

test("one that is asked about for long holds up none that are denied", async () => {
  const lanes = new Lanes();
  const about = new AskedAbout();
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  lanes.add("account", about.task("late", late));
  const denied = Array.from({ length: 50 }, () => lanes.add("account", about.task("denied", false)));
  await Promise.all(denied);
  resolve(true);
  await lanes.finished();
  expect(about.done).toEqual(["late"]);
});

test("what was tried before has one turn in eight while there is enough that is new", async () => {
  const lanes = new Lanes();
  const about = new AskedAbout();
  for (let at = 0; at < 100; at++) lanes.add("account", about.task("new", true));
  await lanes.add("account", about.task("old", true, true));
  expect(about.done.length).toBeLessThan(20);
  await lanes.finished();
});

test("what is new does not wait for all that was tried before", async () => {
  const lanes = new Lanes();
  const about = new AskedAbout();
  for (let at = 0; at < 1000; at++) lanes.add("account", about.task("old", false, true));
  await lanes.add("account", about.task("new", true));
  expect(about.done).toEqual(["new"]);
  expect(about.asked.length).toBeLessThan(50);
  await lanes.finished();
});
