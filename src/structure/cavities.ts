import type { Data } from "../ndarray/dtype.js";

/**
 * Empties the closed cavities of a periodic mask: connected sets of points of value 1 that are no larger than a limit become 0.
 * Points are connected along the three axes, and across the edges of the cell.
 * @param points 0 or 1, rows in order, last axis fastest; changed in place
 * @param shape points along the three axes
 * @param limit points of the largest cavity that is emptied
 */
export function emptyCavities(points: Data, [n0, n1, n2]: readonly [number, number, number], limit: number): void {
  const seen = 2;
  const plane = n1 * n2;
  const waiting: number[] = [];
  const visit = (at: number): void => {
    if (points[at] !== 1) return;
    points[at] = seen;
    waiting.push(at);
  };
  for (let start = 0; start < points.length; start++) {
    if (points[start] !== 1) continue;
    const cavity: number[] = [];
    let size = 0;
    visit(start);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (++size <= limit) cavity.push(at);
      const k = at % n2;
      const i = Math.floor(at / plane);
      const j = Math.floor(at / n2) - i * n1;
      visit(k === 0 ? at + n2 - 1 : at - 1);
      visit(k === n2 - 1 ? at - k : at + 1);
      visit(j === 0 ? at + plane - n2 : at - n2);
      visit(j === n1 - 1 ? at - j * n2 : at + n2);
      visit(i === 0 ? at + (n0 - 1) * plane : at - plane);
      visit(i === n0 - 1 ? at - i * plane : at + plane);
    }
    if (size <= limit) for (const at of cavity) points[at] = 0;
  }
  for (let at = 0; at < points.length; at++) if (points[at] === seen) points[at] = 1;
}
