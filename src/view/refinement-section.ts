import { InputError } from "../ndarray/errors.js";
import type { Refinement, RefinementProgress } from "../refine/refine.js";
import { reasons } from "../refine/summary.js";
import type { NdArray } from "../ndarray/ndarray.js";
import { chart } from "./chart.js";
import { button, element, tick } from "./element.js";
import type { GivenImage, GivenRefinement } from "./given.js";
import { optionsFor } from "./live-model.js";
import { experimentOf, stateOf, type ModelState } from "./model-state.js";
import { chiSquareText, significant } from "./numbers.js";
import { pageWorkers } from "./page-workers.js";
import { ParameterTable } from "./parameter-table.js";
import { preparedRefinement, previewOf, refinableOf, refinedExperiment, resultFiles, run, type PreparedRefinement } from "./refining.js";
import { offerFile } from "./save.js";
import { section } from "./section.js";
import type { ImageOptions } from "../simulate/image-options.js";

/** What a refinement needs of the page. */
export interface RefinementDesk {
  readonly measured: () => GivenImage | undefined;
  readonly model: () => ModelState;
  readonly options: ImageOptions;
  readonly given: GivenRefinement | undefined;
  /** shows a model's image on the way */
  readonly onPreview: (image: NdArray) => void;
  /** takes a model as the page's own */
  readonly onModel: (state: ModelState) => void;
}

/** Time between two pictures of a refinement on its way. */
const previewMilliseconds = 250;

/** Refinement in the page: what is refined, its course, its result. */
export class RefinementSection {
  readonly element: HTMLDetailsElement;
  readonly #desk: RefinementDesk;
  readonly #names: Set<string>;
  readonly #start = button("Refine", () => void this.#refine(), { class: "main" });
  readonly #stop = button("Stop", () => this.#abort?.abort());
  readonly #undo = button("Undo", () => this.#goBack());
  readonly #status = element("p", { class: "note", role: "status" }, "From where the controls stand, against the measured image.");
  readonly #chart = element("div");
  readonly #table = new ParameterTable();
  readonly #warnings = element("div");
  readonly #files = element("div", { class: "buttons" });
  #abort: AbortController | undefined;
  readonly #before: ModelState[] = [];

  constructor(desk: RefinementDesk) {
    this.#desk = desk;
    this.#names = new Set(desk.given?.asked.names ?? ["cell", "misset", "distance", "scale"]);
    const available = refinableOf(experimentOf(desk.model()));
    const boxes = available.map(({ name, help }) => {
      const made = tick(name.replaceAll("_", " "), this.#names.has(name), (isTicked) => {
        if (isTicked) this.#names.add(name);
        else this.#names.delete(name);
      });
      made.row.title = help;
      return made.row;
    });
    const asked = element("fieldset", { class: "plain" }, element("legend", {}, "what is refined"), element("div", { class: "ticks" }, ...boxes));
    const buttons = element("div", { class: "buttons" }, this.#start, this.#stop, this.#undo);
    this.element = section("Refinement", true, asked, buttons, this.#status, this.#chart, this.#table.element, this.#warnings, this.#files);
    this.#showButtons();
  }

  async #refine(): Promise<void> {
    const image = this.#desk.measured();
    if (!image || this.#abort) return;
    const state = this.#desk.model();
    const abort = new AbortController();
    this.#abort = abort;
    this.#showButtons();
    this.#warnings.replaceChildren();
    this.#files.replaceChildren();
    try {
      const prepared = preparedRefinement(image, experimentOf(state), this.#optionsFor(state), this.#desk.given, [...this.#names]);
      const course: RefinementProgress[] = [];
      const preview = previewOf(prepared);
      let shownAt = -Infinity;
      const pool = pageWorkers();
      this.#status.textContent = "preparing";
      await nextTurn();
      const refinement = await run(prepared, {
        signal: abort.signal,
        ...(pool && { pool }),
        onStep: async (progress) => {
          course.push(progress);
          if (performance.now() - shownAt < previewMilliseconds) return;
          shownAt = performance.now();
          this.#showCourse(course, prepared);
          this.#desk.onPreview(preview(progress));
          await nextTurn();
        },
      });
      this.#before.push(state);
      const values = refinement.parameters.map(({ value }) => value);
      this.#desk.onModel(stateOf(refinedExperiment(prepared, values), refinement.oversample[0], state.sampling.spots));
      this.#showResult(prepared, refinement);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#status.textContent = error.message;
      this.#desk.onModel(state);
    } finally {
      this.#abort = undefined;
      this.#showButtons();
    }
  }

  /** How the image is sampled: as the command was told, unless somebody has changed it here. */
  #optionsFor({ sampling }: ModelState): ImageOptions {
    const { options } = this.#desk;
    const isGiven = sampling.oversample === (options.oversample ?? 1) && sampling.spots === (options.spots ?? "sampled");
    return isGiven ? options : optionsFor(options, sampling);
  }

  #showCourse(course: readonly RefinementProgress[], { parameters }: PreparedRefinement): void {
    const last = course[course.length - 1];
    const width = last.blur > 1 ? `spots ${last.blur} times wider` : "sharp spots";
    this.#status.textContent = `step ${last.step}, ${width}, misfit ${significant(last.loss, 6)}`;
    this.#drawCourse(course);
    this.#table.show(parameters.map(({ name, unit, start }, i) => ({ name, unit, start, value: last.values[i], esd: undefined })));
  }

  #drawCourse(course: readonly RefinementProgress[]): void {
    // Spots of another width have a misfit of their own: each stage is a curve.
    const blurs = [...new Set(course.map(({ blur }) => blur))];
    const curves = blurs.map((blur) => ({
      points: course.filter((entry) => entry.blur === blur).map(({ step, loss }) => ({ x: step, y: loss })),
      hasDots: true,
      isOther: blur > 1,
    }));
    // The drawing is our own text.
    this.#chart.innerHTML = chart({ curves, xLabel: "step", yLabel: "misfit", isLogarithmic: true, description: `Misfit of ${course.length} steps` });
  }

  #showResult(prepared: PreparedRefinement, refinement: Refinement): void {
    const { converged, why, steps, seconds, reducedChiSquare, history, parameters, warnings } = refinement;
    this.#status.textContent =
      `${converged ? "Converged" : "Not converged"}: ${reasons[why]}, after ${steps} steps and ${seconds.toFixed(1)} s; ` +
      `reduced chi-square ${chiSquareText(reducedChiSquare)}.`;
    this.#drawCourse(history);
    this.#table.show(parameters);
    this.#warnings.replaceChildren(...warnings.map((warning) => element("p", { class: "warning" }, warning)));
    const files = resultFiles(prepared, refinement);
    this.#files.replaceChildren(...[...files].map(([name, text]) => button(name, () => offerFile(name, text))));
  }

  #goBack(): void {
    const before = this.#before.pop();
    if (before) this.#desk.onModel(before);
    this.#status.textContent = "Undone: the model is as it was before.";
    this.#showButtons();
  }

  #showButtons(): void {
    const isRunning = this.#abort !== undefined;
    this.#start.disabled = isRunning;
    this.#stop.disabled = !isRunning;
    this.#undo.disabled = isRunning || this.#before.length === 0;
  }
}

/** Lets the browser draw and hear the reader. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

