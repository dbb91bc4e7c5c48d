import { expect, test } from "bun:test";
import { Recent } from "../../../chains/codec/recent.ts";

test("the latest keys are remembered, and the one that was set longest ago is forgotten first", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  expect([recent.get("a"), recent.get("b")]).toEqual([1, 2]);
  recent.set("c", 3);
  expect(["a", "b", "c"].map((key) => recent.has(key))).toEqual([false, true, true]);
});

test("a key that is set again counts as the latest, and holds its new value", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.set("a", 3);
  recent.set("c", 4);
  expect(recent.has("b")).toBe(false);
  expect(recent.get("a")).toBe(3);
});

test("asking for what is remembered does not make it later", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.get("a");
  recent.set("c", 3);
  expect(recent.has("a")).toBe(false);
});
