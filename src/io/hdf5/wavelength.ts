import { evAngstrom } from "../geometry/photon.js";
import type { Hdf5File } from "./open.js";
import { toAngstrom, toElectronVolts } from "./transformations.js";

/** The wavelength of a frame, in A, and sentences on what contradicts it or is not used. */
export interface StatedWavelength {
  readonly wavelengthA: number | undefined;
  readonly remarks: readonly string[];
}

/** Wavelengths that differ by a smaller part are the same, rounded. */
const rounding = 1e-3;

/**
 * The wavelength that a file states: the first one of its beam, its monochromator and the energy of its photons.
 * @param detector path of the detector's group
 * @param frame number of the frame, from 0
 */
export function wavelengthOf(file: Hdf5File, detector: string, frame: number, frames: number): StatedWavelength {
  const entry = detector.split("/").slice(0, 2).join("/");
  const instrument = detector.split("/").slice(0, 3).join("/");
  const beams = [`${instrument}/beam`, `${entry}/sample/beam`, `${instrument}/beam_1`];
  const remarks: string[] = [];
  /** The value of a frame where there is one a frame, else the first one. */
  const value = (path: string): number | undefined => {
    const dataset = file.dataset(path);
    const values = dataset && dataset.numberType !== "" ? dataset.numbers() : [];
    const isEach = values.length === frames;
    if (!isEach && values.some((other) => Math.abs(other / values[0] - 1) > rounding)) remarks.push(`${path} holds ${values.length} values, and the first one is taken`);
    const found = isEach ? values[frame] : values.at(0);
    return found !== undefined && found > 0 && found < Infinity ? found : undefined;
  };
  const stated = [
    ...[...beams.map((beam) => `${beam}/incident_wavelength`), `${instrument}/monochromator/wavelength`].map((path) => ({ path, toA: (number: number) => number * toAngstrom(file, path) })),
    ...[...beams.map((beam) => `${beam}/incident_energy`), `${detector}/detectorSpecific/photon_energy`].map((path) => ({ path, toA: (number: number) => evAngstrom / (number * toElectronVolts(file, path)) })),
  ].flatMap(({ path, toA }) => {
    const number = value(path);
    return number === undefined ? [] : [{ path, wavelengthA: Number(toA(number).toPrecision(12)) }];
  });
  const [first] = stated;
  const other = stated.find(({ wavelengthA }) => Math.abs(wavelengthA / first.wavelengthA - 1) > rounding);
  if (other) remarks.push(`${first.path} means ${first.wavelengthA} A, and ${other.path} ${other.wavelengthA} A; the first one is taken`);
  return { wavelengthA: stated.at(0)?.wavelengthA, remarks };
}
