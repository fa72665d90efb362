import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, win32 } from "node:path";
import type { ImageName } from "../../io/geometry/record.js";
import { frameNameOf } from "../../io/image-file.js";
import { InputError } from "../../ndarray/errors.js";
import { Given, type Occurrence } from "../parse-flags.js";
import { readModelImage } from "../source.js";
import type { RefineFlag } from "./flags.js";

/**
 * A command line whose operand is a model file of another program's, in the form of options: the model as -geometry, and as operand the
 * image that it names or --image does. Any other command line comes back as it is.
 * @throws InputError when the image is not there
 */
export async function modelAsOptions(given: Given<RefineFlag>, cwd: string): Promise<Given<RefineFlag>> {
  const [model, ...others] = given.operands;
  if (model === undefined || others.length > 0 || given.has("merge")) return withoutModel(given);
  const described = await readModelImage(cwd, model);
  if (described === undefined) return withoutModel(given);
  const { record, image } = described;
  const { file } = frameNameOf(model);
  if (given.has("geometry")) throw new InputError(`${file} and -geometry are both models; leave one of them out`);
  const named = given.word("image") ?? imageNamed(record.images[image], file, cwd);
  if (named === undefined) throw new InputError(`${file} does not name an image that is there; say where it is with --image FILE${lost(record.images[image])}`);
  return withGeometry(given, model, [named]);
}

/** A command line with a model file as -geometry, and with images as operands. */
export function withGeometry(given: Given<RefineFlag>, model: string, images: readonly string[]): Given<RefineFlag> {
  const option: Occurrence<RefineFlag> = { name: "geometry", spelling: "-geometry", words: [model], numbers: [NaN], place: given.occurrences.length };
  return new Given([...given.occurrences.filter(({ name }) => name !== "image"), option], images, given.warnings);
}

function withoutModel(given: Given<RefineFlag>): Given<RefineFlag> {
  if (given.has("image")) throw new InputError("--image names the image of a model file, and the command has none as its operand");
  return given;
}

/** The image where the model file says it is, or beside the model file. */
export function imageNamed(image: ImageName | undefined, model: string, cwd: string): string | undefined {
  if (image === undefined) return undefined;
  const folder = dirname(model);
  // A path of Windows is none here, but its last part may be.
  const places = [isAbsolute(image.file) ? image.file : join(folder, image.file), join(folder, win32.basename(image.file))];
  const found = places.find((place) => existsSync(resolve(cwd, place)));
  return found === undefined ? undefined : `${found}${image.frame === undefined ? "" : `#${image.frame}`}`;
}

function lost(image: ImageName | undefined): string {
  return image === undefined ? "" : ` (it says ${image.file})`;
}
