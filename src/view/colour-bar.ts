import type { Box } from "./camera.js";
import { colourAt, fractionOf, valueAtFraction, type Contrast } from "./colour-scale.js";
import { svgOf, type Mark } from "./drawing.js";
import { significant } from "./numbers.js";

const stops = 24;
const tickLength = 4;
const tickDistance = 34;
const textSize = 11;
const ink = "#1b2027";
const quiet = "#545d69";

/**
 * A bar of a contrast's colours with ticks at round values, as elements of an SVG drawing.
 * @param id of the bar's gradient, its own in the drawing
 */
export function colourBar(id: string, contrast: Contrast, label: string, { x, y, width, height }: Box): string {
  const colours = Array.from({ length: stops + 1 }, (_, i) => `<stop offset="${i / stops}" stop-color="rgb(${colourAt(contrast.scale, i / stops).join(",")})"/>`);
  const marks: Mark[] = ticksOf(contrast, width).flatMap((value): Mark[] => {
    const at = x + width * fractionOf(value, contrast);
    return [
      { kind: "line", points: [{ x: at, y: y + height }, { x: at, y: y + height + tickLength }], colour: quiet, width: 1 },
      { kind: "text", at: { x: at, y: y + height + tickLength + 8 }, text: significant(value, 3), size: textSize, colour: ink, halo: "#ffffff", align: "middle" },
    ];
  });
  marks.push({ kind: "text", at: { x: x + width / 2, y: y + height + tickLength + 23 }, text: label, size: textSize, colour: quiet, halo: "#ffffff", align: "middle" });
  return (
    `<linearGradient id="${id}">${colours.join("")}</linearGradient>` +
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="url(#${id})" stroke="${quiet}" stroke-width="0.75"/>\n${svgOf(marks)}`
  );
}

/** The ends, and between them round values that leave each other room, the roundest first. */
function ticksOf(contrast: Contrast, width: number): number[] {
  const { low, high, curve } = contrast;
  const middle = valueAtFraction(0.5, contrast);
  const power = 10 ** Math.floor(Math.log10(high - low));
  const even = [1, 0.5, 0.2, 0.1].flatMap((step) => multiples(step * power, low, high));
  const decades = [1, 2, 5].flatMap((factor) => Array.from({ length: 24 }, (_, i) => factor * 10 ** (i - 6)));
  const chosen = [low, high];
  for (const value of curve === "linear" ? [0, middle, ...even] : [...decades, ...even]) {
    if (value < low || value > high) continue;
    const at = (tick: number): number => width * fractionOf(tick, contrast);
    if (chosen.every((other) => Math.abs(at(other) - at(value)) >= tickDistance)) chosen.push(value);
  }
  return chosen;
}

function multiples(step: number, low: number, high: number): number[] {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step);
}
