const milliseconds = 600;

/** Does something again and again while it is on. */
export class Blinking {
  readonly #act: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** @param canStart whether there is anything to blink */
  toggle(canStart: boolean): void {
    if (this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (canStart) {
      this.#timer = setInterval(this.#act, milliseconds);
    }
  }
}
