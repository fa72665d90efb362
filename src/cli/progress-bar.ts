import type { Environment } from "./environment.js";

const width = 40;

/**
 * A bar that is redrawn on a terminal.
 * @returns what to call with the pixels that are done; when all are, the line is wiped
 */
export function progressBar({ stderr }: Environment): (done: number, pixels: number) => void {
  let shown = -1;
  return (done, pixels) => {
    const percent = Math.floor((100 * done) / pixels);
    if (done === pixels) {
      stderr(`\r${" ".repeat(width + 8)}\r`);
    } else if (percent > shown) {
      shown = percent;
      const full = Math.round((width * done) / pixels);
      stderr(`\r[${"#".repeat(full)}${" ".repeat(width - full)}] ${percent} %`);
    }
  };
}
