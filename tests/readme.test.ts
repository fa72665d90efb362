/** Every line of the README runs as it is printed: in an empty folder with the packed package, and in a clone. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import * as h5wasm from "h5wasm/node";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundleCommand } from "../scripts/bundle-command.js";
import { bundle } from "../scripts/bundle-page.js";
import { programSources } from "../src/cli/view/page-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const manifest: { readonly name: string; readonly version: string; readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** The blocks of code whose fence has some words behind it. */
function blocks(words: string): string[] {
  return [...readme.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].filter(([, fence]) => fence === words).map(([, , code]) => code);
}

const commands = blocks("sh").flatMap((block) => block.replace(/\\\n\s*/g, " ").trim().split("\n"));
const programs = blocks("ts");

const work = mkdtempSync(join(tmpdir(), "braggtape-readme-"));
const [packed, empty, clone] = ["packed", "empty", "clone"].map((name) => {
  mkdirSync(join(work, name));
  return join(work, name);
});

/** Runs a line of the shell in a folder; fails where the line does. */
function run(folder: string, line: string, path = process.env.PATH): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: folder, encoding: "utf8", env: { ...process.env, PATH: path } });
  assert.is(status, 0, `${line}\n${stdout}${stderr}`);
  return stdout;
}

/** Runs a command of the README. npx finds the package's command in node_modules/.bin; that takes a second, so one line has to show it. */
function runCommand(folder: string, line: string, withNpx: boolean): string {
  if (withNpx) return run(folder, line);
  const main = existsSync(join(folder, "dist")) ? "dist/cli/main.js" : `node_modules/${manifest.name}/dist/cli/main.js`;
  return run(folder, line.replace(/^npx braggtape/, `node ${main}`));
}

/** Runs a program of the README. */
function runProgram(folder: string, program: string): string {
  writeFileSync(join(folder, "program.ts"), program);
  return run(folder, `node --import ${join(root, "node_modules/tsx/dist/loader.mjs")} program.ts`);
}

test.before(async () => {
  const src = join(root, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  await build({ entryPoints: files.map((name) => join(src, name)), outdir: join(packed, "dist"), outbase: src, format: "esm", platform: "neutral", logLevel: "error" });
  await bundleCommand(join(packed, "dist/cli"));
  mkdirSync(join(packed, "dist/page"));
  for (const [name, entry] of Object.entries(programSources)) writeFileSync(join(packed, "dist/page", name), await bundle(entry));
  for (const name of ["package.json", "README.md", "LICENSE", "scripts"]) cpSync(join(root, name), join(packed, name), { recursive: true });
  cpSync(packed, clone, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
});

test.after(() => rmSync(work, { recursive: true }));

test("the scripts and files that the README names are there", () => {
  const lines = blocks("sh clone").flatMap((block) => block.trim().split(/\n| && /));
  const scripts = lines.map((line) => /^npm (?:run )?(ci|[\w-]+)$/.exec(line)?.[1] ?? line).filter((name) => name !== "ci");
  assert.ok(scripts.length > 3);
  for (const name of scripts) assert.ok(name in manifest.scripts, `npm run ${name}`);
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target);
  // The pages of the API are generated.
  for (const link of links.filter((target) => !target.startsWith("reports/api"))) assert.ok(existsSync(join(root, link)), link);
});

test("every command and program runs in an empty folder with the packed package, in the README's order", () => {
  run(packed, `npm pack --ignore-scripts --silent --pack-destination ${empty}`);
  const [install] = blocks("sh install");
  run(empty, `${install.trim()} --offline --no-audit --no-fund --silent`);
  assert.ok(commands.length > 5 && commands.every((line) => line.startsWith("npx braggtape ")), commands.join("\n"));
  commands.forEach((line, i) => runCommand(empty, line, i === 0));
  for (const name of ["model.png", "still.png", "P1.fdump", "refined.img", "refined/index.html"]) assert.ok(existsSync(join(empty, name)), name);
  const { distance } = JSON.parse(readFileSync(join(empty, "refined/refinement.json"), "utf8")).parameters;
  assert.ok(Math.abs(distance.value - 120.25) < 4 * distance.esd, `the distance is ${distance.value}`);
  const printed = programs.map((program) => runProgram(empty, program).trim());
  assert.ok(printed.every((line) => line.split(" ").every((word) => Number.isFinite(Number(word)))), printed.join("\n"));
});

test("every command and program runs in a clone that was built", () => {
  commands.forEach((line, i) => runCommand(clone, line, i === 0));
  for (const program of programs) runProgram(clone, program);
});

test("a command with its code kept loads an optional package, and says how to install it where it is not there", async () => {
  await h5wasm.ready;
  for (const folder of [clone, packed]) {
    const file = new h5wasm.File(join(folder, "image.h5"), "w");
    file.create_dataset({ name: "data", data: Uint16Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: "<H" });
    file.close();
  }
  for (const program of ["command.js", "simulate.js"]) assert.ok(existsSync(join(clone, `dist/cli/${program}.code`)), program);
  assert.match(run(clone, "node dist/cli/main.js describe image.h5"), "pixels 6, used 6");
  const refused = spawnSync("node", ["dist/cli/main.js", "describe", "image.h5"], { cwd: packed, encoding: "utf8" });
  assert.is(refused.status, 2);
  assert.match(refused.stderr, "npm install h5wasm");
});

test("every program has no error of types", () => {
  const files = programs.map((program, i) => {
    const file = join(root, `readme-program-${i + 1}.ts`);
    return { file, program };
  });
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => readFileSync(path, "utf8"));
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { readFile, fileExists, getSourceFile } = host;
  const textOf = (path: string): string | undefined => files.find(({ file }) => file === path)?.program;
  host.readFile = (path) => textOf(path) ?? readFile(path);
  host.fileExists = (path) => textOf(path) !== undefined || fileExists(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = textOf(path);
    return text === undefined ? getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version);
  };
  const paths = { [manifest.name]: [join(root, "src/index.ts")] };
  const compiled = ts.createProgram(files.map(({ file }) => file), { ...options, noEmit: true, paths }, host);
  for (const { file, program } of files) {
    const source = compiled.getSourceFile(file);
    assert.ok(source);
    const wrong = compiled.getSemanticDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    assert.equal(wrong, [], program);
  }
});

test.run();
