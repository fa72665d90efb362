import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FilesTogether, readBinaryFile, readTextFile, writeAllAtomically, writeFileAtomically } from "../../src/io/files.js";
import { InputError } from "../../src/ndarray/errors.js";

const files = suite<{ folder: string }>("files", { folder: "" });

files.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "braggtape-"));
});
files.after.each(async ({ folder }) => rm(folder, { recursive: true }));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function refusesLater(action: Promise<unknown>, message: RegExp): Promise<void> {
  const failure: unknown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.instance(failure, InputError);
  assert.match(String(failure), message);
}

files("what is written is read, as bytes and as text", async ({ folder }) => {
  const path = join(folder, "a.txt");
  await writeFileAtomically(path, bytesOf("10 \u00c5\n"));
  assert.is(await readTextFile(path), "10 \u00c5\n");
  assert.equal(await readBinaryFile(path), bytesOf("10 \u00c5\n"));
  assert.equal(await readdir(folder), ["a.txt"]);
});

files("files that are written while others are made have no name before all of them have, and leave nothing when they are given up", async ({ folder }) => {
  await writeFile(join(folder, "a.txt"), "old");
  const together = new FilesTogether();
  await together.add({ path: join(folder, "a.txt"), bytes: bytesOf("new") });
  await together.discard();
  assert.equal(await readdir(folder), ["a.txt"]);
  await together.add({ path: join(folder, "a.txt"), bytes: bytesOf("newer") });
  await together.add({ path: join(folder, "b.bin"), bytes: new Uint8Array(new SharedArrayBuffer(3)) });
  assert.is(await readTextFile(join(folder, "a.txt")), "old");
  await together.commit();
  assert.equal((await readdir(folder)).sort(), ["a.txt", "b.bin"]);
  assert.is(await readTextFile(join(folder, "a.txt")), "newer");
  assert.is((await readBinaryFile(join(folder, "b.bin"))).length, 3);
});

files("a file that is written anew keeps its name and its permissions", async ({ folder }) => {
  const path = join(folder, "a.bin");
  await writeFile(path, "old and longer");
  await chmod(path, 0o600);
  await writeFileAtomically(path, bytesOf("new"));
  assert.is(await readFile(path, "utf8"), "new");
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.equal(await readdir(folder), ["a.bin"]);
});

files("a file is replaced by another one, so that a reader of the old one is not disturbed", async ({ folder }) => {
  const path = join(folder, "a.bin");
  await writeFile(path, "old");
  const before = (await stat(path)).ino;
  await writeFileAtomically(path, bytesOf("new"));
  assert.is.not((await stat(path)).ino, before);
});

files("of a symbolic link the file that it names is replaced", async ({ folder }) => {
  await writeFile(join(folder, "real"), "old");
  await symlink("real", join(folder, "link"));
  await writeFileAtomically(join(folder, "link"), bytesOf("new"));
  assert.is(await readFile(join(folder, "real"), "utf8"), "new");
  assert.equal((await readdir(folder)).sort(), ["link", "real"]);
});

files("a pipe is written to and stays what it is", async ({ folder }) => {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  // Opened both ways, so that neither end waits for the other.
  const pipe = await open(path, "r+");
  await writeAllAtomically([
    { path, bytes: bytesOf("one ") },
    { path, bytes: bytesOf("two") },
  ]);
  assert.ok((await stat(path)).isFIFO());
  const { buffer, bytesRead } = await pipe.read(new Uint8Array(20));
  assert.equal(buffer.subarray(0, bytesRead), bytesOf("one two"));
  await pipe.close();
});

files("a file that cannot be read is refused, with its name and the reason", async ({ folder }) => {
  const missing = join(folder, "missing.hkl");
  await refusesLater(readTextFile(missing), /cannot read .*missing\.hkl: there is no such file/);
  await refusesLater(readBinaryFile(missing), /cannot read .*missing\.hkl: there is no such file/);
  await refusesLater(readTextFile(folder), /cannot read .*: it is a folder/);
  await writeFile(join(folder, "plain"), "");
  await refusesLater(readTextFile(join(folder, "plain", "x")), /cannot read .*: what stands before the last \/ is not a folder/);
  await refusesLater(readTextFile("a\0b"), /cannot read /);
});

files("a file that cannot be written is refused, and nothing is left behind", async ({ folder }) => {
  await refusesLater(writeFileAtomically(join(folder, "no", "a.img"), bytesOf("x")), /cannot write .*a\.img: its folder does not exist/);
  await mkdir(join(folder, "sub"));
  await refusesLater(writeFileAtomically(join(folder, "sub"), bytesOf("x")), /cannot write .*sub: it is a folder/);
  await refusesLater(writeFileAtomically(join(folder, "n".repeat(300)), bytesOf("x")), /cannot write .*: the name is too long/);
  assert.equal(await readdir(folder), ["sub"]);
});

files("several files are written together, or none of them", async ({ folder }) => {
  const first = join(folder, "first");
  const second = join(folder, "second");
  await writeFile(first, "old");
  const both = (paths: readonly string[]): Promise<void> => writeAllAtomically(paths.map((path) => ({ path, bytes: bytesOf("new") })));
  await refusesLater(both([first, join(folder, "no", "second")]), /its folder does not exist/);
  await refusesLater(both([first, folder]), /it is a folder/);
  assert.is(await readFile(first, "utf8"), "old");
  assert.equal(await readdir(folder), ["first"]);
  await both([first, second]);
  assert.is(await readFile(first, "utf8"), "new");
  assert.equal((await readdir(folder)).sort(), ["first", "second"]);
});

files("two contents for one file are refused, under whatever two names", async ({ folder }) => {
  await writeFile(join(folder, "real"), "old");
  await symlink("real", join(folder, "link"));
  const write = (a: string, b: string): Promise<void> =>
    writeAllAtomically([
      { path: a, bytes: bytesOf("one") },
      { path: b, bytes: bytesOf("two") },
    ]);
  await refusesLater(write(join(folder, "real"), join(folder, "link")), /cannot write .*link: .*real is to be written to the same file/);
  await refusesLater(write(`${folder}/new`, `${folder}/./new`), /to the same file/);
  assert.is(await readFile(join(folder, "real"), "utf8"), "old");
});

files.run();
