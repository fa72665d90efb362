import { choice } from "./element.js";
import type { ModelDesk } from "./model-desk.js";
import { ModelSection } from "./model-section.js";

/** What follows from the controls of a model. */
export interface DeskEvents {
  /** a number has changed; the controls show it already */
  readonly onChange: () => void;
  /** the whole model has changed */
  readonly onReplace: () => void;
  readonly onPreset: (name: string) => void;
}

/** The controls of the model that the page works on, and of what scatters in it. */
export function deskSection(desk: ModelDesk, { onChange, onReplace, onPreset }: DeskEvents): ModelSection {
  const change = (state: ModelDesk["state"]): void => {
    desk.state = state;
    onChange();
  };
  const reset = (): void => {
    desk.reset();
    onReplace();
  };
  const model = new ModelSection(desk.state, desk.presetNames, desk.preset?.name, change, onPreset, reset);
  const structure = choice("structure", [...desk.structures.keys()], desk.structure, (name) => {
    desk.chooseStructure(name);
    onReplace();
  });
  model.element.querySelector("div")?.prepend(structure.row);
  model.about = desk.preset?.about ?? "";
  return model;
}
