import type { Experiment } from "../models/experiment.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { fitted, type Box, type Camera, type Size } from "./camera.js";
import { likelyRange, unusedColour, type Contrast } from "./colour-scale.js";
import { colourBar } from "./colour-bar.js";
import { escaped, svgOf, typeface, type Mark } from "./drawing.js";
import { geometryOf, placementsOf, type Geometry } from "./geometry.js";
import { layerOf, likelyContrast, type Layer } from "./layer.js";
import { withMinus } from "./numbers.js";
import { overlayMarks } from "./overlay.js";
import { boxAround } from "./overview.js";
import { paintedPng } from "./painted.js";
import { panelImages } from "./panel-images.js";
import { boundsOf, upright, type Placement } from "./placement.js";
import { predictedSpots } from "./predicted-spots.js";
import { scaleBar } from "./save.js";
import { limitsOf } from "./scene.js";
import { brightestSpots, listedSpots, type ListedSpot } from "./spot-list.js";

/** A measured image beside its model. */
export interface ComparedImages {
  /** photons or counts, [slow, fast] or, of many panels, [panel, slow, fast]; NaN where a pixel was not used */
  readonly measured: NdArray;
  /** likewise */
  readonly model: NdArray;
  /** in standard deviations of the counts, likewise */
  readonly residual: NdArray;
}

const width = 900;
const margin = 22;
const gap = 18;
const edge = (width - 2 * margin - 2 * gap) / 3;
const titleHeight = 52;
const barHeight = 10;
const footing = 62;
const spotsShown = 8;
const spotGap = 10;
const spotEdge = (width - 2 * margin - (spotsShown - 1) * spotGap) / spotsShown;
/** Half of the edge of an enlarged spot, in pixels. */
const spotReach = 7;
/** Dots of an image for each unit of the drawing: 300 dots an inch where the drawing is 150 mm wide. */
const dotsPerUnit = 2;
const names = ["measured", "model", "residual"] as const;
const [ink, quiet] = ["#1b2027", "#545d69"];

/**
 * What was measured, what the model says, and what is left, side by side, for print: real type, resolution rings, a scale bar and bars of
 * colours; below, the strongest spots enlarged, each on a scale of its own.
 * @param experiment of the model: where its detector stands, and where its spots are expected
 * @param title above everything, in one line
 * @returns an SVG drawing that needs no other file
 */
