import { frameNameOf } from "../../io/image-file.js";
import { InputError } from "../../ndarray/errors.js";
import { formatByName } from "../image-file.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "../refine/flags.js";
import { imageNamed, withGeometry } from "../refine/model.js";
import { readModelImage } from "../source.js";

/** A command line whose model file, if it has one, is an option, and what is to be said of that. */
export interface ModelOperand {
  readonly flags: Given<RefineFlag>;
  readonly warnings: readonly string[];
}

const images: ReadonlySet<string | undefined> = new Set(["cbf", "smv", "hdf5", "tiff", "pgm", "float"]);

/**
 * Finds the model file among files that are to be shown: beside an image, or alone with the image that it names, where that is there.
 * @throws InputError when there are several, or it is damaged
 */
export async function modelOperand(given: Given<RefineFlag>, cwd: string): Promise<ModelOperand> {
  const models: string[] = [];
  for (const name of given.operands) if (!images.has(formatByName(name)) && (await readModelImage(cwd, name))) models.push(name);
  const [model, ...others] = models;
  if (model === undefined) {
    if (given.has("image")) throw new InputError("--image names the image of a model file, and the command has none as its operand");
    return { flags: given, warnings: [] };
  }
  if (others.length > 0 || given.has("geometry")) throw new InputError(`${[...models, ...(given.has("geometry") ? ["-geometry"] : [])].join(" and ")} are all models; leave all but one of them out`);
  const beside = given.operands.filter((name) => name !== model);
  const asked = given.word("image");
  if (asked !== undefined && beside.length > 0) throw new InputError(`--image and ${beside[0]} both name the image of ${model}; leave one of them out`);
  if (beside.length > 0 || asked !== undefined) return { flags: withGeometry(given, model, asked === undefined ? beside : [asked]), warnings: [] };
  const found = await readModelImage(cwd, model);
  const stated = found?.record.images[found.image];
  const named = imageNamed(stated, frameNameOf(model).file, cwd);
  const warnings = named === undefined ? [`${model} ${stated ? `names the image ${stated.file}, which is not there` : "names no image"}: the detector is shown as its model has it; an image can be named beside it`] : [];
  return { flags: withGeometry(given, model, named === undefined ? [] : [named]), warnings };
}
