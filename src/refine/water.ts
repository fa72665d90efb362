import type { Vector } from "../optim/vector.js";
import type { WorkerPool } from "../simulate/parallel/pool.js";
import { photonsIn } from "./brightness.js";
import { maskBeyondDirectBeam } from "./coarse.js";
import { Likelihood } from "./likelihood.js";
import type { Loss } from "./loss.js";
import { coordinateOf, hasRole, type Parameter } from "./parameter.js";
import type { ReadyStill } from "./still.js";

/**
 * Values with the water, and the brightness of the spots, that share the photons out as blurred spots before a smooth background did.
 * Sharp spots that do not yet lie on the measured ones would rather have none of them.
 * @param from values of all parameters
 * @param smooth photons of each image's smooth background, in the used pixels away from the direct beam
 */
export async function withWater(
  stills: readonly ReadyStill[],
  parameters: readonly Parameter[],
  from: Vector,
  smooth: readonly number[],
  loss: Loss,
  pool?: WorkerPool,
): Promise<number[]> {
  const values = [...from];
  const water = parameters.findIndex((parameter) => hasRole(parameter, "water"));
  if (water < 0) return values;
  const within = (i: number, value: number): number => Math.min(Math.max(value, parameters[i].lower), parameters[i].upper);
  const masks = stills.map(maskBeyondDirectBeam);
  const likelihood = new Likelihood(stills, parameters, loss, [], pool);
  const sums = async (edge: number): Promise<number[]> => {
    const at = parameters.map((parameter, i) => coordinateOf(parameter, i === water ? edge : from[i]));
    return (await likelihood.images(at)).map((image, k) => photonsIn(image, masks[k]));
  };
  const [wet, dry] = [await sums(from[water]), await sums(parameters[water].lower)];
  const edges: number[] = [];
  stills.forEach(({ counts }, k) => {
    const brightness = parameters.findIndex((parameter) => hasRole(parameter, "brightness") && (parameter.image ?? k) === k);
    const spots = photonsIn(counts, masks[k]) - smooth[k];
    const factor = brightness >= 0 && spots > 0 && dry[k] > 0 ? spots / dry[k] : 1;
    if (brightness >= 0) values[brightness] = within(brightness, from[brightness] * factor);
    // In the reference program's units the scattering of water goes with the square of the fluence.
    if (wet[k] > dry[k]) edges.push(from[water] * Math.cbrt(smooth[k] / (factor ** 2 * (wet[k] - dry[k]))));
  });
  if (edges.length > 0) values[water] = within(water, edges.reduce((sum, edge) => sum + edge, 0) / edges.length);
  return values;
}
