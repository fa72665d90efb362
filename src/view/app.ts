import { InputError } from "../ndarray/errors.js";
import { AddressBar } from "./address-bar.js";
import { Blinking } from "./blinking.js";
import { deskSection } from "./desk-section.js";
import { DisplaySection } from "./display-section.js";
import { button, choice, element } from "./element.js";
import { fileField, listenForDrops } from "./file-drop.js";
import { FrameWork } from "./frame-work.js";
import type { Geometry } from "./geometry.js";
import type { Given, GivenImage } from "./given.js";
import type { Layer } from "./layer.js";
import { ModelDesk } from "./model-desk.js";
import type { ModelSection } from "./model-section.js";
import { experimentOf, type ModelState } from "./model-state.js";
import { attempt, openFiles, type Opened } from "./opened-file.js";
import { framePage } from "./page-frame.js";
import { Movement } from "./movement.js";
import { pageWorkers } from "./page-workers.js";
import { predictedSpots, type PredictedSpot } from "./predicted-spots.js";
import { ProfileSection } from "./profile-section.js";
import { factsOf, Readout } from "./readout.js";
import { refinementSections } from "./refinement-sections.js";
import { saveSection } from "./save-section.js";
import { limitsOf, Scene, type LayerName } from "./scene.js";
import { SpotsSection } from "./spots-section.js";
import { sourcesSection } from "./sources-section.js";
import { statedModel } from "./stated-model.js";
import { Toolbar } from "./toolbar.js";
import { turnCrystal } from "./turn-crystal.js";
import { Viewer } from "./viewer.js";
import type { DragMode, Line, PointedPixel } from "./viewer-events.js";

const layerOfKey: Readonly<Partial<Record<string, LayerName>>> = { m: "measured", o: "model", d: "difference", s: "residual" };

