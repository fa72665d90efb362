import { escaped } from "./drawing.js";
import { significant } from "./numbers.js";

/** A line of a chart. */
export interface Curve {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly isOther?: boolean;
  readonly hasDots?: boolean;
}

export interface ChartOptions {
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly isLogarithmic?: boolean;
  /** what is read aloud in place of the chart */
  readonly description: string;
}

const [width, height, left, right, top, bottom] = [360, 190, 58, 10, 22, 36];
const ticks = 4;

/** A chart as an SVG drawing that takes its colours from the page. */
export function chart({ curves, xLabel, yLabel, isLogarithmic = false, description }: ChartOptions): string {
  const points = curves.flatMap((curve) => curve.points).filter(({ y }) => Number.isFinite(y));
  const scale = (y: number): number => (isLogarithmic ? Math.log10(Math.max(y, 1e-12)) : y);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => scale(y));
  const [firstX, lastX] = points.length === 0 ? [0, 1] : [Math.min(...xs), Math.max(...xs)];
  const [lowest, highest] = points.length === 0 ? [0, 1] : [Math.min(...ys), Math.max(...ys)];
  const spanX = lastX - firstX || 1;
  const spanY = highest - lowest || 1;
  const atX = (x: number): string => (left + ((x - firstX) / spanX) * (width - left - right)).toFixed(1);
  const atY = (y: number): string => (top + ((highest - scale(y)) / spanY) * (height - top - bottom)).toFixed(1);
  const grid = Array.from({ length: ticks + 1 }, (_, i) => {
    const level = lowest + (i / ticks) * (highest - lowest || 1);
    const value = isLogarithmic ? 10 ** level : level;
    const y = (top + ((highest - level) / spanY) * (height - top - bottom)).toFixed(1);
    return `<line class="axis" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/><text x="${left - 6}" y="${Number(y) + 4}" text-anchor="end">${significant(value, 3)}</text>`;
  });
  const lines = curves.map(({ points: own, isOther, hasDots }) => {
    const finite = own.filter(({ y }) => Number.isFinite(y));
    const path = `<polyline class="${isOther ? "other" : "curve"}" points="${finite.map(({ x, y }) => `${atX(x)},${atY(y)}`).join(" ")}"/>`;
    return path + (hasDots ? finite.map(({ x, y }) => `<circle class="${isOther ? "dot-other" : "dot"}" r="2.5" cx="${atX(x)}" cy="${atY(y)}"/>`).join("") : "");
  });
  const ends = [firstX, lastX].map((x, i) => `<text x="${atX(x)}" y="${height - bottom + 15}" text-anchor="${i === 0 ? "start" : "end"}">${significant(x, 4)}</text>`);
  return (
    `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(description)}">${grid.join("")}${lines.join("")}${ends.join("")}` +
    `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${escaped(xLabel)}</text><text x="0" y="12">${escaped(yLabel)}</text></svg>`
  );
}
