/**
 * What a CrystFEL geometry file states once, or leaves to the image's file: the wavelength, the camera length, and the shift of the whole detector.
 *
 * Source: CrystFEL manual, crystfel_geometry(5).
 */
import { InputError } from "../../ndarray/errors.js";
import { measured, numberOf, placeInImage, type Setting, type Settings } from "./crystfel-settings.js";
import { evAngstrom } from "./photon.js";
import type { ImageValue } from "./record.js";

/** In A and eV. */
const units = {
  wavelength: { A: 1, m: 1e10 },
  photon_energy: { "": 1, eV: 1, keV: 1e3, MeV: 1e6 },
} as const;

/** In mm: a length without a unit is in metres. */
const lengths = { "": 1000, m: 1000, mm: 1 };
/** But a camera length without a unit that stands in the image's file is in mm. */
const lengthsInImage = { ...lengths, "": 1 };

/** The wavelength, in A; what the file states itself counts before what stands in the image's. */
export function photonsOf(general: Settings, name: string, remarks: Set<string>): number | ImageValue | undefined {
  const ofElectrons = general.get("electron_voltage");
  if (ofElectrons) throw new InputError(`${name}, line ${ofElectrons.line}: electron_voltage is of electrons, and X-rays are simulated here`);
  const inA = (key: keyof typeof units): number | ImageValue | undefined => {
    const setting = general.get(key);
    if (setting === undefined) return undefined;
    const value = measured(setting, key, units[key], name);
    if (value === undefined) return { quantity: key === "wavelength" ? key : "photon energy", ...placeInImage(setting, key, units[key], name) };
    if (!(value > 0)) throw new InputError(`${name}, line ${setting.line}: ${key} is ${value}; it must be above 0`);
    return key === "wavelength" ? value : evAngstrom / value;
  };
  const [wavelength, ofEnergy] = [inA("wavelength"), inA("photon_energy")];
  if (typeof wavelength === "number" && typeof ofEnergy === "number" && Math.abs(ofEnergy / wavelength - 1) > 1e-3) {
    remarks.add(`wavelength is ${wavelength} A, and photon_energy means ${Number(ofEnergy.toPrecision(6))} A; the first one is taken`);
  }
  return [wavelength, ofEnergy].find((stated) => typeof stated === "number") ?? wavelength ?? ofEnergy;
}

interface CameraLength {
  /** the length to which the panels' offsets are added, where the file does not state it */
  readonly leftToImage: ImageValue | undefined;
  readonly millimetresOf: (settings: Settings) => number;
}

/** Distances along the beam: clen and coffset. */
export function cameraLength(panels: readonly Settings[], general: Settings, name: string): CameraLength {
  const along = (clen: Setting | undefined): number | undefined => clen && measured(clen, "clen", lengths, name);
  const stated = [general, ...panels].flatMap((settings) => settings.get("clen") ?? []);
  const open = stated.find((clen) => along(clen) === undefined);
  const other = open && stated.find(({ word }) => word !== open.word);
  if (other) throw new InputError(`${name}, line ${other.line}: clen is ${other.word}, and in line ${open.line} ${open.word}; of a detector whose distance stands in the image's file only one can be`);
  return {
    leftToImage: open && { quantity: "camera length", ...placeInImage(open, "clen", lengthsInImage, name) },
    millimetresOf: (settings) => {
      const clen = settings.get("clen") ?? general.get("clen");
      if (clen === undefined && open === undefined) throw new InputError(`${name} states no clen, the camera length`);
      return (open ? 0 : (along(clen) ?? 0)) + (numberOf(settings, "coffset", name) ?? 0) * 1000;
    },
  };
}

/** The shift of the whole detector along X and Y, in mm. */
export function shiftOf(general: Settings, name: string): (number | ImageValue)[] {
  return (["x", "y"] as const).map((axis) => {
    const key = `detector_shift_${axis}`;
    const setting = general.get(key);
    if (setting === undefined) return 0;
    return measured(setting, key, lengths, name) ?? { quantity: `shift along ${axis}`, ...placeInImage(setting, key, lengths, name) };
  });
}

/** What is said of counts that are stated per eV, as long as the energy is not. */
export const gainLeftOpen = "adu_per_eV is ignored, as the file states no photon energy; -gain states the counts of a photon";

/** What a number that stands in the image's file is, as long as there is no image. */
export function leftOpen({ quantity, statedBy }: ImageValue): string {
  if (quantity === "shift along x" || quantity === "shift along y") return `${statedBy}, and is taken for 0`;
  return `the ${quantity === "photon energy" ? "wavelength" : quantity} is left open: ${statedBy}`;
}
