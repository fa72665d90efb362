import type { ExperimentRecord, PanelRecord, SensorRecord } from "../geometry/record.js";
import { uprightPanel } from "../geometry/upright-panel.js";
import { identity } from "../geometry/vector.js";
import { evAngstrom } from "../geometry/photon.js";
import { parseNumber } from "../field.js";

/** Numbers of a camera server's header, in its own units; undefined where it does not state them. */
export interface MiniHeader {
  readonly detector: string | undefined;
  readonly pixelSizeMm: readonly [fast: number, slow: number] | undefined;
  readonly sensor: SensorRecord | undefined;
  readonly exposureS: number | undefined;
  readonly overload: number | undefined;
  readonly wavelengthA: number | undefined;
  readonly distanceMm: number | undefined;
  readonly beamPixels: readonly [fast: number, slow: number] | undefined;
  readonly startDeg: number | undefined;
  readonly incrementDeg: number | undefined;
  readonly twothetaDeg: number | undefined;
  readonly polarizationFraction: number | undefined;
  readonly oscillationAxis: string | undefined;
  /** sentences on lines that contradict one another */
  readonly contradictions: readonly string[];
}

const number = String.raw`([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)`;

/** The word behind a number. */
const unit = String.raw`[^\S\n]*([^\s\d(),;:=*/]*)`;

/** Units that a header can state, in mm, A, eV, degrees and pixels; without any a length is in m. */
const lengths: ReadonlyMap<string, number> = new Map([["", 1000], ["m", 1000], ["cm", 10], ["mm", 1], ["um", 1e-3], ["micron", 1e-3]]);
const wavelengths: ReadonlyMap<string, number> = new Map([["", 1], ["a", 1], ["angstrom", 1], ["nm", 10], ["m", 1e10]]);
const energies: ReadonlyMap<string, number> = new Map([["", 1], ["ev", 1], ["kev", 1000]]);
const angles: ReadonlyMap<string, number> = new Map([["", 1], ["deg.", 1], ["deg", 1], ["degree", 1], ["rad", 180 / Math.PI], ["mrad", 0.18 / Math.PI]]);
const places: ReadonlyMap<string, number> = new Map([["", 1], ["pixels", 1], ["pixel", 1], ["px", 1]]);

/** A unit in plain letters: micro signs of any encoding are u, and plurals of words go. */
function unitOf(word: string): string {
  return word.replace(/^\u00c2?\u00b5|^\u03bc/, "u").toLowerCase().replace(/(?<=angstrom|micron|degree)s$/, "");
}

/** Reads the lines "# Key value unit" of a miniCBF header; a number in a unit that is not known is none. */
export function parseMiniHeader(text: string): MiniHeader {
  const find = (pattern: string): number[] | undefined => {
    const words = new RegExp(String.raw`^#\s*${pattern}`, "im").exec(text)?.slice(1);
    const numbers = words?.map(parseNumber);
    return numbers?.some(Number.isNaN) ? undefined : numbers;
  };
  /** Numbers, each with the unit behind it. */
  const measured = (pattern: string, units: ReadonlyMap<string, number>): number[] | undefined => {
    const words = new RegExp(String.raw`^#\s*${pattern}`, "im").exec(text)?.slice(1) ?? [];
    const values = words.flatMap((word, i) => (i % 2 === 0 ? [round(parseNumber(word) * (units.get(unitOf(words[i + 1])) ?? NaN))] : []));
    return values.length === 0 || values.some(Number.isNaN) ? undefined : values;
  };
  const pair = (numbers: number[] | undefined): readonly [number, number] | undefined => numbers && [numbers[0], numbers[1]];
  const angle = (key: string): number | undefined => measured(`${key}[:\\s=]*${number}${unit}`, angles)?.[0];
  const single = (pattern: string): number | undefined => find(pattern)?.[0];
  const word = (pattern: string): string | undefined => new RegExp(String.raw`^#\s*${pattern}`, "im").exec(text)?.[1]?.trim();
  const thicknessMm = measured(`\\w+\\s+sensor,?\\s+thickness\\s*=?\\s*${number}${unit}`, lengths)?.[0];
  const beam = new RegExp(String.raw`^#\s*Beam_xy[:\s=]*\(?\s*${number}\s*,\s*${number}\s*\)?${unit}`, "im").exec(text)?.slice(1);
  const wavelengthA = measured(`Wavelength[:\\s=]*${number}${unit}`, wavelengths)?.[0];
  const energyEv = measured(`(?:Photon_)?energy[:\\s=]+${number}${unit}`, energies)?.[0];
  const ofEnergyA = energyEv !== undefined && energyEv > 0 ? round(evAngstrom / energyEv) : undefined;
  const material = word("(\\w+)\\s+sensor");
  return {
    detector: word("Detector:\\s*(.+)"),
    pixelSizeMm: pair(measured(`Pixel_size[:\\s=]*${number}${unit}\\s*x\\s*${number}${unit}`, lengths)),
    sensor: thicknessMm === undefined && material === undefined ? undefined : { material, thicknessUm: thicknessMm === undefined ? undefined : round(thicknessMm * 1000) },
    exposureS: single(`Exposure_time[:\\s=]*${number}`),
    overload: single(`Count_cutoff[:\\s=]*${number}`),
    wavelengthA: wavelengthA ?? ofEnergyA,
    distanceMm: measured(`Detector_distance[:\\s=]*${number}${unit}`, lengths)?.[0],
    beamPixels: beam && places.has(unitOf(beam[2])) ? [parseNumber(beam[0]), parseNumber(beam[1])] : undefined,
    startDeg: angle("Start_angle"),
    incrementDeg: angle("Angle_increment"),
    twothetaDeg: angle("Detector_2theta"),
    polarizationFraction: single(`Polarization[:\\s=]*${number}`),
    oscillationAxis: word("Oscillation_axis[:\\s=]*(.+)"),
    contradictions: [
      ...(wavelengthA !== undefined && ofEnergyA !== undefined && Math.abs(ofEnergyA / wavelengthA - 1) > 1e-3 ? [`Wavelength is ${wavelengthA} A, and the photon energy means ${Number(ofEnergyA.toPrecision(6))} A; the first one is taken`] : []),
      ...repeatedLines(text),
    ],
  };
}

