import { modelFileIn, type ModelFile } from "../io/geometry/model-file.js";
import { gunzip, isGzip } from "../io/gzip.js";
import { parseHkl } from "../io/hkl.js";
import { imageFormatOf, parseAnyImage } from "../io/image.js";
import { expandToP1 } from "../io/mtz-expansion.js";
import { parseMtz } from "../io/mtz.js";
import { StructureFactors } from "../models/structure-factors.js";
import { InputError } from "../ndarray/errors.js";
import type { GivenImage } from "./given.js";
import { givenImageOf } from "./measured-image.js";

/** What a file turned out to hold. */
export type Opened =
  | { readonly kind: "image"; readonly image: GivenImage }
  | { readonly kind: "model"; readonly model: ModelFile; readonly name: string }
  | { readonly kind: "structure factors"; readonly name: string; readonly structureFactors: StructureFactors; readonly warnings: readonly string[] };

/** What an action gives; where its input is wrong, nothing, and `tell` is called with the reason in one sentence. */
export async function attempt<T>(act: () => T | Promise<T>, tell: (sentence: string) => void): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(error.message);
    return undefined;
  }
}

/**
 * Reads files that were chosen together, and orders them: a model needs the image that it is of, and structure factors need the model.
 * @param tell is called with one sentence for each that cannot be read
 */
export async function openFiles(files: readonly File[], tell: (sentence: string) => void): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const file of files) {
    const found = await attempt(async () => openFile(new Uint8Array(await file.arrayBuffer()), file.name), tell);
    if (found) opened.push(found);
  }
  return (["image", "model", "structure factors"] as const).flatMap((kind) => opened.filter((found) => found.kind === kind));
}

/**
 * Reads a file by what it begins with.
 * @throws InputError when it is none that can be read, or not what it begins like
 */
export async function openFile(packed: Uint8Array, name: string): Promise<Opened> {
  const bytes = isGzip(packed) ? await gunzip(packed, name) : packed;
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, 64));
  if (begins.startsWith("MTZ ")) return structureFactorsOf(expandToP1(parseMtz(bytes, name)), name);
  if (imageFormatOf(bytes) === undefined) {
    const model = modelFileIn(bytes, name);
    if (model) return { kind: "model", model, name };
    if (/^\s*-?\d+\s+-?\d+\s+-?\d+\s+[-+.\d]/.test(begins)) return structureFactorsOf(parseHkl(new TextDecoder().decode(bytes), name), name);
  }
  return { kind: "image", image: givenImageOf(await parseAnyImage(bytes, name)) };
}

function structureFactorsOf(reflections: ReturnType<typeof parseHkl>, name: string): Opened {
  return { kind: "structure factors", name, structureFactors: StructureFactors.fromReflections(reflections), warnings: reflections.warnings };
}
