/**
 * Where the detector stands, from several stills of one crystal in different orientations: a single still confuses a distance with the
 * size of the cell and a tilt with the orientation, which several do not.
 */
import { parametersNamed, refine, type Experiment, type Parameter, type Still } from "../src/index.js";
import { experimentOf, measure, stillOf } from "./refine-still.js";

const options = { oversample: 2 };
const cell = [34.77, 39.17, 48.31] as const;
const orientations = [[10, 20, 30], [55, -15, 80], [-40, 65, 10]] as const;

/** The same detector, moved and tilted. */
function placed(experiment: Experiment, beamCenterMm: { readonly x: number; readonly y: number }, rotationDeg: readonly [number, number, number]): Experiment {
  return { ...experiment, detector: { ...experiment.detector, beamCenterMm, rotationDeg } };
}

const stills: Still[] = orientations.map((missetDeg, i) => {
  const setting = { cell, missetDeg, pixels: 192 };
  const truth = placed(experimentOf({ ...setting, distanceMm: 120.3, fluence: 2e26 }), { x: 38.65, y: 38.5 }, [0, 0.15, -0.1]);
  const start = placed(experimentOf({ ...setting, distanceMm: 120, fluence: 1.5e26 }), { x: 38.6, y: 38.6 }, [0, 0, 0]);
  return stillOf(measure(truth, options, i + 1), start, options);
});

// The detector is the same for all stills; orientation and exposure are each still's own. A turn about the beam (X) is left out: it
// is the same as turning every crystal.
const [{ experiment: first }] = stills;
const shared = parametersNamed(["cell", "distance", "beam_center", "rotation"], first).filter(({ name }) => name !== "detector_rotx");
const own: Parameter[] = stills.flatMap(({ experiment }, image) =>
  parametersNamed(["misset", "fluence"], experiment).map((parameter) => ({ ...parameter, name: `${parameter.name}[${image + 1}]`, image })),
);

const result = await refine(stills, [...shared, ...own]);

for (const { name, start, value, esd, unit } of result.parameters) {
  console.log(`${name.padEnd(14)} ${start.toPrecision(6).padStart(12)} -> ${value.toPrecision(6)} +- ${esd?.toPrecision(2) ?? "?"} ${unit}`);
}
for (const warning of result.warnings) console.log(warning);
console.log(`reduced chi-square ${result.reducedChiSquare.toFixed(3)}, ${result.steps} steps, ${result.seconds.toFixed(1)} s`);
