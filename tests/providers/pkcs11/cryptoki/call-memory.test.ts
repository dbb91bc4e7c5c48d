import { ptr, read } from "bun:ffi";
import { expect, test } from "bun:test";
import { CallMemory, Region } from "../../../../providers/pkcs11/cryptoki/call-memory.ts";

test("memory of a call is wiped when the call is over", () => {
  let pin: Region;
  {
    using memory = new CallMemory();
    pin = memory.bytes(Buffer.from("482915"));
    expect(pin.copy().toString()).toBe("482915");
  }
  expect(pin.copy()).toEqual(Buffer.alloc(6));
});

test("memory of a call has its address for good, whatever is done with it", () => {
  const regions = [0, 1, 8, 63, 1000, 70_000].map((length) => new Region(length));
  for (const region of regions) region.bytes.fill(7);
  Bun.gc(true);
  for (const region of regions) {
    expect(ptr(new Uint8Array(region.bytes.buffer))).toBe(region.address as never);
    if (region.length > 0) expect(read.u8(region.address as never, region.length - 1)).toBe(7);
  }
});

test("memory without a byte has an address all the same", () => {
  expect(new Region(0).address).toBeGreaterThan(0);
});

test.each([-1, 2 ** 64, 0.5, Number.NaN])("a number that is no CK_ULONG is not written: %p", (value) => {
  using memory = new CallMemory();
  expect(() => memory.ulong(value)).toThrow(RangeError);
});
