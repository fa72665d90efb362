import { basename } from "node:path";
import { readBinaryFile } from "../../io/files.js";
import { parseFloatImage } from "../../io/float-image.js";
import { InputError } from "../../ndarray/errors.js";
import type { Given as PageGiven, GivenImage } from "../../view/given.js";
import { openFile } from "../../view/opened-file.js";
import { requestFromFlags } from "../experiment-from-flags.js";
import { fromFolder, readInputFiles } from "../input-files.js";
import { Given } from "../parse-flags.js";
import { asSimulateFlags } from "../refine/flags.js";
import { refineRequest } from "../refine/request.js";
import { version } from "../version.js";
import { asRefineFlags, type ViewFlag } from "./flags.js";

/**
 * What the page is to show: images; a model beside one, where the options say what the crystal is; the live detector without any image.
 * @param seconds since 1970, for random orientations without a seed
 * @throws InputError that names the file or the option
 */
export async function pageGiven(given: Given<ViewFlag>, cwd: string, seconds: number): Promise<PageGiven> {
  const names = given.operands;
  const hasModel = given.has("cell", "mat", "mtz");
  const lost = given.occurrences.find(({ name }) => !hasModel && name !== "out" && name !== "noopen" && name !== "size");
  if (lost) throw new InputError(`${lost.spelling} belongs to a model, and nothing says what the crystal is: give -cell, -mat or -mtz`);
  const title = names.length > 0 ? names.map((name) => basename(name)).join(", ") : "live detector";
  const page = { title, version: version(), warnings: [] };
  if (!hasModel) return { ...page, images: await Promise.all(names.map((name) => imageOf(name, given, cwd))) };
  const flags = asRefineFlags(given);
  if (names.length > 1) throw new InputError(`a model is compared with one image, and ${names.length} are given`);
  if (names.length === 0) {
    const simulated = asSimulateFlags(flags);
    const { experiment, options, warnings } = requestFromFlags(simulated, await readInputFiles(simulated, cwd), seconds);
    return { ...page, images: [], experiment, options, warnings };
  }
  const { stills, parameters, warnings } = await refineRequest(flags, names, cwd, seconds);
  const [{ counts, experiment, options, overload }] = stills;
  const { mask, ...rest } = options;
  const image: GivenImage = { name: title, panels: [counts], masks: [mask], facts: [] };
  return {
    ...page,
    images: [image],
    experiment,
    options: rest,
    ...(overload !== undefined && { overload }),
    parameters: parameters.map(({ name, start, lower, upper }) => ({ name, group: name, start, lower, upper })),
    warnings,
  };
}

async function imageOf(name: string, given: Given<ViewFlag>, cwd: string): Promise<GivenImage> {
  const bytes = await readBinaryFile(fromFolder(cwd, name));
  const size = given.last("size")?.numbers;
  const shown = basename(name);
  if (size) return { name: shown, panels: [parseFloatImage(bytes, [size[1], size[0]], name)], masks: [undefined], facts: [] };
  const opened = openFile(bytes, name);
  if (opened.kind === "image") return { ...opened.image, name: shown };
  throw new InputError(`${name} holds structure factors, and no image; give them with -hkl or -mtz`);
}
