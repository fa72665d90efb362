/** The house of the design: reads the sources, and holds who may know whom. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");

/** Which folders of src a folder may import from, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  ndarray: [],
  autodiff: ["ndarray"],
  physics: ["ndarray", "autodiff"],
  models: ["ndarray", "autodiff", "physics"],
  simulate: ["ndarray", "autodiff", "physics", "models"],
  optim: ["ndarray"],
  io: ["ndarray"],
  input: ["ndarray", "autodiff", "physics", "models", "io"],
  refine: ["ndarray", "autodiff", "physics", "models", "simulate", "optim"],
  structure: ["ndarray", "autodiff", "physics", "models", "optim"],
  output: ["ndarray", "autodiff", "physics", "models", "simulate", "io"],
  view: ["ndarray", "autodiff", "physics", "models", "simulate", "optim", "io", "input", "refine"],
  cli: ["ndarray", "autodiff", "physics", "models", "simulate", "optim", "io", "input", "refine", "structure", "output", "view"],
};

interface Source {
  /** relative to src, with forward slashes */
  readonly path: string;
  readonly folder: string;
  readonly tree: ts.SourceFile;
  /** what is imported: paths relative to src, or names of packages */
  readonly imports: readonly string[];
}

const sources: Source[] = filesIn(src).map((file) => {
  const tree = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
  const path = slashes(relative(src, file));
  const imports: string[] = [];
  visit(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const target = specifier.startsWith(".")
      ? slashes(relative(src, resolve(file, "..", specifier.replace(/\.js$/, ".ts"))))
      : specifier;
    imports.push(target);
  });
  return { path, folder: path.includes("/") ? path.split("/")[0] : "", tree, imports };
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .sort();
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

function specifierOf(node: ts.Node): string | undefined {
  const from =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : undefined;
  return from && ts.isStringLiteral(from) ? from.text : undefined;
}

function isOfTypes(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ?? false;
  return ts.isExportDeclaration(node) && node.isTypeOnly;
}

/** Everything in the sources that a condition finds, as path and line. */
function found(wrong: (node: ts.Node) => boolean, among: readonly Source[] = sources): string[] {
  return among.flatMap(({ path, tree }) => {
    const places: string[] = [];
    visit(tree, (node) => {
      if (wrong(node)) places.push(`${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    });
    return places;
  });
}

test("a file imports from its own storey or from below, never from above", () => {
  assert.ok(sources.length > 50);
  const wrong = sources.flatMap(({ path, folder, imports }) =>
    imports
      .filter((target) => target.includes("/") && target.endsWith(".ts"))
      .filter((target) => folder !== "" && target.split("/")[0] !== folder && !mayImport[folder].includes(target.split("/")[0]))
      .map((target) => `${path} imports ${target}`),
  );
  assert.equal(wrong, []);
});

test("every folder of src has its storey, and every import leads to a file", () => {
  assert.equal(
    sources.filter(({ folder }) => folder !== "" && !(folder in mayImport)).map(({ path }) => path),
    [],
  );
  const paths = new Set(sources.map(({ path }) => path));
  const lost = sources.flatMap(({ path, imports }) =>
    imports.filter((target) => target.endsWith(".ts") && !paths.has(target)).map((target) => `${path} imports ${target}`),
  );
  assert.equal(lost, []);
});

test("no file imports itself over others, not for types either", () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" -> "));
    if (done.has(path) || way.includes(path)) return;
    for (const next of importsOf.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  assert.equal(circles, []);
});

/** Optional packages, and the one file that may load each when it is used. */
const optional: ReadonlyMap<string, string> = new Map([["h5wasm/node", "io/hdf5/open.ts"]]);

/** The files that know Node: those that read files, start threads, or are the command line. */
const knowsNode = ({ folder, path }: Source): boolean =>
  folder === "cli" || ["io/files.ts", "io/image-file.ts", "io/hdf5/open.ts"].includes(path) || /^simulate\/parallel\/node(-worker)?\.ts$/.test(path);

test("the library needs nothing but itself, and Node only where files are read, threads started, and in the command line", () => {
  const foreign = sources.flatMap((source) =>
    source.imports
      .filter((target) => !target.endsWith(".ts") && !(target.startsWith("node:") && knowsNode(source)) && optional.get(target) !== source.path)
      .map((target) => `${source.path} imports ${target}`),
  );
  assert.equal(foreign, []);
  const always = found(
    (node) => ts.isImportDeclaration(node) && !isOfTypes(node) && optional.has(specifierOf(node) ?? ""),
  );
  assert.equal(always, [], "an optional package is loaded when it is used");
  const globals = ["process", "Buffer", "require", "__dirname", "__filename"];
  const uses = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    globals.includes(node.expression.text);
  assert.equal(
    found(
      uses,
      sources.filter((source) => !knowsNode(source)),
    ),
    [],
  );
});

test("float arrays are named in ndarray and in the generated code of the executors alone: everything else is neutral in dtype", () => {
  const outside = sources.filter(({ folder }) => folder !== "ndarray" && folder !== "autodiff");
  const names = ["Float64Array", "Float32Array"];
  assert.equal(
    found((node) => ts.isIdentifier(node) && names.includes(node.text), outside),
    [],
  );
});

test("nothing is any, nothing is asserted to be there, and no error of types is silenced", () => {
  assert.equal(
    found((node) => node.kind === ts.SyntaxKind.AnyKeyword || ts.isNonNullExpression(node)),
    [],
  );
  const silenced = filesIn(src).filter((file) => /@ts-(ignore|expect-error|nocheck)/.test(readFileSync(file, "utf8")));
  assert.equal(silenced, []);
});

test("the project reads nothing outside of its own folder", () => {
  const outside = new RegExp(["\\.\\.", "shared"].join("/") + "|" + ["", "work", ""].join("/"));
  const files = ["src", "tests", "bench", "scripts"].flatMap((folder) => filesIn(join(root, folder)));
  assert.equal(
    files.filter((file) => outside.test(readFileSync(file, "utf8"))).map((file) => relative(root, file)),
    [],
  );
});

test.run();
