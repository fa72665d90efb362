/** Workers of a browser, as far as they can be tried without one. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputError } from "../../../src/ndarray/errors.js";
import { zeros } from "../../../src/ndarray/ndarray.js";
import { webWorkers } from "../../../src/simulate/parallel/web.js";
import { modelOf, numbersIn, start } from "../still-life.js";

/** Works while a global has another value. */
async function withGlobal(name: string, value: unknown, work: () => Promise<void> | void): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    await work();
  } finally {
    if (before) Object.defineProperty(globalThis, name, before);
    else Reflect.deleteProperty(globalThis, name);
  }
}

const saysInputError = (words: string) => (error: unknown) => error instanceof InputError && error.message.includes(words);
const still = () => modelOf({ pixels: { fast: 8, slow: 8 }, domains: 1, scanSteps: 1 }, { interpolation: "nearest", oversample: 1 });

/** A worker whose program is not found: browsers tell so by an event without a message. */
class Missing extends EventTarget {
  constructor() {
    super();
    setTimeout(() => this.dispatchEvent(new Event("error")), 1);
  }
  postMessage(): void {}
  terminate(): void {}
}

test("the number of threads is a whole one of at least 1", () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) assert.throws(() => webWorkers(threads), saysInputError(`not ${threads}`));
});

test("a page that is not cross-origin isolated simulates on one thread, and is told why it gets no workers", async () => {
  const wanted = numbersIn(still().simulate(start).image);
  await withGlobal("SharedArrayBuffer", undefined, () => {
    assert.equal(numbersIn(still().simulate(start).image), wanted);
    assert.throws(() => webWorkers(2), saysInputError("not cross-origin isolated"));
    assert.throws(() => zeros([2], "float64", { shared: true }), saysInputError("not cross-origin isolated"));
  });
});

test("a worker whose program is not found ends a run with a sentence", async () => {
  await withGlobal("Worker", Missing, async () => {
    const pool = webWorkers(2);
    let caught: unknown;
    await still().simulateOn({ pool }, start).catch((error: unknown) => (caught = error));
    assert.match(caught instanceof Error ? caught.message : "", "a worker could not be loaded");
    await pool.close();
  });
});

test.run();
