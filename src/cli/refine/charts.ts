import type { Refinement, RefinementProgress } from "../../refine/refine.js";

const font = `font-family="system-ui, sans-serif" font-size="13"`;
const dark = "#282c34";

/** Text as it may stand in HTML and SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
}

/** The misfit step by step, each stage on the scale of its own spots, as an SVG drawing. */
export function lossCurve({ history }: Pick<Refinement, "history">): string {
  const [width, height, left, bottom, top] = [720, 300, 110, 40, 28];
  if (history.length === 0) return drawing(width, 40, `<text x="20" y="25" fill="${dark}">no step was taken</text>`);
  const losses = history.map(({ loss }) => Math.max(loss, 1e-12));
  const [low, high] = [Math.log10(Math.min(...losses)), Math.log10(Math.max(...losses))];
  const span = Math.max(high - low, 1e-3);
  const x = (i: number): number => left + (i / Math.max(history.length - 1, 1)) * (width - left - 20);
  const y = (loss: number): number => top + ((high - Math.log10(Math.max(loss, 1e-12))) / span) * (height - top - bottom);
  const nameOf = ({ blur, oversample }: RefinementProgress): string => (blur === 1 ? `sharp, ${oversample} x ${oversample} points` : `${blur} times wider`);
  const names = [...new Set(history.map(nameOf))];
  const stages = names.map((label, k) => {
    const points = history.flatMap((entry, i) => (nameOf(entry) === label ? [{ x: x(i), y: y(entry.loss) }] : []));
    const colour = ["#9ab0d0", "#46669c", "#1e2c5c"][Math.max(0, 3 - names.length + k)] ?? "#9ab0d0";
    const line = points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ");
    const dots = points.map((point) => `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="3" fill="${colour}"/>`).join("");
    return `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}` +
      `<text x="${points[0].x.toFixed(1)}" y="${top - 10 + 14 * (k % 2)}" fill="${colour}">${label}</text>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const value = 10 ** (low + part * span);
    const at = y(value).toFixed(1);
    return `<line x1="${left}" x2="${width - 20}" y1="${at}" y2="${at}" stroke="#e2e5ea"/>` +
      `<text x="${left - 8}" y="${Number(at) + 4}" text-anchor="end" fill="${dark}">${Number(value.toPrecision(3)).toLocaleString("en")}</text>`;
  });
  const steps = `<text x="${(left + width) / 2}" y="${height - 8}" text-anchor="middle" fill="${dark}">steps; spots of another width, or sampled otherwise, have a misfit of their own</text>`;
  const misfit = `<text transform="translate(14 ${height / 2}) rotate(-90)" text-anchor="middle" fill="${dark}">misfit (logarithmic)</text>`;
  return drawing(width, height, [...ticks, ...stages, steps, misfit].join(""));
}

/** The correlations of the parameters as coloured squares, red for 1 and blue for -1, as an SVG drawing. */
export function correlationMatrix({ parameters, correlations }: Pick<Refinement, "parameters" | "correlations">): string {
  const cell = 44;
  const left = 130;
  const top = 110;
  const size = parameters.length * cell;
  const squares = correlations.flatMap((row, i) =>
    row.map((value, j) => {
      const [x, y] = [left + j * cell, top + i * cell];
      const ink = Math.abs(value) > 0.6 ? "white" : dark;
      return `<rect x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill="${correlationColour(value)}"/>` +
        `<text x="${x + cell / 2}" y="${y + cell / 2 + 4}" text-anchor="middle" font-size="11" fill="${ink}">${value.toFixed(2).replace("-0.00", "0.00")}</text>`;
    }),
  );
  const names = parameters.flatMap(({ name }, i) => [
    `<text x="${left - 8}" y="${top + i * cell + cell / 2 + 4}" text-anchor="end" fill="${dark}">${escaped(name)}</text>`,
    `<text transform="translate(${left + i * cell + cell / 2 + 4} ${top - 8}) rotate(-60)" fill="${dark}">${escaped(name)}</text>`,
  ]);
  return drawing(left + size + 60, top + size + 10, [...squares, ...names].join(""));
}

function correlationColour(value: number): string {
  const strength = Math.min(Math.abs(value), 1);
  const [red, green, blue] = value > 0 ? [180, 10, 30] : [16, 60, 170];
  const mixed = [red, green, blue].map((channel) => Math.round(255 + strength * (channel - 255)));
  return `rgb(${mixed.join(",")})`;
}

function drawing(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font}>` +
    `<rect width="100%" height="100%" fill="white"/>${content}</svg>\n`;
}
