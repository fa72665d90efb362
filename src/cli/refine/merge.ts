import { readdir } from "node:fs/promises";
import { InputError } from "../../ndarray/errors.js";
import { readState, type State } from "./state.js";

/**
 * A table of all refinements below a folder, an image a line, in the order of their names: the same however many shards made them.
 * @returns comma-separated values
 * @throws InputError when there is none
 */
export async function mergedTable(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new InputError(`${folder} cannot be read, so that there is nothing to merge`, { cause: error });
  });
  const states: State[] = [];
  for (const name of entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()) {
    const state = await readState(`${folder}/${name}/refinement.json`).catch(() => undefined);
    if (state?.parameters) states.push(state);
  }
  if (states.length === 0) throw new InputError(`no folder in ${folder} holds a refinement that has ended`);
  const names = [...new Set(states.flatMap(({ parameters = {} }) => Object.keys(parameters)))];
  const heads = ["image", "converged", "loss", "reduced_chi_square", ...names.flatMap((name) => [name, `${name}_esd`])];
  const rows = states.map(({ image, converged, loss, reducedChiSquare, parameters = {} }) => [
    /[",]/.test(image) ? `"${image.replaceAll('"', '""')}"` : image,
    String(converged),
    String(loss),
    String(reducedChiSquare),
    ...names.flatMap((name) => [String(parameters[name]?.value ?? ""), String(parameters[name]?.esd ?? "")]),
  ]);
  return [heads, ...rows].map((row) => `${row.join(",")}\n`).join("");
}
