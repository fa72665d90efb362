/**
 * A detector of 64 panels against one of as many pixels: image, in the memory of the one before, and gradient, in turn, as the least
 * processor time of several runs.
 */
import * as ops from "../src/autodiff/operations.js";
import type { Quantity, Variable } from "../src/autodiff/tape.js";
import type { Panel } from "../src/models/panels.js";
import { zeros } from "../src/ndarray/ndarray.js";
import { ImageModel } from "../src/simulate/image-model.js";
import type { ImageOptions } from "../src/simulate/image-options.js";
import { PanelModel } from "../src/simulate/panel-model.js";
import type { ExperimentOfPanels } from "../src/simulate/panel-options.js";
import { fastestInTurn, processorTime, type Row } from "./measure.js";

const alongEdge = 8;
const pixels = { fast: 194, slow: 185 };
const pixelSizeMm = 0.11;
const whole = { fast: alongEdge * pixels.fast, slow: alongEdge * pixels.slow };
const axes = { beam: [0, 0, 1], polarization: [1, 0, 0], spindle: [1, 0, 0] } as const;
/** Turned by 3 and 2 degrees as real ones are: what is multiplied by 0 or 1 is left out of a recording, and would be so of one panel alone. */
const [c1, s1, c2, s2] = [Math.cos(0.05), Math.sin(0.05), Math.cos(0.035), Math.sin(0.035)];
const [fast, slow, normal] = [[c1, s1 * c2, s1 * s2], [-s1, c1 * c2, c1 * s2], [0, -s2, c2]] as const;
const cornerAt = (i: number, j: number): readonly [number, number, number] => {
  const [x, y] = [pixelSizeMm * (i * pixels.fast - whole.fast / 2), pixelSizeMm * (j * pixels.slow - whole.slow / 2)];
  return [x * fast[0] + y * slow[0], x * fast[1] + y * slow[1], 100 + x * fast[2] + y * slow[2]];
};
const corner = cornerAt(0, 0);

/** Panels side by side, without a gap: they see what one of all pixels sees. */
const panels = Array.from({ length: alongEdge ** 2 }, (_, i): Panel => ({
  name: `p${i}`,
  pixels,
  pixelSizeMm,
  originMm: cornerAt(i % alongEdge, Math.floor(i / alongEdge)),
  fast,
  slow,
}));

const kinds: readonly { readonly what: string; readonly options: ImageOptions; readonly experimentOf: (a: Quantity) => ExperimentOfPanels }[] = [
  { what: "sampled", options: { oversample: 1, interpolation: "nearest" }, experimentOf: (a) => experimentAt(a) },
  {
    what: "in closed form",
    options: { spots: "closed" },
    experimentOf: (a) => ({ ...experimentAt(a), beam: { ...experimentAt(a).beam, bandwidthPercent: 0.1 }, crystal: { ...experimentAt(a).crystal, etaDeg: 0.1 } }),
  },
  {
    what: "of Gaussian shape, zeros left out",
    options: { oversample: 1, interpolation: "nearest" },
    experimentOf: (a) => ({ ...experimentAt(a), crystal: { ...experimentAt(a).crystal, shape: "gauss", mosaic: { spreadDeg: 0.5, domains: 20 } } }),
  },
];

function experimentAt(a: Quantity): ExperimentOfPanels {
  return {
    beam: { wavelengthA: 1.3, fluence: 1e24 },
    crystal: { lattice: { a, b: 79, c: 38, alpha: 90, beta: 90, gamma: 90 }, missetDeg: [12, 25, 37], cells: [15, 15, 15] },
    structureFactors: 100,
  };
}

const square = (image: Variable, counts: Variable): Variable => ops.mul(ops.sub(image, counts), ops.sub(image, counts));

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, options, experimentOf } of kinds) {
    const detector = { pixels: whole, pixelSizeMm, convention: "CUSTOM", axes: { ...axes, fast, slow, normal }, originMm: corner } as const;
    const one = new ImageModel<{ readonly a: number }>(({ a }) => ({ ...experimentOf(a), detector }), options);
    const many = new PanelModel<{ readonly a: number }>({ panels, axes }, ({ a }) => experimentOf(a), options);
    const [counts, stack] = [zeros([whole.slow, whole.fast]), zeros(many.shape)];
    const at = { experiment: { a: 79 }, groups: {} };
    const [{ image }, { image: images }] = [one.simulate({ a: 79 }), many.simulate(at)];
    const questions = [
      ["image", () => one.simulate({ a: 79 }, image), () => many.simulate(at, images)],
      ["gradient", () => one.lossAndGradient(square, { a: 79 }, counts), () => many.lossAndGradient(square, at, stack)],
    ] as const;
    for (const [question, ofOne, ofMany] of questions) {
      const [single, several] = fastestInTurn([() => void ofOne(), () => void ofMany()], 9, processorTime);
      const items = counts.size;
      rows.push(
        { name: `${question} of one panel, spots ${what}`, items, nsPerItem: single.nanoseconds / items, runs: single.runs },
        { name: `${question} of 64 panels, spots ${what}`, items, nsPerItem: several.nanoseconds / items, runs: several.runs, remark: `${(several.nanoseconds / single.nanoseconds).toFixed(3)} times one panel` },
      );
    }
  }
  return rows;
}
