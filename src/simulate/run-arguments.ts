import { isSamePlace, type Workspace } from "../autodiff/executor.js";
import { assign, type NdArray } from "../ndarray/ndarray.js";
import { slice } from "../ndarray/views.js";

/** Arguments of a run that come before those of its tiles. */
export interface RunParameters {
  readonly parameters: readonly NdArray[];
  /** of panels: the last parameters, which differ from panel to panel; shape [panels, parameters] */
  readonly ofPanels?: NdArray | undefined;
}

/** The parameters as a panel has them. */
export function parametersOn(panel: number, { parameters, ofPanels }: RunParameters): readonly NdArray[] {
  if (ofPanels === undefined) return parameters;
  const { shape: [, count] } = ofPanels;
  return [...parameters.slice(0, parameters.length - count), ...Array.from({ length: count }, (_, i) => slice(ofPanels, panel, i))];
}

/**
 * Writes the first arguments.
 * @param begun the run whose arguments are there for another panel
 */
export function writeParameters(inputs: readonly NdArray[], parameters: readonly NdArray[], begun?: RunParameters): void {
  const same = begun ? parameters.length - (begun.ofPanels?.shape[1] ?? 0) : 0;
  for (let i = same; i < parameters.length; i++) assign(inputs[i], parameters[i]);
}

/** Writes the last arguments, what was known while the program was recorded, but for the one that is read in its place. */
export function writeKnown({ inputs, inPlace }: Workspace, known: readonly NdArray[]): void {
  known.forEach((array, i) => {
    const input = inputs.length - known.length + i;
    if (input !== inPlace) assign(inputs[input], array);
  });
}

/** Whether a workspace serves for what is known: the argument that it reads in its place is there. */
export function servesFor({ inputs, inPlace }: Workspace, known: readonly NdArray[]): boolean {
  return inPlace === undefined || isSamePlace(inputs[inPlace], known[inPlace - (inputs.length - known.length)]);
}
