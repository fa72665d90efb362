import { roundingTwothetaDeg, type HeaderSettings } from "../io/header-settings.js";
import { mostPixels } from "../models/validity.js";
import type { Axes, Convention, Detector, Pivot, Sensor } from "../models/detector.js";
import { InputError } from "../ndarray/errors.js";
import { nearestWhole } from "../ndarray/rounding.js";
import type { SimulateFlag } from "./flags.js";
import { detectorFromGeometry } from "./geometry-from-flags.js";
import type { InputFiles } from "./input-files.js";
import type { Given, Occurrence } from "./parse-flags.js";
import { sensorOf } from "./steps-from-flags.js";

type Flags = Given<SimulateFlag>;

/** A detector, and what is to be warned of. */
export interface DetectorRequest {
  readonly detector: Detector;
  readonly warnings: readonly string[];
}

const conventions: ReadonlyMap<SimulateFlag, Convention> = new Map([
  ["mosflm", "MOSFLM"],
  ["denzo", "DENZO"],
  ["adxv", "ADXV"],
  ["xds", "XDS"],
  ["dials", "DIALS"],
  ["fdet_vector", "CUSTOM"],
  ["sdet_vector", "CUSTOM"],
  ["odet_vector", "CUSTOM"],
  ["beam_vector", "CUSTOM"],
  ["polar_vector", "CUSTOM"],
  ["spindle_axis", "CUSTOM"],
  ["twotheta_axis", "CUSTOM"],
  ["pix0_vector", "CUSTOM"],
] satisfies [SimulateFlag, Convention][]);

/** What turns the detector about the beam's spot or about the sample, where no convention says it. */
const pivots: ReadonlyMap<SimulateFlag, Pivot> = new Map([
  ["distance", "beam"],
  ["Xbeam", "beam"],
  ["Ybeam", "beam"],
  ["mosflm", "beam"],
  ["denzo", "beam"],
  ["adxv", "beam"],
  ["dials", "beam"],
  ["close_distance", "sample"],
  ["Xclose", "sample"],
  ["Yclose", "sample"],
  ["ORGX", "sample"],
  ["ORGY", "sample"],
  ["twotheta", "sample"],
  ["xds", "sample"],
] satisfies [SimulateFlag, Pivot][]);

/**
 * The detector that options and image headers describe; options win over headers.
 * @throws InputError that names the option
 */
export function detectorFromFlags(given: Flags, files: InputFiles): DetectorRequest {
  if (files.geometry) return { detector: detectorFromGeometry(given, files.geometry), warnings: [] };
  const warnings: string[] = [];
  const headers = [files.maskHeader, files.imageHeader];
  /** What the headers say of a quantity; of two that do, the image's counts. */
  const header = (name: Exclude<keyof HeaderSettings, "shape" | "beamAtMm">): number | undefined =>
    headers.reduce<number | undefined>((found, settings) => settings?.[name] ?? found, undefined);

  const pixelSizeMm = given.number("pixel") ?? header("pixelSizeMm") ?? 0.1;
  const { pixels, sizeMm } = extentOf(given, files, pixelSizeMm);
  const convention = lastIn(given, conventions) ?? "MOSFLM";
  const pivot = pivotOf(given, convention);
  const centredBy = given.last("Xclose", "Yclose", ...(pivot === "sample" ? [] : (["ORGX", "ORGY"] as const)));
  if (centredBy && isCentredByBeam(convention)) warnings.push(`${centredBy.spelling} has no effect: the convention ${convention} counts where the beam strikes, by -Xbeam and -Ybeam`);
  const beamAt = files.imageHeader?.beamAtMm ?? files.maskHeader?.beamAtMm;
  const atBeam = beamAt && conventionalCenter(convention, beamAt, pixelSizeMm, sizeMm.slow);
  const distanceMm = given.number("distance") ?? header("distanceMm") ?? 100;
  const headerCloseMm = header("closeDistanceMm");
  const closeDistanceMm = given.number("close_distance") ?? headerCloseMm;
  if (given.has("distance") && !given.has("close_distance") && headerCloseMm !== undefined) {
    warnings.push(`-distance has no effect: the header of the image says CLOSE_DISTANCE=${headerCloseMm}, and that counts`);
  }
  if (given.has("pix0_vector")) warnings.push("-pix0_vector has no effect: distance and beam centre say where the first pixel is");
  const headerTwotheta = header("twothetaDeg") ?? 0;
  if (Math.abs(headerTwotheta) > roundingTwothetaDeg && !given.has("twotheta")) {
    warnings.push(`the header of the image says TWOTHETA=${headerTwotheta}, which is not used, as in nanoBragg; -twotheta gives it`);
  }
  const sensor = sensorFromFlags(given, warnings);
  const axes = convention === "CUSTOM" ? axesFromFlags(given) : undefined;
  if (axes?.normal && Math.hypot(...axes.normal) !== 1) {
    warnings.push(`-odet_vector has the length ${Math.hypot(...axes.normal)}, not 1, so the normal is taken across the fast and slow axes`);
  }
  const detector: Detector = {
    pixels,
    pixelSizeMm,
    sizeMm,
    distanceMm,
    ...(closeDistanceMm !== undefined && { closeDistanceMm }),
    convention,
    ...(axes && { axes }),
    ...(pivot && { pivot }),
    beamCenterMm: optional(
      given.number("Xbeam") ?? header("beamCenterXMm") ?? atBeam?.x,
      given.number("Ybeam") ?? headerBeamY(files) ?? atBeam?.y,
    ),
    nearPointPixels: optional(given.number("ORGX") ?? header("orgXPixels"), given.number("ORGY") ?? header("orgYPixels")),
    closePointMm: optional(given.number("Xclose"), given.number("Yclose")),
    rotationDeg: [given.number("detector_rotx") ?? 0, given.number("detector_roty") ?? 0, given.number("detector_rotz") ?? 0],
    twothetaDeg: given.number("twotheta") ?? 0,
    curved: given.has("curved_det"),
    pointPixel: given.has("point_pixel"),
    ...(sensor && { sensor }),
  };
  return { detector, warnings };
}

