import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { writeFileAtomically } from "../../io/files.js";
import { InputError } from "../../ndarray/errors.js";
import { summaryFields, type Summary } from "../../refine/summary.js";
import type { Environment } from "../environment.js";
import { fromFolder } from "../input-files.js";
import type { Given } from "../parse-flags.js";
import { exitCodeOf } from "./exit-codes.js";
import type { RefineFlag } from "./flags.js";
import { imageList } from "./images.js";
import { readState } from "./state.js";

/** What refinements have left in the folders below one. */
export interface Merged {
  /** refinements that have ended, in the order of their folders */
  readonly refined: readonly (Summary & { readonly image: string })[];
  /** images that could not be refined, and why */
  readonly failed: readonly { readonly image: string; readonly why: string }[];
  /** names of folders whose refinement has not ended */
  readonly unfinished: readonly string[];
}

/**
 * All refinements below a folder, in the order of their names: the same however many shards made them.
 * @throws InputError when the folder cannot be read, or nothing in it is a refinement
 */
export async function merged(folder: string): Promise<Merged> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new InputError(`${folder} cannot be read, so that there is nothing to merge`, { cause: error });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  const states = await Promise.all(names.map((name) => readState(`${folder}/${name}/refinement.json`).catch(() => undefined)));
  const refined = states.flatMap((state) => {
    return state?.summary ? [{ image: state.image, ...summaryFields(state.summary) }] : [];
  });
  const failed = states.flatMap((state) => (state?.failed === undefined ? [] : [{ image: state.image, why: state.failed }]));
  if (refined.length + failed.length === 0) throw new InputError(`no folder in ${folder} holds a refinement that has ended`);
  return { refined, failed, unfinished: names.filter((_, i) => !states[i]?.summary && states[i]?.failed === undefined) };
}

/** Digits of numbers without a standard deviation, and of standard deviations. */
const digits = 7;
const digitsOfEsd = 3;

/** Refinements that have ended as comma-separated values, an image a line, each value with the digits that its esd leaves. */
export function mergedTable({ refined }: Merged): string {
  const columns = [...new Set(refined.flatMap(({ parameters }) => Object.keys(parameters)))];
  const heads = ["image", "converged", "loss", "reduced_chi_square", ...columns.flatMap((name) => [name, `${name}_esd`])];
  const rows = refined.map(({ image, converged, loss, reducedChiSquare, parameters }) => [
    /[",]/.test(image) ? `"${image.replaceAll('"', '""')}"` : image,
    String(converged),
    rounded(loss, digits),
    reducedChiSquare === null ? "" : reducedChiSquare.toFixed(4),
    ...columns.flatMap((name) => {
      const { value, esd } = parameters[name] ?? { value: undefined, esd: null };
      if (value === undefined) return ["", ""];
      if (esd === null || !(esd > 0)) return [rounded(value, digits), ""];
      const whole = Math.max(1, Math.floor(Math.log10(Math.abs(value) || esd)) - Math.floor(Math.log10(esd)) + digitsOfEsd);
      return [rounded(value, Math.min(whole, 15)), rounded(esd, digitsOfEsd)];
    }),
  ]);
  return [heads, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

function rounded(value: number, significant: number): string {
  return String(Number(value.toPrecision(significant)));
}

/** Gathers what refinements have written below a folder, and of a list what is missing there. */
export async function runMerge(given: Given<RefineFlag>, { cwd, stdout, stderr }: Environment): Promise<number> {
  const folder = fromFolder(cwd, given.word("out") ?? "refined");
  const found = await merged(folder);
  const listed = given.has("list") ? (await imageList(given, cwd)).jobs : [];
  const notBegun = listed.filter(({ folder: own }) => !existsSync(own)).flatMap(({ images }) => images);
  const table = mergedTable(found);
  await writeFileAtomically(`${folder}/merged.csv`, new TextEncoder().encode(table));
  for (const { image, why } of found.failed) stderr(`warning: ${image} could not be refined: ${why}\n`);
  if (found.unfinished.length > 0) stderr(`warning: without a refinement that has ended: ${found.unfinished.join(", ")}\n`);
  if (notBegun.length > 0) stderr(`warning: not begun: ${notBegun.join(", ")}\n`);
  stdout(given.has("json") ? `${JSON.stringify({ ...found, notBegun }, undefined, 2)}\n` : table);
  return exitCodeOf({
    notConverged: found.refined.filter(({ converged }) => !converged).length,
    failed: found.failed.length,
    unfinished: found.unfinished.length + notBegun.length,
  });
}
