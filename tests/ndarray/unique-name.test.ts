import { test } from "uvu";
import * as assert from "uvu/assert";
import { uniqueName } from "../../src/ndarray/unique-name.js";

test("unique names are 32 hexadecimal digits each, all of them different", () => {
  const names = Array.from({ length: 1000 }, uniqueName);
  assert.ok(names.every((name) => /^[0-9a-f]{32}$/.test(name)));
  assert.is(new Set(names).size, names.length);
});

test.run();