/** The page: a viewer, and what stands beside it. */
export class App {
  readonly scene = new Scene();
  readonly viewer: Viewer;
  readonly side: HTMLElement;
  #given: Given;
  readonly #images: GivenImage[];
  readonly #display: DisplaySection;
  readonly #toolbar: Toolbar;
  readonly #readout = new Readout();
  readonly #status = element("span", { class: "rest", role: "status" });
  readonly #name = element("span", { class: "name" });
  readonly #profile = new ProfileSection();
  readonly #spotList: SpotsSection;
  readonly #messages = element("div", { role: "alert" });
  readonly #address = new AddressBar();
  readonly #blink = new Blinking(() => this.show(this.#layer === "measured" ? "model" : "measured"));
  /** The model's numbers have changed: its image follows in the next frame; where it is not ready by then, that of the last numbers. */
  readonly #simulation = new FrameWork(async () => {
    await this.#simulate();
    this.show();
    this.#address.write(() => this.#desk?.address);
  });
  readonly #movement = new Movement(() => this.#simulation.request());
  #desk: ModelDesk | undefined;
  #model: ModelSection | undefined;
  #layer: LayerName = "measured";
  #geometry: Geometry | undefined;
  #spots: readonly PredictedSpot[] = [];

  constructor(given: Given, root: HTMLElement) {
    this.#given = given;
    this.#images = [...given.images];
    this.viewer = new Viewer({
      onPoint: (pixel) => this.#point(pixel),
      onLine: (line) => this.#drawLine(line),
      onTurn: (dx, dy, isRoll) => this.#turn(dx, dy, isRoll),
      onKey: (key) => this.#press(key),
    });
    this.#display = new DisplaySection(() => this.show());
    this.#toolbar = new Toolbar({
      onLayer: (name) => this.show(name),
      onDrag: (mode) => this.#dragBy(mode),
      onZoom: (factor) => this.viewer.zoomBy(factor),
      onFit: () => this.viewer.fit(),
      onBlink: () => this.#toggleBlink(),
    });
    this.#spotList = new SpotsSection(this.scene, (spot) => this.viewer.goTo(spot), () => this.#predict());
    this.side = element("aside", { class: "side", "aria-label": "Controls" });
    this.#desk = ModelDesk.of(given, location.hash);
    this.#build(root);
    this.#measure(this.#images[0]);
    this.#startModel();
    this.show(this.#firstLayer());
  }

  /** Shows a layer, or the same one anew. */
  show(name: LayerName = this.#layer): void {
    const { names } = this.scene;
    this.#layer = name;
    const shown = this.#shown;
    const layer = this.scene.layer(shown);
    this.#toolbar.show(names, shown, this.viewer.dragMode, this.#desk !== undefined, this.#blink.isOn);
    this.viewer.overlay = this.#display.overlay;
    if (!layer) return;
    // Model and measurement can be compared by eye where their colours mean the same.
    const like = shown === "model" && this.scene.isComparable ? this.scene.layer("measured") : layer;
    this.viewer.show(layer, this.#display.contrastOf(layer, like));
    this.#predict();
  }

  /** The layer that is wanted or, until there is one, another. */
  get #shown(): LayerName {
    const { names } = this.scene;
    return names.includes(this.#layer) ? this.#layer : (names[0] ?? "measured");
  }

  /** A state of the model that comes from elsewhere, as from a refinement. */
  setModel(state: ModelState): void {
    if (!this.#desk || !this.#model) return;
    this.#desk.state = state;
    this.#model.state = state;
    this.#followNumbers();
  }

  #followNumbers(): void {
    this.#movement.note();
    this.#simulation.request();
  }

  /** Tells in one sentence what went wrong or should be known. */
  tell(sentence: string): void {
    this.#messages.append(element("p", { class: "warning" }, sentence));
  }

  #build(root: HTMLElement): void {
    const open = (files: readonly File[]): void => void this.#open(files);
    const files = fileField(open);
    const choose = button("Open file…", () => files.click());
    const chooser =
      this.#images.length > 1
        ? [choice("image", this.#images.map(({ name }) => name), this.#images[0].name, (name) => this.#measure(this.#images.find((image) => image.name === name)))]
        : [];
    framePage(root, {
      head: [this.#name, ...chooser.map(({ row }) => row), choose, files],
      toolbar: this.#toolbar.element,
      image: this.viewer.stage,
      foot: [this.#readout.element, this.#status],
      side: this.side,
    });
    for (const sentence of this.#given.warnings) this.tell(sentence);
    listenForDrops(root, open);
    addEventListener("hashchange", () => this.#followAddress());
  }

  #startModel(): void {
    const desk = this.#desk;
    const save = saveSection(this.viewer, () => this.#geometry?.panels[0].pixelSizeMm, () => this.#name.textContent ?? "braggtape");
    const sections: HTMLElement[] = [this.#display.element, this.#spotList.element, this.#profile.element, save];
    if (desk) {
      const model = deskSection(desk, {
        onChange: () => this.#followNumbers(),
        onReplace: () => this.setModel(desk.state),
        onPreset: (name) => this.#choosePreset(name),
      });
      this.#model = model;
      const truth = desk.measurement();
      if (truth) this.#measure(truth);
      const { facts } = this.#given;
      const refinement = refinementSections(desk, this.scene, this.#given, {
        onPreview: (image) => {
          this.scene.model = [image];
          this.show(this.#shown === "measured" ? "residual" : this.#layer);
        },
        onModel: (state) => this.setModel(state),
      });
      sections.unshift(...refinement, model.element, ...(facts && !desk.preset ? [sourcesSection(facts)] : []));
      this.#simulation.request();
    }
    this.side.replaceChildren(this.#messages, ...sections);
  }

  /** Shows another measured image. */
  #measure(image: GivenImage | undefined): void {
    this.scene.measured = image;
    this.#display.forget();
    this.#name.textContent = image ? [image.name, ...image.facts].join(" · ") : (this.#desk?.preset?.name ?? this.#given.title);
    this.#predictGeometry();
    this.show(image ? "measured" : "model");
  }

  #predictGeometry(): void {
    this.#geometry = this.#desk ? this.#desk.geometry : this.scene.measured?.geometry;
    this.viewer.geometry = this.#geometry;
  }

  async #simulate(): Promise<void> {
    if (!this.#desk) return;
    const { live, moving, state } = this.#desk;
    const { isMoving } = this.#movement;
    try {
      const began = performance.now();
      this.scene.model = await (isMoving ? moving : live).images(state, pageWorkers());
      this.#status.textContent = `model in ${(performance.now() - began).toFixed(0)} ms${isMoving ? ", without what is faint" : ""}`;
      this.#predictGeometry();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#status.textContent = error.message;
    }
  }

  #predict(): void {
    const needs = this.#display.overlay.spots || this.#spotList.element.open;
    const experiment = this.#desk && experimentOf(this.#desk.state);
    this.#spots = needs && experiment && this.#geometry ? predictedSpots(this.#geometry, limitsOf(experiment)) : [];
    this.viewer.spots = this.#spots;
    this.#spotList.update(this.#spots);
  }

  #choosePreset(name: string): void {
    const desk = this.#desk;
    if (!desk) return;
    desk.choosePreset(name);
    this.#measure(desk.measurement());
    this.scene.model = undefined;
    this.#startModel();
    this.show(this.#firstLayer());
  }

  #turn(dx: number, dy: number, isRoll: boolean): void {
    const desk = this.#desk;
    if (desk) this.setModel(turnCrystal(desk.state, dx, dy, isRoll));
  }

  #dragBy(mode: DragMode): void {
    this.viewer.dragMode = mode;
    this.show();
  }

  #drawLine(line: Line): void {
    this.#profile.show(line, this.#shownLayers(), this.viewer.placements);
  }

  /** Measurement and model, as far as there are any. */
  #shownLayers(): Layer[] {
    const names = this.scene.names.filter((name) => name === "measured" || name === "model");
    return names.flatMap((name) => this.scene.layer(name) ?? []);
  }

  #point(pixel: PointedPixel | undefined): void {
    if (!pixel) return;
    const residual = this.scene.isComparable && this.#shown === "residual" ? this.scene.layer("residual") : undefined;
    this.#readout.show(factsOf(pixel, [...this.#shownLayers(), ...(residual ? [residual] : [])], this.#geometry));
  }

  #press(key: string): boolean {
    const layer = layerOfKey[key];
    if (layer && this.scene.names.includes(layer)) this.show(layer);
    else if (key === "b") this.#toggleBlink();
    else if (key === "r") this.#display.toggle("rings");
    else if (key === "p") this.#display.toggle("spots");
    else return false;
    return true;
  }

  #toggleBlink(): void {
    this.#blink.toggle(this.scene.isComparable);
    this.show();
  }

  async #open(files: readonly File[]): Promise<void> {
    this.#messages.replaceChildren();
    const tell = (sentence: string): void => this.tell(sentence);
    for (const opened of await openFiles(files, tell)) await attempt(() => this.#use(opened), tell);
  }

  /** @throws InputError in one sentence when it cannot be used */
  #use(opened: Opened): void {
    if (opened.kind === "image") this.#measure(opened.image);
    else if (opened.kind === "structure factors") {
      if (!this.#desk) throw new InputError(`${opened.name} holds structure factors, and there is no model here that could use them`);
      this.#desk.addStructure(opened.name, opened.structureFactors);
    } else this.#useModel(opened);
    this.#startModel();
  }

  #useModel({ model, name }: Extract<Opened, { readonly kind: "model" }>): void {
    const desk = this.#desk;
    // A preset is there to be looked at; nobody means its numbers for a crystal of their own.
    const present = desk && !desk.preset ? { experiment: experimentOf(desk.state), options: desk.options } : undefined;
    const { experiment, panels, options, image, facts, warnings } = statedModel(model, name, desk?.preset?.truth ? undefined : this.scene.measured, present);
    const { experiment: _, panels: __, refinement: ___, ...given } = this.#given;
    this.#given = { ...given, images: image ? [image] : [], title: name, ...(experiment && { experiment }), ...(panels && { panels }), options, facts };
    this.#desk = ModelDesk.of(this.#given, "");
    this.scene.model = undefined;
    this.#measure(image);
    for (const sentence of warnings) this.tell(sentence);
  }

  /** Somebody has put another state into the address. */
  #followAddress(): void {
    const desk = ModelDesk.of(this.#given, location.hash);
    if (!desk || desk.address === this.#desk?.address) return;
    this.#desk = desk;
    this.#measure(this.#images[0]);
    this.#startModel();
    this.show(this.#firstLayer());
  }

  /** What there is to see first: a measurement; where it was made for the model, how the two differ. */
  #firstLayer(): LayerName {
    if (this.#desk?.preset?.truth) return "residual";
    return this.scene.measured ? "measured" : "model";
  }
}
