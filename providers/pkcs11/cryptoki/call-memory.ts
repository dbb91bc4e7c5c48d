/**
 * The memory that a call into native code gets: made for it, in place and alive until the call is over, then wiped, since a
 * PIN or a key may have been in it. Memory of JavaScript is never handed out itself.
 */
import { ptr } from "bun:ffi";

/** A piece of it. It has an address even when it is empty: some modules take NULL for a missing argument. */
export class Region {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: number;
  readonly #view: DataView;

  constructor(length: number) {
    // A buffer of its own from the beginning: it is never moved, unlike that of a small typed array.
    const buffer = new ArrayBuffer(Math.max(length, 1));
    this.#view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer, 0, length);
    this.address = ptr(this.#view);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** A CK_ULONG. */
  readULong(offset = 0): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  /** @throws RangeError when it is no CK_ULONG */
  writeULong(offset: number, value: number | bigint): void {
    const wide = BigInt(value);
    if (wide < 0n || wide >= 2n ** 64n) throw new RangeError(`${value} is not a CK_ULONG`);
    this.#view.setBigUint64(offset, wide, true);
  }

  writePointer(offset: number, to: Region): void {
    this.writeULong(offset, to.address);
  }

  /** A copy that stays after the call. */
  copy(offset = 0, length = this.length - offset): Buffer {
    return Buffer.from(this.bytes.subarray(offset, offset + length));
  }
}

export class CallMemory implements Disposable {
  readonly #regions: Region[] = [];

  /** So many bytes, all zero. */
  room(length: number): Region {
    const region = new Region(length);
    this.#regions.push(region);
    return region;
  }

  bytes(data: Uint8Array): Region {
    const region = this.room(data.length);
    region.bytes.set(data);
    return region;
  }

  ulong(value: number | bigint = 0): Region {
    const region = this.room(8);
    region.writeULong(0, value);
    return region;
  }

  [Symbol.dispose](): void {
    for (const { bytes } of this.#regions) bytes.fill(0);
  }
}
