import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readReflectionFile } from "../../src/cli/reflection-file.js";
import { piecesOfFile } from "../../src/io/files.js";
import { parseHkl } from "../../src/io/hkl.js";
import { InputError } from "../../src/ndarray/errors.js";
import { equals } from "../../src/ndarray/ndarray.js";

const folder = await mkdtemp(join(tmpdir(), "braggtape-lists-"));
const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
const lines = Array.from({ length: 400 }, (_, i) => `${(i % 7) - 3} ${Math.floor(i / 7) % 7} ${Math.floor(i / 49)} ${(i * 1.37).toFixed(2)}\n`);
const plain = `# of a program\n\n${lines.join("")}`;

test("a file comes in pieces of one length, of which the last is shorter", async () => {
  const path = await file("bytes", "0123456789");
  const pieces = async (length: number): Promise<string[]> => {
    const read: string[] = [];
    for await (const piece of piecesOfFile(path, length)) read.push(new TextDecoder().decode(piece));
    return read;
  };
  assert.equal(await pieces(4), ["0123", "4567", "89"]);
  assert.equal(await pieces(5), ["01234", "56789"]);
  assert.equal(await pieces(100), ["0123456789"]);
});

test("a plain list that is longer than a piece is read as the whole one, and only its beginning is kept", async () => {
  const path = await file("plain.hkl", plain);
  const { bytes, reflections } = await readReflectionFile(path, "plain.hkl", 1000);
  assert.is(bytes.length, 1000);
  const whole = parseHkl(plain, "plain.hkl");
  assert.ok(reflections);
  for (const column of ["h", "k", "l", "f"] as const) assert.ok(equals(reflections[column], whole[column]));
  assert.equal(reflections.warnings, whole.warnings);
  const short = await readReflectionFile(path, "plain.hkl");
  assert.is(short.reflections, undefined);
  assert.is(new TextDecoder().decode(short.bytes), plain);
});

test("a list of another format is kept whole, however long it is", async () => {
  const text = lines.map((line) => `${line.trim()} 0.5\n`).join("");
  const { bytes, reflections } = await readReflectionFile(await file("shelx.hkl", text), "shelx.hkl", 1000);
  assert.is(reflections, undefined);
  assert.is(new TextDecoder().decode(bytes), text);
});

test("a wrong line far behind the first piece is named by its number", async () => {
  const path = await file("wrong.hkl", `${plain}1 2 x 4\n`);
  try {
    await readReflectionFile(path, "wrong.hkl", 1000);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, InputError);
    assert.match(String(error), /wrong\.hkl, line 403: "x" is not a finite number/);
  }
});

test.after(() => rm(folder, { recursive: true }));

test.run();
