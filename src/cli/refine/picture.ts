import { zeros, type NdArray } from "../../ndarray/ndarray.js";
import { slice } from "../../ndarray/views.js";
import { Canvas, ink, type Colour } from "../raster/canvas.js";
import { overloaded, photonColour, residualColour } from "../raster/colour.js";

const margin = 24;
const gap = 18;
const heading = 72;
const labels = 30;
const footing = 108;
const barHeight = 14;
const sigmasShown = 5;
/** The longer edge of a panel in dots, about, and the narrowest column that takes what is written beside it. */
const panelEdge = 512;
const narrowest = 480;
const spotsShown = 6;
/** Dots between the labels of two ticks, at least. */
const tickDistance = 56;
/** Half of the edge of an enlarged spot, in pixels. */
const spotReach = 7;

/** Images of one still, [slow, fast]. */
export interface Compared {
  /** NaN where nothing was used */
  readonly observed: NdArray;
  readonly model: NdArray;
  /** in sigmas */
  readonly residual: NdArray;
}

interface Panel {
  readonly name: string;
  readonly image: NdArray;
  readonly colour: (value: number) => Colour;
}

/**
 * What was measured, what the model says, and their difference, side by side; below, the strongest spots enlarged.
 * @param title in one line
 * @returns shape [height, width, 3], as a PNG takes it
 */
export function refinementPicture({ observed, model, residual }: Compared, title: string): NdArray {
  const shrunk = Math.ceil(Math.max(...observed.shape) / (2 * panelEdge));
  const [slow, fast] = observed.shape.map((count) => Math.ceil(count / shrunk));
  const size = Math.max(1, Math.round(panelEdge / Math.max(slow, fast)));
  const [panelWidth, height] = [fast * size, slow * size];
  const width = Math.max(panelWidth, narrowest);
  const photons = photonScale(model);
  const sigmas = residualColour(sigmasShown);
  const panels: readonly Panel[] = [
    { name: "observed", image: observed, colour: photons.colour },
    { name: "model", image: model, colour: photons.colour },
    { name: "residual (observed - model)", image: residual, colour: sigmas },
  ];
  const spots = strongestSpots(observed, model);
  const spotSize = Math.max(4, Math.floor((3 * width + 2 * gap - (spotsShown - 1) * gap) / spotsShown / (2 * spotReach + 1)));
  const spotEdge = spotSize * (2 * spotReach + 1);
  const spotsTop = heading + height + footing + labels;
  const canvas = new Canvas(2 * margin + 3 * width + 2 * gap, spotsTop + 3 * (spotEdge + gap) + labels + margin);
  canvas.write(title, margin, 14);
  panels.forEach(({ name, image, colour }, i) => {
    const left = margin + i * (width + gap);
    canvas.write(name, left + width / 2, heading - 24, { align: "centre" });
    const inset = left + Math.floor((width - panelWidth) / 2);
    canvas.frame(inset, heading, panelWidth, height, ink);
    canvas.draw(shrunk === 1 ? image : strided(image, shrunk), inset, heading, size, colour);
  });
  legends(canvas, heading + height + 16, width, photons, sigmas);

  canvas.write("the strongest spots, each on a scale of its own: observed, model, residual", margin, spotsTop - labels);
  spots.forEach((spot, column) => {
    const left = margin + column * (spotEdge + gap);
    // The sides of a spot would not be seen beside a stronger one's.
    const own = photonScale(around(model, spot));
    panels.forEach(({ image, colour }, row) => {
      const top = spotsTop + row * (spotEdge + gap);
      canvas.draw(around(image, spot), left, top, spotSize, row < 2 ? own.colour : colour);
      canvas.frame(left, top, spotEdge, spotEdge, ink);
    });
    canvas.write(`fast ${spot.fast}, slow ${spot.slow}`, left + spotEdge / 2, spotsTop + 3 * (spotEdge + gap), { align: "centre" });
  });
  return canvas.image;
}

