/** Reads a QR code from what is on a terminal: the cells become a picture, and a decoder of somebody else finds the code in it. */
import decode from "jsqr";

/** Pixels of a module in the picture. */
const MODULE = 4;

/** Whether the upper and the lower half of a cell are drawn in the colour of the characters. */
const halvesOf: Readonly<Record<string, readonly [boolean, boolean]>> = {
  " ": [false, false],
  "▀": [true, false],
  "▄": [false, true],
  "█": [true, true],
};

export const BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";

type Background = "light" | "dark";

/** Rows of half cells, true where the terminal shows a light colour. */
function lightHalves(screen: string, background: Background): boolean[][] {
  return screen
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .flatMap((line) => {
      const isDarkOnLight = line.startsWith(BLACK_ON_WHITE) || background === "light";
      const cells = [...Bun.stripANSI(line)].map((cell) => {
        const halves = halvesOf[cell];
        if (halves === undefined) throw new Error(`No part of a QR code: ${JSON.stringify(cell)}`);
        return halves;
      });
      return [0, 1].map((half) => cells.map((halves) => halves[half] !== isDarkOnLight));
    });
}

/**
 * @param screen lines of a code, with their colours
 * @param background of the terminal, around the code too
 * @returns what the code says; `undefined` where no code is found
 */
export function readQrCode(screen: string, background: Background): string | undefined {
  const halves = lightHalves(screen, background);
  const width = (halves[0]?.length ?? 0) + 4;
  const isLight = (x: number, y: number): boolean => halves[y - 2]?.[x - 2] ?? background === "light";
  const height = halves.length + 4;
  const pixels = new Uint8ClampedArray(width * height * MODULE ** 2 * 4).fill(255);
  for (let at = 0; at < width * height * MODULE ** 2; at++) {
    const x = Math.floor((at % (width * MODULE)) / MODULE);
    const y = Math.floor(at / (width * MODULE) / MODULE);
    pixels.fill(isLight(x, y) ? 255 : 0, at * 4, at * 4 + 3);
  }
  const read = decode(pixels, width * MODULE, height * MODULE, { inversionAttempts: "dontInvert" });
  return read?.data;
}
