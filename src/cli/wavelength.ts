import type { HeaderSettings } from "../io/header-settings.js";
import { InputError } from "../ndarray/errors.js";
import { electronVoltAngstrom } from "../physics/constants.js";
import type { SimulateFlag } from "./flags.js";
import type { StatedGeometry } from "./geometry-from-flags.js";
import type { Given } from "./parse-flags.js";

/** What files state of the wavelength. */
interface Stated {
  readonly maskHeader: HeaderSettings | undefined;
  readonly imageHeader: HeaderSettings | undefined;
  readonly geometry: StatedGeometry | undefined;
}

/**
 * The wavelength in Å of the experiment: by an option, else the geometry file, else the header of the imitated image or of the mask, else 1.
 * @throws InputError where a geometry file should state it
 */
export function wavelengthOf(given: Given<SimulateFlag>, { maskHeader, imageHeader, geometry }: Stated): number {
  const last = given.last("lambda", "energy");
  const stated = geometry?.record.beam.wavelengthA;
  if (last === undefined && stated !== undefined) return stated;
  if (last === undefined && geometry) throw new InputError(`-geometry: ${geometry.record.source} does not state the wavelength; give it with -lambda or -energy`);
  if (last === undefined) return imageHeader?.wavelengthA ?? maskHeader?.wavelengthA ?? 1;
  return last.name === "energy" ? electronVoltAngstrom / last.numbers[0] : last.numbers[0];
}
