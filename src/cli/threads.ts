import { selectPixels } from "../simulate/pixels.js";
import type { Request } from "./experiment-from-flags.js";

const termsOfWorkers = 2 ** 25;

/** Workers, which take a tenth of a second to begin, are worth it for as many terms of the pixels' sums as take longer. */
export function threadsFor({ experiment: { detector: { pixels } }, options, steps }: Request, cores: number): number {
  const { size } = selectPixels([pixels.slow, pixels.fast], options);
  return size * steps.points * steps.sources * steps.orientations >= termsOfWorkers ? cores : 1;
}
