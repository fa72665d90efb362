import { zeros, type NdArray } from "../../ndarray/ndarray.js";
import { slice } from "../../ndarray/views.js";
import { Canvas, ink, type Colour } from "../raster/canvas.js";
import { overloaded, photonColour, residualColour } from "../raster/colour.js";

const margin = 24;
const gap = 18;
const heading = 64;
const labels = 30;
const footing = 84;
const barHeight = 14;
const sigmasShown = 5;
/** The width of a panel in dots, about. */
const panelWidth = 512;
const spotsShown = 6;
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
  const shrunk = Math.ceil(Math.max(...observed.shape) / (2 * panelWidth));
  const [slow, fast] = observed.shape.map((count) => Math.ceil(count / shrunk));
  const size = Math.max(1, Math.round(panelWidth / Math.max(slow, fast)));
  const [width, height] = [fast * size, slow * size];
  const brightest = Math.max(10, highest(model));
  const photons = photonColour(brightest);
  const sigmas = residualColour(sigmasShown);
  const panels: readonly Panel[] = [
    { name: "observed", image: observed, colour: photons },
    { name: "model", image: model, colour: photons },
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
    canvas.frame(left, heading, width, height, ink);
    canvas.draw(shrunk === 1 ? image : strided(image, shrunk), left, heading, size, colour);
  });
  legends(canvas, heading + height + 16, width, brightest, photons, sigmas);

  canvas.write("the strongest spots: observed, model, residual", margin, spotsTop - labels);
  spots.forEach((spot, column) => {
    const left = margin + column * (spotEdge + gap);
    panels.forEach(({ image, colour }, row) => {
      const top = spotsTop + row * (spotEdge + gap);
      // Each spot has its own scale, or its sides would not be seen beside a stronger one's.
      const own = row < 2 ? photonColour(Math.max(10, model.get(spot.slow, spot.fast))) : colour;
      canvas.draw(around(image, spot), left, top, spotSize, own);
      canvas.frame(left, top, spotEdge, spotEdge, ink);
    });
    canvas.write(`${spot.fast}, ${spot.slow}`, left + spotEdge / 2, spotsTop + 3 * (spotEdge + gap), { align: "centre" });
  });
  return canvas.image;
}

function legends(
  canvas: Canvas,
  top: number,
  width: number,
  brightest: number,
  photons: (value: number) => Colour,
  sigmas: (value: number) => Colour,
): void {
  const pair = 2 * width + gap;
  const left = margin + width / 2;
  const logarithmic = (fraction: number): number => Math.expm1(fraction * Math.log1p(brightest));
  bar(canvas, left, top, pair - width, (fraction) => photons(logarithmic(fraction)));
  for (const tick of [0, 1, 10, 100, 1000, 10000].filter((value) => value <= brightest)) {
    const place = left + (Math.log1p(tick) / Math.log1p(brightest)) * (pair - width);
    canvas.write(String(tick), Math.round(place), top + barHeight + 8, { align: "centre" });
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

function highest(image: NdArray): number {
  let top = 0;
  for (let i = 0; i < image.size; i++) if (image.data[i] > top) top = image.data[i];
  return Math.min(top, 65535);
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
