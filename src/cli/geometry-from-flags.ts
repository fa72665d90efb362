import { atDistance, firstDetector } from "../input/record-detector.js";
import { mergeRecords, turnedTo } from "../io/geometry/merge.js";
import { named, type ExperimentRecord } from "../io/geometry/record.js";
import { imageCount } from "../io/geometry/setting.js";
import type { Detector } from "../models/detector.js";
import { InputError } from "../ndarray/errors.js";
import type { SimulateFlag } from "./flags.js";
import type { Given } from "./parse-flags.js";
import { readSource } from "./source.js";
import { sensorOf } from "./steps-from-flags.js";

type Flags = Given<SimulateFlag>;

/** What a geometry file states of the image that is simulated or refined. */
export interface StatedGeometry {
  readonly record: ExperimentRecord;
  /** number of the image in the record, from 0 */
  readonly image: number;
  /** the file that each part of the record was taken from */
  readonly statedBy: ReadonlyMap<string, string>;
  /** number of the crystal in the record, from 0; undefined where the record has none */
  readonly crystal: number | undefined;
  readonly warnings: readonly string[];
}

/**
 * The geometry that -geometry names, if it does.
 * @throws InputError when the file is none, or has no such image or crystal
 */
export async function readGeometry(given: Flags, cwd: string): Promise<StatedGeometry | undefined> {
  const name = given.word("geometry");
  if (name === undefined) {
    if (given.has("crystal")) throw new InputError("-crystal chooses a crystal of a geometry file, and there is no -geometry");
    return undefined;
  }
  const { record, image, count } = await readSource(cwd, name);
  const warnings = record.remarks.filter((remark) => !/left open/.test(remark)).map((remark) => named(name, remark));
  if (count > 1 && !name.includes("#")) warnings.push(`${name} describes ${Math.max(count, imageCount(record))} images; the first is taken, and ${name}#2 is the next`);
  const [first, ...others] = record.panels;
  const unlike = others.find(({ sensor }) => sensor?.thicknessUm !== first.sensor?.thicknessUm || sensor?.attenuationDepthUm !== first.sensor?.attenuationDepthUm);
  if (unlike) warnings.push(`${name}: the sensor of panel ${unlike.name} is not that of panel ${first.name}, which is taken for all`);
  const crystals = record.crystals.length;
  const chosen = given.number("crystal");
  if (chosen !== undefined && (chosen < 1 || chosen > crystals)) {
    throw new InputError(`-crystal is ${chosen}, and ${name} has ${crystals === 1 ? "1 crystal" : `${crystals} crystals`} of this image, counted from 1`);
  }
  if (crystals > 1 && chosen === undefined) warnings.push(`${name} has ${crystals} crystals of this image; the first is taken, and -crystal 2 is the next`);
  // An orientation matrix of MOSFLM's is in MOSFLM's own frame.
  const framed = given.has("mat") ? turnedTo(record, [1, 0, 0], [0, 0, 1]) : record;
  return { record: framed, statedBy: mergeRecords([framed]).statedBy, image, crystal: crystals > 0 ? (chosen ?? 1) - 1 : undefined, warnings };
}

/** The geometry with what an image's own header states besides; contradictions become warnings. */
export function withImageRecord(geometry: StatedGeometry, header: ExperimentRecord): StatedGeometry {
  const { record, statedBy, contradictions } = mergeRecords([geometry.record, header]);
  const { images } = geometry.record;
  return { ...geometry, statedBy, record: { ...record, source: geometry.record.source, images, scan: geometry.record.scan ?? record.scan }, warnings: [...geometry.warnings, ...contradictions] };
}

/** Options that place the detector in another way. */
const otherPlaces: readonly SimulateFlag[] = [
  "close_distance", "mosflm", "denzo", "adxv", "xds", "dials", "Xbeam", "Ybeam", "Xclose", "Yclose", "ORGX", "ORGY", "pivot", "twotheta",
  "fdet_vector", "sdet_vector", "odet_vector", "beam_vector", "polar_vector", "spindle_axis", "twotheta_axis", "pix0_vector",
  "detsize", "detsize_x", "detsize_y", "img",
];

/**
 * What an image's header alone states, in MOSFLM's frame, in which options describe a crystal: X along the beam, Z along the spindle.
 * @returns undefined where the header does not place the detector, or options do
 */
export function geometryOfHeader(given: Flags, header: ExperimentRecord): StatedGeometry | undefined {
  if (header.panels.length === 0 || given.has(...otherPlaces)) return undefined;
  return { record: turnedTo(header, [1, 0, 0], [0, 0, 1]), statedBy: mergeRecords([header]).statedBy, image: 0, crystal: undefined, warnings: header.remarks };
}

/**
 * The detector that a geometry file and options describe; options win.
 * @throws InputError that names an option that places it in another way
 */
export function detectorFromGeometry(given: Flags, { record }: StatedGeometry): Detector {
  const other = given.last(...otherPlaces);
  if (other) throw new InputError(`${other.spelling} and -geometry both place the detector; leave one of them out`);
  const [panel] = record.panels;
  if (panel === undefined) throw new InputError(`-geometry: ${record.source} does not state where the detector stands`);
  const stated: readonly [SimulateFlag, number][] = [["detpixels_x", panel.pixels.fast], ["detpixels_y", panel.pixels.slow], ["pixel", panel.pixelSizeMm]];
  for (const [flag, value] of stated) {
    const found = given.last(flag, ...(flag === "pixel" ? [] : (["detpixels"] as const)));
    if (found && Math.abs(found.numbers[0] / value - 1) > 1e-3) throw new InputError(`${found.spelling} is ${found.numbers[0]}, and ${record.source} says ${value}`);
  }
  const distanceMm = given.number("distance");
  const detector = firstDetector(distanceMm === undefined ? record : atDistance(record, distanceMm));
  const [thicknessUm, depthUm] = [given.number("detector_thick"), given.number("detector_abs")];
  const { sensor: own, ...bare } = detector;
  const layers = given.number("detector_thicksteps");
  const sensor =
    thicknessUm !== undefined || depthUm !== undefined || (own && layers !== undefined)
      ? sensorOf(thicknessUm ?? own?.thicknessUm ?? 0, layers, depthUm ?? own?.attenuationDepthUm)
      : own;
  return {
    ...bare,
    ...(sensor && { sensor }),
    rotationDeg: [given.number("detector_rotx") ?? 0, given.number("detector_roty") ?? 0, given.number("detector_rotz") ?? 0],
    curved: given.has("curved_det"),
    pointPixel: given.has("point_pixel"),
  };
}
