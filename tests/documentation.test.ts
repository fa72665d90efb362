/** What the library exports is documented: every export, and every field and method that somebody can see. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("..", import.meta.url));
const entries = ["src/index.ts", "src/node.ts"].map((path) => join(root, path));

const trees = new Map<string, ts.SourceFile>();

function treeOf(path: string): ts.SourceFile {
  const known = trees.get(path);
  if (known) return known;
  const tree = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
  trees.set(path, tree);
  return tree;
}

/** Exported names of a file; undefined stands for all of them. */
type Names = ReadonlySet<string> | undefined;

/** The files that are exported from a file, each with the names, files that export on included. */
function exportedFrom(path: string, names: Names, found: Map<string, Set<string> | "all">): void {
  for (const statement of treeOf(path).statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const target = join(path, "..", statement.moduleSpecifier.text.replace(/\.js$/, ".ts"));
    const clause = statement.exportClause;
    const wanted: Names = clause && ts.isNamedExports(clause) ? new Set(clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)) : undefined;
    if (wanted && names && ![...wanted].some((name) => names.has(name))) continue;
    add(target, wanted, found);
    exportedFrom(target, wanted, found);
  }
}

function add(path: string, names: Names, found: Map<string, Set<string> | "all">): void {
  const known = found.get(path);
  if (names === undefined || known === "all") found.set(path, "all");
  else found.set(path, new Set([...(known ?? []), ...names]));
}

function isDocumented(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

const isHidden = (member: ts.Node): boolean =>
  (ts.canHaveModifiers(member) && (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword)) ||
  (ts.isClassElement(member) && member.name !== undefined && ts.isPrivateIdentifier(member.name));

/** Something that nothing is said of. */
interface Missing {
  readonly node: ts.Node;
  readonly name: string;
}

/** The members of a declaration that nothing is said of. */
function undocumentedMembers(node: ts.Node, name: string): Missing[] {
  if (ts.isInterfaceDeclaration(node)) return node.members.flatMap((member) => undocumentedMember(member, name));
  if (ts.isTypeAliasDeclaration(node)) return membersOfType(node.type, name);
  if (!ts.isClassDeclaration(node)) return [];
  return node.members.flatMap((member) => {
    if (isHidden(member)) return [];
    if (!ts.isConstructorDeclaration(member)) return undocumentedMember(member, name);
    const isTold = (parameter: ts.ParameterDeclaration): boolean => ts.getJSDocParameterTags(parameter).length > 0 || isDocumented(parameter);
    return member.parameters.filter((parameter) => (ts.getModifiers(parameter) ?? []).length > 0 && !isHidden(parameter) && !isTold(parameter)).map((parameter) => ({ node: parameter, name: `${name}.${parameter.name.getText()}` }));
  });
}

function membersOfType(type: ts.TypeNode, name: string): Missing[] {
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap((member) => undocumentedMember(member, name));
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => membersOfType(part, name));
  return [];
}

function undocumentedMember(member: ts.TypeElement | ts.ClassElement, name: string): Missing[] {
  if (!member.name || isDocumented(member)) return [];
  return [{ node: member, name: `${name}.${member.name.getText()}` }];
}

function undocumented(): string[] {
  const found = new Map<string, Set<string> | "all">();
  for (const entry of entries) exportedFrom(entry, undefined, found);
  return [...found].flatMap(([path, names]) => {
    const tree = treeOf(path);
    const at = ({ node, name }: Missing): string => `${relative(root, path)}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${name}`;
    const exported = tree.statements.filter((statement) => ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
    // Of a function's several signatures one is documented.
    const told = new Set(exported.filter(isDocumented).flatMap(namesOf));
    const missing = exported.flatMap((node) =>
      namesOf(node)
        .filter((name) => names === "all" || names.has(name))
        .flatMap((name) => [...(told.has(name) ? [] : [{ node, name }]), ...undocumentedMembers(node, name)]),
    );
    const first = missing.filter(({ name }, i) => missing.findIndex((other) => other.name === name) === i);
    return first.map(at);
  });
}

/** What a statement declares. */
function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
  const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

test("every export is documented, and every field and method of it", () => {
  const missing = undocumented();
  assert.equal(missing, [], `${missing.length} exports or fields without a docstring (/** ... */ in front of them): what it is, shape, unit`);
});

test.run();