function legends(
  canvas: Canvas,
  top: number,
  width: number,
  photons: PhotonScale,
  sigmas: (value: number) => Colour,
): void {
  const pair = 2 * width + gap;
  const left = margin + width / 2;
  const { faintest, brightest } = photons;
  const span = Math.log1p(brightest - faintest);
  bar(canvas, left, top, pair - width, (fraction) => photons.colour(faintest + Math.expm1(fraction * span)));
  let last = -Infinity;
  for (const tick of [faintest, 1, 10, 100, 1000, 10000].filter((value) => value >= faintest && value <= brightest)) {
    const place = Math.round(left + (Math.log1p(tick - faintest) / span) * (pair - width));
    if (place - last < tickDistance) continue;
    canvas.write(String(tick), place, top + barHeight + 8, { align: "centre" });
    last = place;
  }
  canvas.write("photons", margin + pair / 2, top + barHeight + 32, { align: "centre" });
  canvas.fill(margin, top, barHeight, barHeight, overloaded);
  canvas.write("not used", margin + barHeight + 8, top);
  const residualLeft = margin + 2 * (width + gap) + width / 8;
  const residualWidth = (width * 3) / 4;
  bar(canvas, residualLeft, top, residualWidth, (fraction) => sigmas((2 * fraction - 1) * sigmasShown));
  for (const tick of [-sigmasShown, 0, sigmasShown]) {
    const place = residualLeft + ((tick + sigmasShown) / (2 * sigmasShown)) * residualWidth;
    canvas.write(tick > 0 ? `+${tick}` : String(tick), Math.round(place), top + barHeight + 8, { align: "centre" });
  }
  canvas.write("sigma of the counts", residualLeft + residualWidth / 2, top + barHeight + 32, { align: "centre" });
}

function bar(canvas: Canvas, left: number, top: number, width: number, colourAt: (fraction: number) => Colour): void {
  const [from, count] = [Math.round(left), Math.round(width)];
  for (let x = 0; x < count; x++) canvas.fill(from + x, top, 1, barHeight, colourAt(x / (count - 1)));
  canvas.frame(from, top, count, barHeight, ink);
}

interface PhotonScale {
  /** photons of the lightest colour, whole */
  readonly faintest: number;
  /** photons of the darkest colour */
  readonly brightest: number;
  readonly colour: (photons: number) => Colour;
}

/** The colours of photons above the background, in which the spots would not be seen otherwise. */
function photonScale(model: NdArray): PhotonScale {
  let [low, high] = [Infinity, 0];
  for (let i = 0; i < model.size; i++) {
    if (Number.isNaN(model.data[i])) continue;
    low = Math.min(low, model.data[i]);
    high = Math.max(high, model.data[i]);
  }
  const faintest = Math.floor(Math.min(low, high));
  const brightest = Math.max(faintest + 10, Math.min(high, 65535));
  const ramp = photonColour(brightest - faintest);
  return { faintest, brightest, colour: (photons) => ramp(photons - faintest) };
}

interface Place {
  readonly slow: number;
  readonly fast: number;
}

/** The brightest pixels of the model that were measured, each far enough from the others. */
function strongestSpots(observed: NdArray, model: NdArray): Place[] {
  const columns = model.shape[1];
  const order = [...model.data.keys()].filter((i) => !Number.isNaN(observed.data[i])).sort((i, j) => model.data[j] - model.data[i]);
  const spots: Place[] = [];
  for (const i of order) {
    const place = { slow: Math.floor(i / columns), fast: i % columns };
    const isApart = spots.every(({ slow, fast }) => Math.max(Math.abs(slow - place.slow), Math.abs(fast - place.fast)) > 2 * spotReach);
    if (isApart) spots.push(place);
    if (spots.length === spotsShown) break;
  }
  return spots;
}

/** The pixels around a place; NaN beyond the edge. */
function around(image: NdArray, { slow, fast }: Place): NdArray {
  const edge = 2 * spotReach + 1;
  const cut = zeros([edge, edge]);
  for (let i = 0; i < edge; i++) {
    for (let j = 0; j < edge; j++) {
      const [row, column] = [slow + i - spotReach, fast + j - spotReach];
      const isInside = row >= 0 && column >= 0 && row < image.shape[0] && column < image.shape[1];
      cut.data[i * edge + j] = isInside ? image.get(row, column) : NaN;
    }
  }
  return cut;
}

function strided(image: NdArray, step: number): NdArray {
  return slice(image, { step }, { step });
}