export async function comparisonSvg(experiment: Experiment, { measured, model, residual }: ComparedImages, title: string): Promise<string> {
  const geometry = geometryOf(experiment);
  const parts = [measured, model, residual].map((image) => panelImages(image, geometry));
  const layers = names.map((name, i) => layerOf(name, i < 2 ? "photons" : "sigmas", parts[i]));
  const photons = likelyContrast(layers[0], "inverse grey", "logarithm");
  const sigmas = likelyContrast(layers[2], "inverse grey", "linear");
  const contrasts = [photons, photons, sigmas];
  const placements = placementsOf(geometry.panels);
  const bounds = boundsOf(placements.map((placement, i) => ({ placement, size: sizeOf(parts[0][i]) })));
  const height = Math.min(edge, (edge * bounds.height) / bounds.width);
  const drawn: string[] = [];
  for (const [i, layer] of layers.entries()) {
    drawn.push(await panelOf(layer, contrasts[i], geometry, placements, bounds, { x: margin + i * (edge + gap), y: titleHeight, width: edge, height }, i === 0));
  }
  const barTop = titleHeight + height + 12;
  const pair = 2 * edge + gap;
  drawn.push(colourBar("photons", photons, "photons per pixel", { x: margin + pair / 2 - edge / 2, y: barTop, width: edge, height: barHeight }));
  drawn.push(colourBar("sigmas", sigmas, "residual in σ: measured − model", { x: margin + 2 * (edge + gap) + edge / 8, y: barTop, width: 0.75 * edge, height: barHeight }));
  if (measured.data.some(Number.isNaN)) drawn.push(unusedKey(photons, barTop));
  const spotsTop = barTop + footing + 26;
  const spots = strongestSpots(experiment, geometry, parts[0], parts[2]);
  for (const [i, spot] of spots.entries()) drawn.push(await spotColumn(spot, parts.map((images) => images[spot.panel]), sigmas, margin + i * (spotEdge + spotGap), spotsTop));
  const labels: Mark[] = [
    text(title, margin, 18, 14, ink, "start"),
    ...names.map((name, i) => text(name, margin + i * (edge + gap) + edge / 2, titleHeight - 12, 12, ink, "middle")),
    ...(spots.length > 0 ? [text("The strongest spots, each on a scale of its own: measured, model and residual", margin, spotsTop - 14, 12, ink, "start")] : []),
  ];
  const bottom = spots.length > 0 ? spotsTop + 3 * (spotEdge + 4) + 40 : spotsTop - 26;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom.toFixed(0)}" width="${width}" height="${bottom.toFixed(0)}" style="max-width:100%;height:auto" role="img" font-family="${escaped(typeface)}">` +
    `<title>${escaped(title)}</title><desc>${names.join(", ")}, side by side</desc><rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `${drawn.join("\n")}\n${svgOf(labels)}\n</svg>\n`
  );
}

function text(content: string, x: number, y: number, size: number, colour: string, align: "start" | "middle" | "end"): Mark {
  return { kind: "text", at: { x, y }, text: content, size, colour, halo: "#ffffff", align };
}

async function panelOf(layer: Layer, contrast: Contrast, geometry: Geometry, placements: readonly Placement[], bounds: Box, box: Box, hasScale: boolean): Promise<string> {
  const window: Size = { width: box.width, height: box.height };
  const camera = fitted(bounds, window);
  const overlay = overlayMarks({
    camera,
    window,
    geometry,
    placements,
    sizes: layer.images.map(sizeOf),
    spots: [],
    options: { rings: true, spots: false, indices: false },
    line: undefined,
    cursor: undefined,
    isLight: true,
  });
  const marks = hasScale ? [...overlay, ...scaleBar(camera.zoom, box.height, geometry.panels[0].pixelSizeMm, true)] : overlay;
  return `<g transform="translate(${box.x} ${box.y})">${await imageOf(layer, placements, camera, window, contrast)}\n${svgOf(marks)}</g>`;
}

async function imageOf({ pyramids }: Layer, placements: readonly Placement[], camera: Camera, window: Size, contrast: Contrast): Promise<string> {
  const dots = { width: Math.round(dotsPerUnit * window.width), height: Math.round(dotsPerUnit * window.height) };
  const images = pyramids.map((pyramid, i) => ({ pyramid, placement: placements[i] ?? upright }));
  const png = await paintedPng(images, dots, { ...camera, zoom: camera.zoom * (dots.width / window.width) }, contrast);
  return `<image width="${window.width}" height="${window.height}" preserveAspectRatio="none" href="${png}"/>`;
}

function unusedKey({ scale }: Contrast, top: number): string {
  const swatch = `<rect x="${margin}" y="${top}" width="${barHeight}" height="${barHeight}" fill="rgb(${unusedColour(scale).join(",")})" stroke="${quiet}" stroke-width="0.75"/>`;
  return swatch + svgOf([text("not used", margin + barHeight + 6, top + barHeight / 2, 11, quiet, "start")]);
}

function sizeOf({ shape: [height, width] }: NdArray): Size {
  return { width, height };
}

/** The brightest of the expected reflections, each far enough from the others; bright places, where no reflection is expected. */
function strongestSpots(experiment: Experiment, geometry: Geometry, measured: readonly NdArray[], residual: readonly NdArray[]): ListedSpot[] {
  const expected = listedSpots(predictedSpots(geometry, limitsOf(experiment)), measured, residual);
  const found = expected.length > 0 ? expected : measured.flatMap(brightestSpots);
  const chosen: ListedSpot[] = [];
  for (const spot of found.sort((one, other) => other.peak - one.peak)) {
    if (chosen.every(({ panel, fast, slow }) => panel !== spot.panel || Math.max(Math.abs(fast - spot.fast), Math.abs(slow - spot.slow)) > 2 * spotReach)) chosen.push(spot);
    if (chosen.length === spotsShown) break;
  }
  return chosen;
}

async function spotColumn(spot: ListedSpot, images: readonly NdArray[], sigmas: Contrast, x: number, top: number): Promise<string> {
  const [fast, slow] = [Math.floor(spot.fast), Math.floor(spot.slow)];
  const boxes = images.map((image) => boxAround(image, fast, slow, spotReach));
  // The sides of a spot would not be seen beside a stronger one's.
  const own: Contrast = { scale: "inverse grey", curve: "square root", ...likelyRange([...boxes[0].data, ...boxes[1].data], "linear") };
  const window = { width: spotEdge, height: spotEdge };
  const count = 2 * spotReach + 1;
  const camera = fitted({ x: 0, y: 0, width: count, height: count }, window);
  const parts: string[] = [];
  for (const [row, box] of boxes.entries()) {
    const image = await imageOf(layerOf(names[row], row < 2 ? "photons" : "sigmas", [box]), [upright], camera, window, row < 2 ? own : sigmas);
    parts.push(`<g transform="translate(${x} ${top + row * (spotEdge + 4)})">${image}<rect width="${spotEdge}" height="${spotEdge}" fill="none" stroke="${quiet}" stroke-width="0.75"/></g>`);
  }
  const under = top + 3 * (spotEdge + 4) + 8;
  const indices = spot.indices?.map((index) => withMinus(String(index))).join(" ") ?? `fast ${fast}, slow ${slow}`;
  const labels = [text(indices, x + spotEdge / 2, under, 11, ink, "middle")];
  if (!Number.isNaN(spot.resolution)) labels.push(text(`${spot.resolution.toFixed(2)} Å`, x + spotEdge / 2, under + 15, 11, quiet, "middle"));
  return [...parts, svgOf(labels)].join("\n");
}
