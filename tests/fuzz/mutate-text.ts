/** Small damages to text and bytes. */
import type { Random } from "../random.ts";

/** Text that programs have stumbled over: names of JavaScript's own, odd characters, numbers at the edges. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  " ",
  "0",
  "-0",
  "-1",
  "1e3",
  "1e400",
  "0x",
  "0x0",
  "00",
  "NaN",
  "Infinity",
  "null",
  "true",
  "{}",
  "[]",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\0",
  "\ud800",
  "\u202e",
  "\ufeff",
  "é",
  "e\u0301",
  "密",
  "🔐",
  "../..",
  "%00",
  "'; --",
  `${2n ** 53n}`,
  `${2n ** 63n}`,
  `${2n ** 64n}`,
  `${2n ** 256n}`,
  `0x${"f".repeat(64)}`,
  "9".repeat(400),
  "0".repeat(64),
];

const HEX = /^(?:0x)?(?:[0-9a-fA-F]{2})+$/;
const BASE64 = /^[A-Za-z0-9+/]{8,}={0,2}$/;
const LONGEST_GROWTH = 5_000;

export function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Uint8Array.from(bytes);
  if (changed.length === 0) return changed;
  const flips = random.chance(0.8) ? 1 : 1 + random.below(8);
  for (let flip = 0; flip < flips; flip++) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
}

/** Another decimal or hexadecimal digit somewhere, so that the text stays of its kind. */
function changeDigit(text: string, random: Random): string {
  const places = [...text.matchAll(/[0-9a-fA-F]/g)].map(({ index }) => index);
  if (places.length === 0) return text;
  const at = random.pick(places);
  const digits = /[a-f]/i.test(text) ? "0123456789abcdef" : "0123456789";
  return text.slice(0, at) + random.pick([...digits]) + text.slice(at + 1);
}

function changeEncodedBytes(text: string, random: Random): string | undefined {
  if (HEX.test(text)) {
    const prefix = text.startsWith("0x") ? "0x" : "";
    return (
      prefix + Buffer.from(flipBits(Buffer.from(text.slice(prefix.length), "hex"), random)).toString("hex")
    );
  }
  if (BASE64.test(text)) return Buffer.from(flipBits(Buffer.from(text, "base64"), random)).toString("base64");
  return undefined;
}

/** Text with something wrong at a random place. */
export function damageText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (random.below(7)) {
    case 0:
      return before;
    case 1:
      return after;
    case 2:
      return before + random.pick(HOSTILE_TEXTS) + after;
    case 3:
      return before + after.slice(1);
    case 4:
      return before + String.fromCharCode(random.below(0x3000)) + after.slice(1);
    case 5:
      return before + text.slice(0, random.below(200)).repeat(1 + random.below(3)) + after;
    default:
      return before + (text[at] ?? "0").repeat(random.below(LONGEST_GROWTH)) + after;
  }
}

/** Another text, mostly one of the same kind. */
export function mutateText(text: string, random: Random): string {
  if (random.chance(0.5)) {
    const encoded = random.chance(0.6) ? changeEncodedBytes(text, random) : undefined;
    return encoded ?? changeDigit(text, random);
  }
  if (random.chance(0.3)) return random.pick(HOSTILE_TEXTS);
  if (random.chance(0.2)) return random.chance(0.5) ? text.toUpperCase() : text.toLowerCase();
  return damageText(text, random);
}
