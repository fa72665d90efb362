import { test } from "uvu";
import * as assert from "uvu/assert";
import { didYouMean, suggestions } from "../../src/cli/suggestion.js";

const names = ["distance", "close_distance", "detpixels", "detpixels_x", "detsize", "N", "Na", "phi", "phistep", "phisteps"];

test("letters that are swapped, lost, wrong or too many are found", () => {
  for (const word of ["distacne", "distnce", "distence", "disttance", "DISTANCE"]) assert.equal(suggestions(word, names), ["distance"]);
});

test("the beginning of a name is completed", () => {
  assert.equal(suggestions("dist", names), ["distance"]);
  assert.ok(suggestions("phist", names).includes("phistep"));
});

test("what is like nothing suggests nothing", () => {
  assert.equal(suggestions("qqqqqq", names), []);
  assert.is(didYouMean([]), "");
  assert.is(didYouMean(["-a", "-b"]), "; did you mean -a or -b?");
});

test.run();
