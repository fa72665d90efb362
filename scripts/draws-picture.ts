/** Draws reports/draws.png: a part of a still by 10, 100 and 1,000 draws of all that widens its spots, and in closed form. */
import { fileURLToPath } from "node:url";
import { encodePng, full, simulate, type Experiment, type ImageOptions, type NdArray } from "../src/index.js";
import { writeFileAtomically } from "../src/io/files.js";
import { experimentOf } from "./refine-still.js";

const [edge, zoom, gap] = [110, 3, 26];
const first = { fast: 440, slow: 150 };
const setting = experimentOf({ cell: [34.85, 39.09, 48.18], missetDeg: [10.12, 19.9, 30.1], distanceMm: 120, fluence: 1e25, cells: 30, pixels: 800 });
const experiment: Experiment = {
  ...setting,
  beam: { ...setting.beam, bandwidthPercent: 0.6, beamDivergenceMrad: [1, 1] },
  crystal: { ...setting.crystal, shape: "domain", etaDeg: 0.6 },
  detector: { ...setting.detector, pixelSizeMm: 0.1 },
};
const options: ImageOptions = {
  oversample: 1,
  interpolation: "nearest",
  roi: { fastMin: first.fast, fastMax: first.fast + edge - 1, slowMin: first.slow, slowMax: first.slow + edge - 1 },
};

const images = [
  ...[10, 100, 1000].map((count) => simulate({ ...experiment, draws: { count } }, options).image),
  simulate(experiment, { ...options, spots: "closed" }).image,
];
const part = (image: NdArray, row: number, column: number): number => image.get(first.slow + row, first.fast + column);
const [, , , closed] = images;
const photons = Array.from({ length: edge * edge }, (_, i) => part(closed, Math.floor(i / edge), i % edge)).sort((a, b) => a - b);
// Black is what one pixel in a hundred exceeds.
const black = photons[Math.floor(0.99 * photons.length)];

const width = images.length * zoom * edge + (images.length - 1) * gap;
const picture = full([zoom * edge, width], 255, "int32");
images.forEach((image, i) => {
  for (let row = 0; row < zoom * edge; row++) {
    for (let column = 0; column < zoom * edge; column++) {
      // The root shows weak spots, too.
      const ink = Math.sqrt(Math.min(1, part(image, Math.floor(row / zoom), Math.floor(column / zoom)) / black));
      picture.data[row * width + i * (zoom * edge + gap) + column] = Math.round(235 * (1 - ink));
    }
  }
});
await writeFileAtomically(fileURLToPath(new URL("../reports/draws.png", import.meta.url)), await encodePng(picture));
console.log(`reports/draws.png: ${width} x ${zoom * edge}`);