/** A sentence for each line of a key that stands there again with another value. */
function repeatedLines(text: string): string[] {
  const first = new Map<string, string>();
  return [...text.matchAll(/^#\s*([A-Z]\w*)[:\s=]+(.*?)\s*$/gm)].flatMap(([, key, value]) => {
    const before = first.get(key) ?? value;
    first.set(key, before);
    return read.test(key) && before !== value ? [`${key} is stated twice, as "${before}" and "${value}"; the first one is taken`] : [];
  });
}

/** The lines that are read. */
const read = /^(Pixel_size|Exposure_time|Count_cutoff|Wavelength|Detector_distance|Beam_xy|Start_angle|Angle_increment|Detector_2theta|Polarization|Oscillation_axis)$/;

/** A length without the last bits that its change of unit leaves: 338.1, not 338.09999999999997. */
function round(length: number): number {
  return Number(length.toPrecision(12));
}

/**
 * What a miniCBF header knows of the experiment, in a frame with X along the fast axis, Y against the slow one and Z towards the source.
 * @param shape of the image, [slow, fast]
 * @param source what messages call the image
 */
export function miniHeaderRecord(header: MiniHeader, [slow, fast]: readonly [number, number], source: string): ExperimentRecord {
  const { pixelSizeMm, beamPixels, distanceMm, wavelengthA, twothetaDeg = 0, sensor, overload, startDeg, incrementDeg, oscillationAxis } = header;
  const remarks = [...header.contradictions];
  const panels: PanelRecord[] = [];
  if (twothetaDeg !== 0) remarks.push(`Detector_2theta is ${twothetaDeg} degrees, and the header does not state about which axis: the detector's place is left open`);
  else if (pixelSizeMm === undefined || beamPixels === undefined || distanceMm === undefined || !(distanceMm > 0) || !(pixelSizeMm[0] > 0)) {
    const missing = [pixelSizeMm === undefined && "Pixel_size", beamPixels === undefined && "Beam_xy", !(distanceMm !== undefined && distanceMm > 0) && "Detector_distance"];
    remarks.push(`the header does not state ${missing.filter((word) => word !== false).join(", ")}: the detector's place is left open`);
  } else {
    panels.push({ ...uprightPanel({ pixels: { fast, slow }, pixelSizeMm, beamPixels, distanceMm }), sensor, trusted: { lowest: 0, overload } });
  }
  const fraction = header.polarizationFraction;
  const kahnFactor = fraction === undefined || fraction < 0 || fraction > 1 ? undefined : round(2 * fraction - 1);
  const isTurning = incrementDeg !== undefined && incrementDeg !== 0;
  if (isTurning && oscillationAxis !== undefined && !/^x\b[^+-]*$/i.test(oscillationAxis)) {
    remarks.push(`Oscillation_axis is "${oscillationAxis}", which does not state a direction: the spindle is left open`);
  }
  const isAlongX = oscillationAxis === undefined || /^x\b[^+-]*$/i.test(oscillationAxis);
  return {
    source,
    kind: "miniCBF header",
    beam: {
      wavelengthA: wavelengthA !== undefined && wavelengthA > 0 ? wavelengthA : undefined,
      direction: [0, 0, -1],
      kahnFactor,
    },
    panels,
    goniometer: isTurning && isAlongX ? { axis: [1, 0, 0], fixed: identity, setting: identity } : undefined,
    scan: startDeg === undefined ? undefined : { firstImage: 1, lastImage: 1, startDeg, widthDeg: incrementDeg, exposureS: header.exposureS },
    crystals: [],
    images: [{ file: source }],
    remarks,
  };
}
