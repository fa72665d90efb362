import type { RefinedBlock } from "../refine/refined-blocks.js";
import { significant, withMinus } from "./numbers.js";

const size = 440;
const middle = size / 2;
/** Of the outer ring, in the drawing's units. */
const radius = 140;
const dark = "#282c34";

/**
 * Where the blocks of a crystal point, as an SVG drawing: circles whose areas are their parts, at their turns about X and Y against the mean
 * of all, with that about Z written beside them.
 */
export function poleFigure(blocks: readonly RefinedBlock[]): string {
  const mean = ([0, 1, 2] as const).map((axis) => blocks.reduce((sum, { rotationDeg, part }) => sum + part.value * rotationDeg[axis].value, 0));
  const turned = blocks.map(({ rotationDeg, part }) => ({ turn: rotationDeg.map(({ value }, axis) => value - mean[axis]), part: part.value }));
  const farthest = Math.max(1e-6, ...turned.map(({ turn: [x, y] }) => Math.hypot(x, y)));
  const at = (turn: number): number => middle + (turn / farthest) * radius;
  const text = (x: number, y: number, content: string): string => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="middle" fill="${dark}">${content}</text>`;
  const rings = [1, 0.5].map((part) => `<circle cx="${middle}" cy="${middle}" r="${(part * radius).toFixed(1)}" fill="none" stroke="#c4c9d2"/>`);
  const cross = `<path d="M${middle - radius} ${middle}H${middle + radius}M${middle} ${middle - radius}V${middle + radius}" stroke="#e2e5ea"/>`;
  const circles = turned.map(({ turn: [x, y], part }) => `<circle cx="${at(x).toFixed(1)}" cy="${at(-y).toFixed(1)}" r="${(36 * Math.sqrt(part)).toFixed(1)}" fill="#46669c" fill-opacity="0.45"/>`);
  const labels = turned.map(({ turn: [x, y, z], part }, i) => {
    const [left, top] = [at(x), at(-y)];
    return text(left, top - 2, `${i + 1}: ${(100 * part).toFixed(0)} %`) + text(left, top + 13, `Z ${withMinus(z.toFixed(3))}°`);
  });
  const note = text(middle, size - 8, `turns about X (to the right) and Y (up); outer ring ${significant(farthest, 3)}°`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" role="img" font-family="system-ui, sans-serif" font-size="13">` +
    `<title>Pole figure of ${blocks.length} blocks</title><rect width="100%" height="100%" fill="white"/>${[cross, ...rings, ...circles, ...labels, note].join("")}</svg>\n`;
}
