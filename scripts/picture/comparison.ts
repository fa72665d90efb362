import { zeros, type NdArray } from "../../src/index.js";
import { Canvas, ink, type Colour } from "../../src/cli/raster/canvas.js";
import { overloaded, photonColour, residualColour } from "../../src/cli/raster/colour.js";

const margin = 24;
const gap = 18;
const heading = 64;
const footing = 84;
const barHeight = 14;
const sigmasShown = 5;
const brightestShown = 1000;

/**
 * Differences between counts and a model in standard deviations of the counts; those of less than a photon are taken as one photon.
 * @param observed [slow, fast], NaN where nothing was measured
 */
export function residualInSigmas(observed: NdArray, model: NdArray): NdArray {
  const result = zeros(observed.shape);
  for (let i = 0; i < result.size; i++)
    result.data[i] = (observed.data[i] - model.data[i]) / Math.sqrt(Math.max(model.data[i], 1));
  return result;
}

/**
 * What was measured, what the model says, and their difference, side by side.
 * @param observed [slow, fast], NaN where nothing was measured
 * @param model photons, of the same shape
 * @param title in one line
 * @param size edge of a detector pixel in the picture
 * @returns shape [height, width, 3], as a PNG takes it
 */
export function comparisonPicture(observed: NdArray, model: NdArray, title: string, size = 2): NdArray {
  const [slow, fast] = observed.shape;
  const [width, height] = [fast * size, slow * size];
  const canvas = new Canvas(2 * margin + 3 * width + 2 * gap, heading + height + footing);
  const photons = photonColour(brightestShown);
  const sigmas = residualColour(sigmasShown);
  const panels = [
    { name: "observed", image: observed, colour: photons },
    { name: "model", image: model, colour: photons },
    { name: "residual (observed - model)", image: residualInSigmas(observed, model), colour: sigmas },
  ];
  canvas.write(title, margin, 14);
  panels.forEach(({ name, image, colour }, i) => {
    const left = margin + i * (width + gap);
    canvas.write(name, left + width / 2, heading - 24, { align: "centre" });
    canvas.frame(left, heading, width, height, ink);
    canvas.draw(image, left, heading, size, colour);
  });

  const top = heading + height + 16;
  const ticks = [0, 1, 10, 100, brightestShown];
  const logarithmic = (fraction: number): number => Math.expm1(fraction * Math.log1p(brightestShown));
  const pair = 2 * width + gap;
  bar(canvas, margin + width / 2, top, pair - width, (fraction) => photons(logarithmic(fraction)));
  for (const tick of ticks) {
    const place = margin + width / 2 + (Math.log1p(tick) / Math.log1p(brightestShown)) * (pair - width);
    canvas.write(String(tick), Math.round(place), top + barHeight + 8, { align: "centre" });
  }
  canvas.write("photons", margin + pair / 2, top + barHeight + 32, { align: "centre" });
  canvas.fill(margin, top, barHeight, barHeight, overloaded);
  canvas.write("overloaded", margin + barHeight + 8, top);

  const residualLeft = margin + 2 * (width + gap) + width / 8;
  const residualWidth = (width * 3) / 4;
  bar(canvas, residualLeft, top, residualWidth, (fraction) => sigmas((2 * fraction - 1) * sigmasShown));
  for (const tick of [-sigmasShown, 0, sigmasShown]) {
    const place = residualLeft + ((tick + sigmasShown) / (2 * sigmasShown)) * residualWidth;
    canvas.write(tick > 0 ? `+${tick}` : String(tick), Math.round(place), top + barHeight + 8, { align: "centre" });
  }
  canvas.write("sigma of the counts, at least 1 photon", residualLeft + residualWidth / 2, top + barHeight + 32, { align: "centre" });
  return canvas.image;
}

function bar(canvas: Canvas, left: number, top: number, width: number, colourAt: (fraction: number) => Colour): void {
  for (let x = 0; x < width; x++) canvas.fill(left + x, top, 1, barHeight, colourAt(x / (width - 1)));
  canvas.frame(left, top, width, barHeight, ink);
}
