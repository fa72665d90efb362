import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Experiment } from "../../src/models/experiment.js";
import { parametersNamed } from "../../src/refine/catalogue.js";
import { fit } from "../../src/refine/fit.js";
import { Likelihood } from "../../src/refine/likelihood.js";
import { lossNamed } from "../../src/refine/loss.js";
import { coordinateOf, slopeAt } from "../../src/refine/parameter.js";
import { countsOf, truth } from "./small-still.js";

const options = { oversample: 1, spots: "closed", interpolation: "nearest" } as const;
const broad: Experiment = {
  ...truth,
  beam: { ...truth.beam, fluence: 3e26, bandwidthPercent: 1 },
  crystal: { ...truth.crystal, cells: [12, 12, 12], etaDeg: 0.3 },
};
const counts = countsOf(broad, 1, options);

for (const [what, part] of [["next to nothing", 1e-3], ["a third", 1 / 3], ["three times its size", 3]] as const) {
  test(`a width that a step has made ${what} comes back`, async () => {
    const parameters = parametersNamed(["bandwidth", "eta", "scale"], broad);
    const likelihood = new Likelihood([{ experiment: broad, options, counts }], parameters, lossNamed("poisson"));
    const { parameters: x } = await fit(likelihood, parameters.map((parameter, i) => (i === 0 ? coordinateOf(parameter, part * parameter.start) : 0)), {});
    const { normal } = await likelihood.normalEquations(x);
    likelihood.valuesAt(x).forEach((value, i) => {
      const atMost = (4 * slopeAt(parameters[i], value)) / Math.sqrt(normal[i][i]);
      assert.ok(Math.abs(value - parameters[i].start) < Math.max(atMost, 0.02 * parameters[i].start), `${parameters[i].name} is ${value}, not ${parameters[i].start}`);
    });
  });
}

test.run();
