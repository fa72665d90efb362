/** How a crystal is turned and how much its mosaic blocks are turned against each other, from the still of a measured file. */
import { parametersNamed, refineFromManyStarts } from "../src/index.js";
import { experimentOf, readStill, stillOf } from "./refine-still.js";

const known = experimentOf({ cell: [34.7, 39.24, 48.4], missetDeg: [-24, 46.5, 4.5], distanceMm: 119.8, fluence: 1e26, cells: 10 });

// The spread starts at a guess. The blocks stand as the seed says, so that the image is the same function of the spread in every run.
const start = { ...known, crystal: { ...known.crystal, mosaic: { spreadDeg: 0.1, domains: 25, seed: -5 } } };

// The water around the crystal is a background, here a smooth one of its own. The reference program takes each pixel's factors once.
const parameters = parametersNamed(["misset", "mosaic_spread", "fluence", "background"], { ...start, background: [2, 0, 0, 0] });
const still = stillOf(await readStill("cro_mosaic.img"), { ...start, background: [2, 0, 0, 0] }, { oversample: 1, semantics: "nanobragg" });

// An orientation that is wrong by a degree may lead to the wrong spots: several starts around it find the right ones.
const result = await refineFromManyStarts([still], parameters, {
  starts: 6,
  withinDeg: 1,
  onTried: (start, loss) => console.log(`start ${start + 1}: loss ${loss.toFixed(0)}`),
});

for (const { name, start, value, esd, unit } of result.parameters) {
  console.log(`${name.padEnd(14)} ${start.toPrecision(6).padStart(12)} -> ${value.toPrecision(6)} +- ${esd?.toPrecision(2) ?? "?"} ${unit}`);
}
console.log(`reduced chi-square ${result.reducedChiSquare.toFixed(3)}, ${result.steps} steps, ${result.seconds.toFixed(1)} s`);
