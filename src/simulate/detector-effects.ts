import { allocate } from "../ndarray/dtype.js";
import { InputError } from "../ndarray/errors.js";
import { checkOptions } from "../ndarray/fields.js";
import { flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { poidev } from "./noise.js";
import { PixelRandom } from "./pixel-random.js";
import { spreadLight, type PointSpread } from "./point-spread.js";

/** A disk in front of the detector, in pixels. */
export interface BeamStopShadow {
  /** centre along fast, in pixels */
  readonly fast: number;
  /** centre along slow, in pixels */
  readonly slow: number;
  /** in pixels */
  readonly radius: number;
  /** part of the photons that come through; 0 unless given */
  readonly transmission?: number;
}

/** What a detector makes of the photons that arrive. Everything is perfect unless given. */
export interface DetectorEffects {
  /** of all that is drawn, a whole number */
  readonly seed: number;
  /** number of the exposure: photons, flicker and read-out are drawn anew for each, the detector's own faults are not; 0 unless given */
  readonly shot?: number;
  /** number of the image's first pixel among those of all panels, whose draws are others; 0 unless given */
  readonly firstPixel?: number;
  /** relative standard deviation of the beam's intensity from shot to shot */
  readonly flicker?: number;
  /** a disk that absorbs photons */
  readonly beamStop?: BeamStopShadow;
  /** false leaves the photons at their expected number */
  readonly countingNoise?: boolean;
  /** photons per pixel and exposure whose counting takes the whole exposure: of n, n/(1 + n/limit) are counted */
  readonly countLimit?: number;
  /** how a photon's light spreads over the pixels */
  readonly pointSpread?: PointSpread;
  /** counts for a photon; 1 unless given */
  readonly gain?: number;
  /** counts that every pixel starts from; 0 unless given */
  readonly offset?: number;
  /** standard deviation of the counts that are read out of a dark pixel */
  readonly readNoise?: number;
  /** relative standard deviation of the gain from pixel to pixel */
  readonly calibration?: number;
  /** the same from module to module */
  readonly moduleCalibration?: number;
  /** pixels of a module along fast and slow, and between modules, where nothing is counted */
  readonly modules?: { readonly fast: number; readonly slow: number; readonly gapFast: number; readonly gapSlow: number };
  /** part of the pixels that count nothing */
  readonly dead?: number;
  /** part of the pixels that are always full */
  readonly hot?: number;
  /** counts above which a pixel is full */
  readonly saturation?: number;
}

/** Counts, and what is wrong with pixels. */
export interface DetectedImage {
  /** float64, [slow, fast]: not rounded; -1 in gaps, -2 where a pixel is dead */
  readonly counts: NdArray<"float64">;
  /** sum of the photons that were counted, before their light spread */
  readonly photons: number;
  /** pixels at their saturation, hot ones included */
  readonly saturated: number;
  /** the beam's intensity in this shot, relative to its mean */
  readonly beam: number;
}

/** Marks of pixels that count nothing, as CBF files have them. */
export const gapMark = -1;
/** The mark of a pixel that is broken. */
export const deadMark = -2;
/** Above so many photons Poisson's distribution is Gauss's. */
const manyPhotons = 1e6;
/** Counts of a full pixel where no saturation is given. */
const usualSaturation = 65535;

/**
 * An image as a detector sees it, in the order in which things happen: the beam flickers, the beam stop shades, photons are counted, light
 * spreads, pixels and modules amplify it each in its own way, and it is read out. Each pixel is drawn by itself.
 * @param image photons expected, [slow, fast]
 * @throws InputError that names what cannot be
 */
export function detect(image: NdArray, effects: DetectorEffects): DetectedImage {
  checkEffects(effects);
  const { seed, shot = 0, firstPixel = 0, flicker = 0, pointSpread, countingNoise = true, countLimit = Infinity } = effects;
  const [slow, fast] = image.shape;
  const expected = flatData(image);
  const beam = flicker > 0 ? Math.max(0, 1 + flicker * new PixelRandom(seed, "beam").at(shot).gaussian()) : 1;
  const photons = allocate("float64", slow * fast);
  const draw = counter(seed, shot);
  let sum = 0;
  for (let pixel = 0; pixel < photons.length; pixel++) {
    const mean = beam * expected[pixel] * transmission(effects.beamStop, pixel % fast, Math.floor(pixel / fast));
    const arriving = mean / (1 + mean / countLimit);
    photons[pixel] = countingNoise ? draw(arriving, firstPixel + pixel) : arriving;
    sum += photons[pixel];
  }
  const light = flatData(pointSpread ? spreadLight(fromData(photons, [slow, fast]), pointSpread) : fromData(photons, [slow, fast]));
  const counts = allocate("float64", slow * fast);
  const { gain = 1, offset = 0, readNoise = 0, saturation = usualSaturation } = effects;
  const readout = new PixelRandom(seed, `read-out ${shot}`);
  const faults = new PixelRandom(seed, "faults");
  const gains = { pixels: new PixelRandom(seed, "calibration"), modules: new PixelRandom(seed, "modules") };
  let saturated = 0;
  for (let pixel = 0; pixel < counts.length; pixel++) {
    const [i, j] = [pixel % fast, Math.floor(pixel / fast)];
    const fault = faultOf(effects, faults, firstPixel + pixel);
    if (isInGap(effects.modules, i, j)) counts[pixel] = gapMark;
    else if (fault === "dead") counts[pixel] = deadMark;
    else {
      const noise = readNoise > 0 ? readNoise * readout.at(firstPixel + pixel).gaussian() : 0;
      const value = fault === "hot" ? saturation : light[pixel] * gain * gainOf(effects, gains, firstPixel + pixel, i, j) + offset + noise;
      if (value >= saturation && (effects.saturation !== undefined || fault === "hot")) saturated++;
      counts[pixel] = effects.saturation === undefined && fault !== "hot" ? value : Math.min(value, saturation);
    }
  }
  return { counts: fromData(counts, [slow, fast]), photons: sum, saturated, beam };
}

/** Draws photons, a pixel at a time. */
function counter(seed: number, shot: number): (mean: number, pixel: number) => number {
  const random = new PixelRandom(seed, `photons ${shot}`);
  const poisson = poidev(random.uniform);
  return (mean, pixel) => {
    random.at(pixel);
    if (mean > manyPhotons) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.gaussian()));
    return poisson(mean);
  };
}

