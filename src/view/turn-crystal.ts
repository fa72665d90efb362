import { cross, type Vector } from "../physics/vector.js";
import { known } from "../autodiff/tape.js";
import { geometryOf } from "./geometry.js";
import { turnedMisset } from "./misset.js";
import { experimentOf, withField, type ModelState } from "./model-state.js";

const degreesAPixel = 0.02;

/**
 * The crystal turned so that its spots follow a drag over the detector.
 * @param dx, dy in pixels of the window, to the right and down
 * @param isRoll whether it turns about the beam
 */
export function turnCrystal(state: ModelState, dx: number, dy: number, isRoll: boolean): ModelState {
  const experiment = experimentOf(state);
  const { beam, panels } = geometryOf(experiment);
  const axisFor = (direction: Vector<number>): Vector<number> => {
    const [x, y, z] = cross(beam, direction);
    return [known(x), known(y), known(z)];
  };
  const before = experiment.crystal.missetDeg ?? [0, 0, 0];
  const turned = isRoll
    ? turnedMisset(before, beam, degreesAPixel * 4 * dx)
    : turnedMisset(turnedMisset(before, axisFor(panels[0].fast), degreesAPixel * dx), axisFor(panels[0].slow), degreesAPixel * dy);
  return ["misset_x", "misset_y", "misset_z"].reduce((next, key, axis) => withField(next, key, Number(turned[axis].toFixed(6))), state);
}
