import { umat2misset } from "../models/ran1.js";
import { radiansPerDegree } from "../physics/constants.js";
import { PixelRandom } from "./pixel-random.js";

/**
 * An orientation of a crystal, all of which are equally likely.
 * @param shot number of the crystal: each seed has a sequence of them
 * @returns rotations about X, then Y, then Z, in degrees
 * Source: K. Shoemake, "Uniform random rotations", Graphics Gems III (1992).
 */
export function randomOrientation(seed: number, shot = 0): [number, number, number] {
  const random = new PixelRandom(seed, "orientation").at(shot);
  const height = random.uniform();
  const [first, second] = [2 * Math.PI * random.uniform(), 2 * Math.PI * random.uniform()];
  const [low, high] = [Math.sqrt(1 - height), Math.sqrt(height)];
  const [x, y, z, w] = [low * Math.sin(first), low * Math.cos(first), high * Math.sin(second), high * Math.cos(second)];
  const [rx, ry, rz] = umat2misset([
    1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
  ]);
  return [rx / radiansPerDegree, ry / radiansPerDegree, rz / radiansPerDegree];
}
