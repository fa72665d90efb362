/** Numbers that have not changed for so long are at rest. */
const milliseconds = 250;

/** Whether the numbers of a model are moving, as under a slider: each time they have changed again before they were at rest. */
export class Movement {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isMoving = false;

  /** @param onRest called when numbers that have moved are at rest */
  constructor(readonly onRest: () => void) {}

  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Notes that the numbers have changed. */
  note(): void {
    if (this.#timer !== undefined) this.#isMoving = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), milliseconds);
  }

  #rest(): void {
    this.#timer = undefined;
    if (!this.#isMoving) return;
    this.#isMoving = false;
    this.onRest();
  }
}
