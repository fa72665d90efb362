import { test } from "uvu";
import * as assert from "uvu/assert";
import { array } from "../../src/ndarray/ndarray.js";
import { DerivativeProducts } from "../../src/simulate/derivative-products.js";

test("gradient and products are sums over the pixels that count and that have a derivative of any sign", () => {
  const products = new DerivativeProducts(2, 6);
  const derivatives = [array([-1, 0, 2, 0, 5, 9]), array([0, 0, -3, -4, 5, 9])];
  const slope = array([2, Infinity, 1, 3, 4, 9]);
  const curvature = array([1, NaN, 0.5, 2, 1, 9]);
  const sums = new Float64Array(6);
  // The second pixel is dark, the fifth does not count, the last one is not the tile's.
  products.add(slope, curvature, derivatives, 5, Float64Array.from([1, 1, 1, 1, 0, 1]), sums, 1);
  assert.equal([...sums], [0, -2 + 2, -3 - 12, 1 + 2, -3, 4.5 + 32]);
});

test.run();