/** Conventions whose centre is that of the beam alone. */
function isCentredByBeam(convention: Convention): boolean {
  return convention === "MOSFLM" || convention === "DENZO" || convention === "ADXV";
}

/** What the last of several options says. */
function lastIn<T>(given: Flags, meaning: ReadonlyMap<SimulateFlag, T>): T | undefined {
  const last = given.last(...meaning.keys());
  return last && meaning.get(last.name);
}

/** An explicit pivot; or, where no convention has one of its own, that of the last option that implies one. */
function pivotOf(given: Flags, convention: Convention): Pivot | undefined {
  const explicit = given.word("pivot");
  if (explicit !== undefined) return explicit === "sample" ? "sample" : "beam";
  return convention === "CUSTOM" ? lastIn(given, pivots) : undefined;
}

function optional(x: number | undefined, y: number | undefined): { readonly x?: number; readonly y?: number } {
  return { ...(x !== undefined && { x }), ...(y !== undefined && { y }) };
}

/** The headers' beam centre along Y: a mask counts it from the far edge. */
function headerBeamY({ maskHeader, imageHeader }: InputFiles): number | undefined {
  if (imageHeader?.beamCenterYMm !== undefined) return imageHeader.beamCenterYMm;
  if (maskHeader?.beamCenterYMm === undefined) return undefined;
  return maskHeader.shape[0] * (maskHeader.pixelSizeMm ?? 0.1) - maskHeader.beamCenterYMm;
}

/** A place on the detector, in mm along fast and slow from its corner, as the beam centre of a convention. */
function conventionalCenter(convention: Convention, { fast, slow }: { readonly fast: number; readonly slow: number }, pixel: number, height: number) {
  if (convention === "MOSFLM") return { x: slow - pixel / 2, y: fast - pixel / 2 };
  if (convention === "DENZO") return { x: slow, y: fast };
  return convention === "ADXV" ? { x: fast, y: height - slow } : { x: fast, y: slow };
}

type Extent = {
  readonly pixels: Detector["pixels"];
  readonly sizeMm: { readonly fast: number; readonly slow: number };
};

/** Pixels and edges along both axes: a number of pixels wins over a size. */
function extentOf(given: Flags, { maskHeader, imageHeader }: InputFiles, pixelSizeMm: number): Extent {
  const shape = imageHeader?.shape ?? maskHeader?.shape;
  const along = (counts: SimulateFlag, size: SimulateFlag, inHeader: number | undefined) => {
    const counted = given.last("detpixels", counts);
    const count = counted?.numbers[0] ?? inHeader;
    if (count !== undefined) return { count, edge: pixelSizeMm * count, by: counted };
    const sized = given.last("detsize", size);
    const edge = sized?.numbers[0] ?? 102.4;
    const fitting = nearestWhole(edge / 1000 / (pixelSizeMm / 1000));
    if (fitting < 1) throw new InputError(`${nameOf(sized, "-pixel")}: no pixel of ${pixelSizeMm} mm fits into ${edge} mm`);
    return { count: fitting, edge, by: sized };
  };
  const fast = along("detpixels_x", "detsize_x", shape?.[1]);
  const slow = along("detpixels_y", "detsize_y", shape?.[0]);
  if (fast.count * slow.count > mostPixels) {
    const name = nameOf(fast.by ?? slow.by, "-pixel");
    throw new InputError(`${name}: ${fast.count} x ${slow.count} pixels do not fit into memory; ${mostPixels} do`);
  }
  return { pixels: { fast: fast.count, slow: slow.count }, sizeMm: { fast: fast.edge, slow: slow.edge } };
}

function nameOf(occurrence: Occurrence<SimulateFlag> | undefined, otherwise: string): string {
  return occurrence?.spelling ?? otherwise;
}

function sensorFromFlags(given: Flags, warnings: string[]): Sensor | undefined {
  const thicknessUm = given.number("detector_thick") ?? 0;
  const depthUm = given.number("detector_abs");
  if (thicknessUm > 0 && depthUm === undefined) {
    warnings.push(`-detector_thick without -detector_abs: the attenuation depth is set to the thickness, ${thicknessUm} um`);
  }
  return sensorOf(thicknessUm, given.number("detector_thicksteps"), depthUm);
}

function axesFromFlags(given: Flags): Partial<Axes> {
  const axis = <K extends keyof Axes>(name: K, flag: SimulateFlag): Partial<Axes> => {
    const vector = given.vector(flag);
    if (vector === undefined) return {};
    if (Math.hypot(...vector) === 0) throw new InputError(`-${flag} is 0 0 0, which is no direction`);
    return { [name]: vector };
  };
  return {
    ...axis("fast", "fdet_vector"),
    ...axis("slow", "sdet_vector"),
    ...axis("normal", "odet_vector"),
    ...axis("beam", "beam_vector"),
    ...axis("polarization", "polar_vector"),
    ...axis("spindle", "spindle_axis"),
    ...axis("twotheta", "twotheta_axis"),
  };
}
