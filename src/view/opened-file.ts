import { parseHkl } from "../io/hkl.js";
import { headerSettings, type HeaderSettings } from "../io/header-settings.js";
import { expandToP1 } from "../io/mtz-expansion.js";
import { parseMtz } from "../io/mtz.js";
import { parsePgm } from "../io/pgm.js";
import { parseFloatImage } from "../io/float-image.js";
import { parseSmv } from "../io/smv.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import { copy, type NdArray } from "../ndarray/ndarray.js";
import { geometryOf, type Geometry } from "./geometry.js";
import type { GivenImage } from "./given.js";

/** What a file turned out to hold. */
export type Opened =
  | { readonly kind: "image"; readonly image: GivenImage }
  | { readonly kind: "structure factors"; readonly structureFactors: StructureFactors; readonly warnings: readonly string[] };

/**
 * Reads a file by what it begins with.
 * @throws InputError when it is none that can be read, or not what it begins like
 */
export function openFile(bytes: Uint8Array, name: string): Opened {
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (begins.startsWith("{")) {
    const smv = parseSmv(bytes, name);
    const header = headerSettings(smv, name);
    const geometry = geometryOfHeader(header);
    return imageOf(name, copy(smv.image, "float64"), factsOf(header), geometry);
  }
  if (begins.startsWith("P5")) return imageOf(name, parsePgm(bytes, name).image);
  if (begins.startsWith("MTZ ")) return gridOf(expandToP1(parseMtz(bytes, name)));
  if (/^\s*-?\d+\s+-?\d+\s+-?\d+\s+[-+.\d]/.test(begins)) return gridOf(parseHkl(new TextDecoder().decode(bytes), name));
  const edge = Math.round(Math.sqrt(bytes.length / 4));
  if (/\.(bin|float|raw)$/i.test(name) && edge > 0 && 4 * edge * edge === bytes.length) {
    return imageOf(name, parseFloatImage(bytes, [edge, edge], name));
  }
  throw new InputError(`${name} is no image or list of reflections that this page reads: SMV, PGM, square float32 images (.bin), hkl text, MTZ`);
}

function gridOf(reflections: ReturnType<typeof parseHkl>): Opened {
  return { kind: "structure factors", structureFactors: StructureFactors.fromReflections(reflections), warnings: reflections.warnings };
}

function imageOf(name: string, image: NdArray, facts: readonly string[] = [], geometry?: Geometry): Opened {
  return { kind: "image", image: { name, panels: [image], masks: [undefined], facts, ...(geometry && { geometry }) } };
}

function factsOf({ distanceMm, wavelengthA, pixelSizeMm }: HeaderSettings): string[] {
  return [
    ...(distanceMm === undefined ? [] : [`distance ${distanceMm} mm`]),
    ...(wavelengthA === undefined ? [] : [`wavelength ${wavelengthA} Å`]),
    ...(pixelSizeMm === undefined ? [] : [`pixels of ${pixelSizeMm} mm`]),
  ];
}

/** What places on an image mean by its own header alone, where that says enough. */
function geometryOfHeader({ shape, pixelSizeMm, distanceMm, wavelengthA, beamCenterXMm: x, beamCenterYMm: y }: HeaderSettings): Geometry | undefined {
  if (pixelSizeMm === undefined || distanceMm === undefined || wavelengthA === undefined) return undefined;
  const { panels, beam } = geometryOf({
    beam: { wavelengthA },
    crystal: { lattice: { a: 1, b: 1, c: 1, alpha: 90, beta: 90, gamma: 90 } },
    detector: {
      pixels: { fast: shape[1], slow: shape[0] },
      pixelSizeMm,
      distanceMm,
      ...(x !== undefined && y !== undefined && { beamCenterMm: { x, y } }),
    },
    structureFactors: 1,
  });
  return { panels, beam, wavelengthA, lattice: undefined };
}
