import { isSamePlace, type Workspace } from "../autodiff/executor.js";
import { assign, scalar, type NdArray } from "../ndarray/ndarray.js";

/** Arguments of a run that come before those of its tiles. */
export interface RunParameters {
  readonly parameters: readonly NdArray[];
  /** of panels: the last parameters, which differ from panel to panel; shape [panels, parameters], in order */
  readonly ofPanels?: NdArray | undefined;
}

/** The parameters as a panel has them. */
export function parametersOn(panel: number, { parameters, ofPanels }: RunParameters): readonly NdArray[] {
  if (ofPanels === undefined) return parameters;
  const { own, first } = ownNumbers(panel, ofPanels);
  return [...parameters.slice(0, parameters.length - own), ...Array.from({ length: own }, (_, i) => scalar(ofPanels.data[first + i]))];
}

/**
 * Writes the first arguments, as a panel has them.
 * @param begun the run whose arguments are there for another panel
 */
export function writeParameters(inputs: readonly NdArray[], panel: number, run: RunParameters, begun?: RunParameters): void {
  const { parameters, ofPanels } = run;
  const { own, first } = ofPanels ? ownNumbers(panel, ofPanels) : { own: 0, first: 0 };
  const common = parameters.length - own;
  if (run !== begun) for (let i = 0; i < common; i++) assign(inputs[i], parameters[i]);
  if (ofPanels) for (let i = 0; i < own; i++) inputs[common + i].data[inputs[common + i].offset] = ofPanels.data[first + i];
}

/** How many numbers a panel has of its own, and where the first of them stands. */
function ownNumbers(panel: number, { shape: [, own], offset }: NdArray): { readonly own: number; readonly first: number } {
  return { own, first: offset + panel * own };
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
