/** A picture of panels as they are seen against the beam, X to the right and Y upwards. */
import type { Panel } from "../../src/models/panels.js";

/** A vector in a panel's plane, drawn from its middle. */
export interface PanelArrow {
  /** along X and Y, in mm */
  readonly mm: readonly [x: number, y: number];
  readonly colour: string;
}

const [edge, margin] = [700, 20];

/**
 * Draws panels as an SVG image: outlines, with the corner of the first pixel and the first row marked.
 * @param arrows of each panel
 */
export function panelsPicture(panels: readonly Pick<Panel, "pixels" | "pixelSizeMm" | "originMm" | "fast" | "slow">[], arrows: readonly (readonly PanelArrow[])[] = []): string {
  const corners = panels.map(({ pixels, pixelSizeMm, originMm, fast, slow }) =>
    [[0, 0], [1, 0], [1, 1], [0, 1]].map(([i, j]) =>
      ([0, 1] as const).map((axis) => originMm[axis] + pixelSizeMm * (i * pixels.fast * fast[axis] + j * pixels.slow * slow[axis])),
    ),
  );
  const all = corners.flat();
  const [low, high] = [0, 1].map((axis) => all.map((corner) => corner[axis])).reduce<[number[], number[]]>(([lows, highs], values) => [[...lows, Math.min(...values)], [...highs, Math.max(...values)]], [[], []]);
  const scale = (edge - 2 * margin) / Math.max(high[0] - low[0], high[1] - low[1]);
  const height = Math.round((high[1] - low[1]) * scale) + 2 * margin;
  const at = ([x, y]: readonly number[]): string => `${(margin + (x - low[0]) * scale).toFixed(1)} ${(height - margin - (y - low[1]) * scale).toFixed(1)}`;
  const lines = corners.flatMap(([first, second, third, last]) => {
    const outline = `<path d="M${at(first)}L${at(second)}L${at(third)}L${at(last)}z" fill="#eef2f7" stroke="#567"/>`;
    const row = `<path d="M${at(first)}L${at(second)}" stroke="#080" stroke-width="2"/><circle cx="${at(first).replace(" ", '" cy="')}" r="2.5" fill="#a00"/>`;
    return [outline, row];
  });
  const drawn = corners.flatMap(([first, , third], i) => {
    const middle = [(first[0] + third[0]) / 2, (first[1] + third[1]) / 2];
    return (arrows[i] ?? []).map(({ mm, colour }) => `<path d="M${at(middle)}L${at([middle[0] + mm[0], middle[1] + mm[1]])}" stroke="${colour}" stroke-width="2" marker-end="url(#${colour.slice(1)})"/>`);
  });
  const colours = [...new Set(arrows.flat().map(({ colour }) => colour))];
  const heads = colours.map((colour) => `<marker id="${colour.slice(1)}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="4" markerHeight="4" orient="auto"><path d="M0 0L10 5L0 10z" fill="${colour}"/></marker>`);
  const beam = `<path d="M${at([0, 0])}m-7 0h14m-7 -7v14" stroke="black"/>`;
  return [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${edge} ${height}">`, `<defs>${heads.join("")}</defs><rect width="${edge}" height="${height}" fill="white"/>`, ...lines, ...drawn, beam, "</svg>", ""].join("\n");
}
