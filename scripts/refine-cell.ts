/** A unit cell from one still: the sample was frozen since the cell was measured last, and has shrunk by some tenths of a percent. */
import { parametersNamed, refine } from "../src/index.js";
import { experimentOf, measure, stillOf } from "./refine-still.js";

const options = { oversample: 2 };

// What the crystal really is, which only the detector sees ...
const counts = measure(experimentOf({ cell: [34.85, 39.05, 48.14], missetDeg: [10, 20, 30], distanceMm: 120, fluence: 2e26 }), options, 1);

// ... and what we know: the old cell, and the rest but for the exposure.
const start = experimentOf({ cell: [34.77, 39.17, 48.31], missetDeg: [10, 20, 30], distanceMm: 120, fluence: 1e26 });

const result = await refine([stillOf(counts, start, options)], parametersNamed(["cell", "fluence"], start));

for (const { name, start, value, esd, unit } of result.parameters) {
  console.log(`${name.padEnd(10)} ${start.toPrecision(6).padStart(12)} -> ${value.toPrecision(6)} +- ${esd?.toPrecision(2) ?? "?"} ${unit}`);
}
console.log(`reduced chi-square ${result.reducedChiSquare.toFixed(3)}, ${result.steps} steps, ${result.seconds.toFixed(1)} s`);
