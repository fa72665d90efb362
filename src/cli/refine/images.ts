import { existsSync } from "node:fs";
import { basename, normalize } from "node:path";
import { quote } from "../../io/field.js";
import { readTextFile } from "../../io/files.js";
import { frameNameOf } from "../../io/image-file.js";
import { InputError } from "../../ndarray/errors.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";
import type { RefineFlag } from "./flags.js";

/** An image, and the folder for what comes of it. */
export interface ImageJob {
  /** of images that are refined together, all of them */
  readonly images: readonly string[];
  readonly folder: string;
}

export interface ImageList {
  readonly jobs: readonly ImageJob[];
  /** whether each image has a folder of its own below the folder of all */
  readonly isMany: boolean;
}

export interface Shard {
  /** counted from 1 */
  readonly index: number;
  readonly count: number;
}

/**
 * The images that a command line asks for, in the order of the list; of a shard, its own ones.
 * @throws InputError when there is none, the only one does not exist, one is listed twice, or the shard is none
 */
export async function imageList(given: Given<RefineFlag>, cwd: string): Promise<ImageList> {
  const listName = given.word("list");
  const listed = listName === undefined ? [] : linesOf(await readTextFile(fromFolder(cwd, listName)));
  const images = [...given.operands, ...listed];
  if (images.length === 0) throw new InputError("refine needs an image: braggtape refine IMAGE.img -cell ... -hkl ...");
  // A missing image of a list does not keep the others; it is told of when its turn comes.
  for (const image of images.length === 1 || given.has("together") ? images : given.operands) checkExists(image, cwd);
  const out = fromFolder(cwd, given.word("out") ?? "refined");
  const shard = shardOf(given.word("shard"));
  if (given.has("together")) {
    if (shard) throw new InputError("--together refines all images as one, and --shard a part of them; leave one of the two out");
    return { jobs: [{ images, folder: out }], isMany: false };
  }
  const isMany = listName !== undefined || shard !== undefined || images.length > 1;
  if (!isMany) return { jobs: [{ images, folder: out }], isMany };
  const names = folderNames(images);
  const jobs = images.map((image, i) => ({ images: [image], folder: `${out}/${names[i]}` }));
  return { jobs: jobs.filter((_, place) => shard === undefined || place % shard.count === shard.index - 1), isMany };
}

/** @throws InputError when there is no such image */
export function checkExists(image: string, cwd: string): void {
  if (!existsSync(fromFolder(cwd, frameNameOf(image).file))) throw new InputError(`${quote(image)} is taken for an image, and there is no such file`);
}

/**
 * The name of each image's folder: its own name or, where several images share that, its whole path.
 * @throws InputError when an image is listed twice
 */
function folderNames(images: readonly string[]): string[] {
  const path = (image: string): string => normalize(image).replace(/^([./]*\/)+/, "").replaceAll("/", "_");
  const withoutEnding = (name: string): string => name.replace(/\.[^.]*$/, "");
  const ways = [images.map((image) => withoutEnding(basename(image))), images.map((image) => withoutEnding(path(image))), images.map(path)];
  const isUnique = (names: readonly string[], i: number): boolean => names.filter((name) => name === names[i]).length === 1;
  const chosen = images.map((_, i) => (ways.find((names) => isUnique(names, i)) ?? ways[2])[i]);
  const twin = chosen.findIndex((name, i) => chosen.indexOf(name) < i);
  if (twin >= 0) throw new InputError(`${quote(images[twin])} is listed twice, and each image has a folder of its own`);
  return chosen;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** @throws InputError when it is none */
export function shardOf(word: string | undefined): Shard | undefined {
  if (word === undefined) return undefined;
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(word) ?? []).slice(1).map(Number);
  if (!(count >= 1 && index >= 1 && index <= count)) {
    throw new InputError(`--shard is ${quote(word)}; it must be i/n with i from 1 to n, as in 3/16`);
  }
  return { index, count };
}
