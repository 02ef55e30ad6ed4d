// Finds the texts for people in the sources: the first arguments of `t()`, `message()` and of the errors for users.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/** The rooms whose texts are translated. */
export const TRANSLATED_ROOMS = ['language', 'extension', 'webviews', 'debug-adapter', 'stack'];
/** The functions that make a text to be passed on, and their modules; others may have the same name. */
const MAKERS = { message: 'language/message', told: 'lib/told' };
/** The class of errors for users; classes that extend it without a constructor begin with a text, too. */
const ERROR = 'UserError';

/**
 * @typedef {{ text: string, place: string }} Found
 * @param {string} root the repository
 * @returns {Promise<{ texts: Found[], problems: string[] }>} problems: calls whose text is no literal
 */
export async function findTexts(root) {
  const files = [];
  for (const room of TRANSLATED_ROOMS)
    for (const name of await readdir(path.join(root, room), { recursive: true }))
      if (name.endsWith('.ts')) files.push(`${room}/${name.split(path.sep).join('/')}`);
  const sources = await Promise.all(
    files.sort().map(async (file) => parse(file, await readFile(path.join(root, file), 'utf8'))),
  );
  return textsOf(sources);
}

/** @returns {ts.SourceFile} */
export function parse(name, code) {
  return ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
}

/** @param {readonly ts.SourceFile[]} sources */
export function textsOf(sources) {
  const errors = errorClasses(sources);
  const texts = [];
  const problems = [];
  for (const source of sources) {
    const makers = Object.keys(MAKERS).filter((name) => importsMaker(source, name));
    const isTranslated = (callee) =>
      calledName(callee) === 't' || (ts.isIdentifier(callee) && makers.includes(callee.text));
    visit(source, (node) => {
      const isCall = ts.isCallExpression(node) && isTranslated(node.expression);
      const isError = ts.isNewExpression(node) && errors.has(calledName(node.expression));
      const isSuper =
        ts.isCallExpression(node) &&
        node.expression.kind === ts.SyntaxKind.SuperKeyword &&
        errors.has(parentOf(enclosingClass(node)));
      if (!isCall && !isError && !isSuper) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const place = `${source.fileName}:${line + 1}`;
      const found = literals(node.arguments?.[0]);
      if (found === undefined)
        problems.push(`${place}: the text of ${node.expression.getText()}() is no literal`);
      else for (const text of found) texts.push({ text, place });
    });
  }
  return { texts, problems };
}

function importsMaker(source, name) {
  const module = MAKERS[name];
  if (source.fileName.endsWith(`${module}.ts`)) return true;
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      statement.moduleSpecifier.text.replace(/\.[jt]s$/, '').endsWith(module) &&
      new RegExp(`\\{[^}]*\\b${name}\\b[^}]*\\}`).test(statement.importClause?.getText() ?? ''),
  );
}

function visit(node, look) {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function calledName(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text.replace(/^#/, '') : '';
}

/** A literal, or a choice between literals. */
function literals(node) {
  if (node === undefined) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  if (!ts.isConditionalExpression(node)) return undefined;
  const branches = [literals(node.whenTrue), literals(node.whenFalse)];
  return branches.includes(undefined) ? undefined : branches.flat();
}

/** The name of the class that a class extends. */
function parentOf(node) {
  const extended = node?.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return extended?.types[0]?.expression.getText() ?? '';
}
function enclosingClass(node) {
  return node === undefined || ts.isClassDeclaration(node) ? node : enclosingClass(node.parent);
}

/** The error classes whose constructor is that of {@link ERROR}. */
function errorClasses(sources) {
  const parents = new Map();
  for (const source of sources)
    visit(source, (node) => {
      if (!ts.isClassDeclaration(node) || node.name === undefined) return;
      if (!node.members.some(ts.isConstructorDeclaration)) parents.set(node.name.text, parentOf(node));
    });
  const isError = (name) => name === ERROR || (parents.has(name) && isError(parents.get(name)));
  return new Set([ERROR, ...[...parents.keys()].filter(isError)]);
}
