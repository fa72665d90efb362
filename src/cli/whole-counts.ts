/**
 * Counts that are the next whole number above a quotient. Where that is whole but for its rounding (cubes of 100 Å in a crystal of
 * 1 µm), the last bit decides, so each is computed in the reference program's own order and units.
 */
import type { UnitCell } from "../models/crystal.js";

type Numbers = readonly [number, number, number];

/** 180 times the double that is nearest to 1/π. */
const degreesPerRadian = 180 * 0.3183098861837907;

/** Steps of an angle in degrees that cover a range. */
export function stepsOfAngle(rangeDeg: number, stepDeg: number): number {
  return Math.ceil(rangeDeg / degreesPerRadian / (stepDeg / degreesPerRadian));
}

/** Steps of a divergence in mrad, or of a dispersion, that cover a range. */
export function stepsOfFan(range: number, step: number): number {
  return Math.ceil(range / 1e3 / (step / 1e3));
}

/** Cells along an edge, in metres, of a crystal of a size in mm. */
export function cellsAlong(sizeMm: number, edge: number): number {
  return Math.max(1, Math.ceil(sizeMm / 1000 / edge));
}

/**
 * Sub-pixels along each edge of a pixel that resolve the finest detail of the spots.
 * @param longest edge of the crystal, in metres
 * @param distance of the detector, in metres
 */
export function subPixels(longest: number, wavelengthA: number, distance: number, pixelSizeMm: number): number {
  const finest = ((wavelengthA / 1e10) * distance) / (pixelSizeMm / 1000);
  return Math.max(1, Math.ceil((3 * longest) / finest));
}

/** Lengths of the edges of a cell that is turned by a misset, in metres: those given, up to the last bits. */
export function edgesOf({ a, b, c, alpha, beta, gamma }: UnitCell, missetDeg: Numbers): Numbers {
  const [al, be, ga] = [alpha, beta, gamma].map((angle) => angle / degreesPerRadian);
  const half = (al + be + ga) / 2;
  const volume = 2 * a * b * c * Math.sqrt(Math.abs(Math.sin(half) * Math.sin(half - al) * Math.sin(half - be) * Math.sin(half - ga)));
  const perVolume = 1 / volume;
  const aStar = b * c * Math.sin(al) * perVolume;
  const bStar = c * a * Math.sin(be) * perVolume;
  const cStar = a * b * Math.sin(ga) * perVolume;
  const sinGammaStar = Math.min(1, (c * perVolume) / aStar / bStar);
  const cosine = (opposite: number, first: number, second: number): number =>
    (Math.cos(first) * Math.cos(second) - Math.cos(opposite)) / (Math.sin(first) * Math.sin(second));
  const [cosAlphaStar, cosBetaStar, cosGammaStar] = [cosine(al, be, ga), cosine(be, ga, al), cosine(ga, al, be)];
  const misset = missetDeg.map((angle) => angle / degreesPerRadian);
  const vectors: Numbers[] = [
    [aStar, 0, 0],
    [bStar * cosGammaStar, bStar * sinGammaStar, 0],
    [cStar * cosBetaStar, (cStar * (cosAlphaStar - cosBetaStar * cosGammaStar)) / sinGammaStar, (cStar * volume) / (a * b * c * sinGammaStar)],
  ];
  const [first, second, third] = vectors.map((vector) => turned(vector, misset));
  const edge = (length: number, x: Numbers, y: Numbers): number => {
    const normal = crossed(x, y);
    const factor = length / volume / lengthOf(normal);
    const back = 1 / perVolume;
    return lengthOf([1e-10 * (back * (factor * normal[0])), 1e-10 * (back * (factor * normal[1])), 1e-10 * (back * (factor * normal[2]))]);
  };
  return [edge(a, second, third), edge(b, third, first), edge(c, first, second)];
}

function turned([x, y, z]: Numbers, [aboutX, aboutY, aboutZ]: readonly number[]): Numbers {
  if (aboutX !== 0) [y, z] = [y * Math.cos(aboutX) - z * Math.sin(aboutX), y * Math.sin(aboutX) + z * Math.cos(aboutX)];
  if (aboutY !== 0) [x, z] = [x * Math.cos(aboutY) + z * Math.sin(aboutY), z * Math.cos(aboutY) - x * Math.sin(aboutY)];
  if (aboutZ !== 0) [x, y] = [x * Math.cos(aboutZ) - y * Math.sin(aboutZ), x * Math.sin(aboutZ) + y * Math.cos(aboutZ)];
  return [x, y, z];
}

function crossed(x: Numbers, y: Numbers): Numbers {
  return [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
}

function lengthOf([x, y, z]: Numbers): number {
  return Math.sqrt(x * x + y * y + z * z);
}
