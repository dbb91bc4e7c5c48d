/** A text as a QR code at a terminal (ISO/IEC 18004): two modules a character, one above the other, with the quiet zone around. */
import { encodeQR } from "qr";

/** Error correction and modules of the quiet zone: what the standard asks for, then less of both where the terminal is narrow. */
const forms = [
  { ecc: "medium", border: 4 },
  { ecc: "low", border: 4 },
  { ecc: "low", border: 2 },
] as const;

/** A character by which of its two modules are drawn: neither, the upper, the lower, both. */
const HALVES = [" ", "▀", "▄", "█"];

/** Black on white by numbers of the palette that no theme of a terminal changes (xterm's 256 colours). */
const BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";
const AS_BEFORE = "\u001b[39;49m";

export interface QrCode {
  /** Characters of each line. */
  readonly columns: number;
  /** Lines with their ends. */
  readonly text: string;
}

/**
 * Where colours may be set the modules are black on white, whatever the terminal has; else its own colours are all there is, and
 * the code is drawn for light characters on a dark screen.
 */
function draw(modules: readonly (readonly boolean[])[], isColoured: boolean): string {
  const isDrawn = (row: number, column: number): boolean => (modules[row]?.[column] ?? false) === isColoured;
  const line = (row: number): string =>
    Array.from({ length: modules.length }, (_, column) => {
      const halves = Number(isDrawn(row, column)) + 2 * Number(isDrawn(row + 1, column));
      return HALVES[halves] ?? "";
    }).join("");
  const lines = Array.from({ length: Math.ceil(modules.length / 2) }, (_, at) => line(2 * at));
  return lines.map((text) => (isColoured ? `${BLACK_ON_WHITE}${text}${AS_BEFORE}\n` : `${text}\n`)).join("");
}

/**
 * The QR code of a text, of the form that fits; where none does the narrowest, whose `columns` are more than there are.
 * @param columns of the terminal
 */
export function qrCode(text: string, columns: number, isColoured: boolean): QrCode {
  const drawn = forms.map(({ ecc, border }) => encodeQR(text, "raw", { ecc, border }));
  const narrowest = drawn.reduce((least, other) => (other.length < least.length ? other : least));
  const modules = drawn.find(({ length }) => length <= columns) ?? narrowest;
  return { columns: modules.length, text: draw(modules, isColoured) };
}
