import { readdir } from "node:fs/promises";
import { InputError } from "../../ndarray/errors.js";
import { readState } from "./state.js";

export interface Merged {
  /** comma-separated values */
  readonly table: string;
  /** folders that hold no refinement that has ended */
  readonly left: readonly string[];
}

/**
 * A table of all refinements below a folder, an image a line, in the order of their names: the same however many shards made them.
 * @throws InputError when there is none
 */
export async function mergedTable(folder: string): Promise<Merged> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new InputError(`${folder} cannot be read, so that there is nothing to merge`, { cause: error });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  const states = await Promise.all(names.map((name) => readState(`${folder}/${name}/refinement.json`).catch(() => undefined)));
  const ended = states.flatMap((state) => (state?.summary ? [{ image: state.image, ...state.summary }] : []));
  if (ended.length === 0) throw new InputError(`no folder in ${folder} holds a refinement that has ended`);
  const columns = [...new Set(ended.flatMap(({ parameters }) => Object.keys(parameters)))];
  const heads = ["image", "converged", "loss", "reduced_chi_square", ...columns.flatMap((name) => [name, `${name}_esd`])];
  const rows = ended.map(({ image, converged, loss, reducedChiSquare, parameters }) => [
    /[",]/.test(image) ? `"${image.replaceAll('"', '""')}"` : image,
    String(converged),
    String(loss),
    String(reducedChiSquare ?? ""),
    ...columns.flatMap((name) => [String(parameters[name]?.value ?? ""), String(parameters[name]?.esd ?? "")]),
  ]);
  return { table: [heads, ...rows].map((row) => `${row.join(",")}\n`).join(""), left: names.filter((_, i) => !states[i]?.summary) };
}