function transmission(stop: BeamStopShadow | undefined, fast: number, slow: number): number {
  if (stop === undefined || Math.hypot(fast - stop.fast, slow - stop.slow) > stop.radius) return 1;
  return stop.transmission ?? 0;
}

function faultOf({ dead = 0, hot = 0 }: DetectorEffects, random: PixelRandom, pixel: number): "dead" | "hot" | undefined {
  if (dead === 0 && hot === 0) return undefined;
  const at = random.at(pixel).uniform();
  return at < dead ? "dead" : at < dead + hot ? "hot" : undefined;
}

function isInGap(modules: DetectorEffects["modules"], fast: number, slow: number): boolean {
  if (modules === undefined) return false;
  return fast % (modules.fast + modules.gapFast) >= modules.fast || slow % (modules.slow + modules.gapSlow) >= modules.slow;
}

/** What a pixel amplifies more than the detector does on average. */
function gainOf(
  { calibration = 0, moduleCalibration = 0, modules, firstPixel = 0 }: DetectorEffects,
  random: { readonly pixels: PixelRandom; readonly modules: PixelRandom },
  pixel: number,
  fast: number,
  slow: number,
): number {
  const own = calibration > 0 ? 1 + calibration * random.pixels.at(pixel).gaussian() : 1;
  if (moduleCalibration === 0 || modules === undefined) return own;
  const [column, row] = [Math.floor(fast / (modules.fast + modules.gapFast)), Math.floor(slow / (modules.slow + modules.gapSlow))];
  return own * (1 + moduleCalibration * random.modules.at(firstPixel + row * 65536 + column).gaussian());
}

function checkEffects(effects: DetectorEffects): void {
  checkOptions("detect", effects, {
    seed: true, shot: true, firstPixel: true, flicker: true, beamStop: true, countingNoise: true, countLimit: true, pointSpread: true, gain: true, offset: true,
    readNoise: true, calibration: true, moduleCalibration: true, modules: true, dead: true, hot: true, saturation: true,
  });
  const { seed, shot = 0, dead = 0, hot = 0, modules, moduleCalibration = 0, beamStop, pointSpread } = effects;
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(shot)) throw new InputError(`seed and shot are ${seed} and ${shot}; they must be whole numbers`);
  for (const name of ["flicker", "readNoise", "calibration", "moduleCalibration", "dead", "hot"] as const) {
    const value = effects[name] ?? 0;
    if (!(value >= 0) || value === Infinity) throw new InputError(`${name} is ${value}; it must be a number of at least 0`);
  }
  for (const [name, value] of [["gain", effects.gain ?? 1], ["countLimit", effects.countLimit ?? 1], ["saturation", effects.saturation ?? 1]] as const) {
    if (!(value > 0)) throw new InputError(`${name} is ${value}; it must be a number above 0`);
  }
  if (!Number.isFinite(effects.offset ?? 0)) throw new InputError(`offset is ${effects.offset}; it must be a finite number`);
  if (dead + hot > 1) throw new InputError(`dead and hot pixels are ${dead} and ${hot} of all; together they cannot be more than 1`);
  if (moduleCalibration > 0 && modules === undefined) throw new InputError("moduleCalibration needs modules, whose sizes are not given");
  if (modules && !(modules.fast >= 1 && modules.slow >= 1 && modules.gapFast >= 0 && modules.gapSlow >= 0)) {
    throw new InputError("modules need at least one pixel along fast and slow, and gaps of at least 0");
  }
  if (beamStop && !(beamStop.radius >= 0)) throw new InputError(`the beam stop's radius is ${beamStop.radius}; it must be a number of at least 0`);
  if (pointSpread && !(pointSpread.fwhmPixels > 0)) throw new InputError(`the width of the point spread is ${pointSpread.fwhmPixels}; it must be a number above 0`);
}
