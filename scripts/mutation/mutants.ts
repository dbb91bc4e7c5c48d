/** Small mistakes, made on purpose, in the text of a source file. */
import ts from "typescript";

export interface Mutant {
  /** Of the source file, relative to the project. */
  readonly file: string;
  readonly line: number;
  /** What kind of mistake, such as `comparison`. */
  readonly kind: string;
  readonly original: string;
  readonly replacement: string;
  /** Where the original text is. */
  readonly start: number;
  readonly end: number;
}

const comparisons: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
};

const otherOperators: Readonly<Record<string, string>> = {
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "+=": "-=",
  "-=": "+=",
};

interface Change {
  readonly kind: string;
  readonly node: ts.Node;
  readonly replacement: string;
}

function changesOfOperator(node: ts.BinaryExpression): Change[] {
  const { operatorToken } = node;
  const operator = operatorToken.getText();
  const other = otherOperators[operator];
  const compared = (comparisons[operator] ?? []).map((replacement) => ({
    kind: "comparison",
    node: operatorToken,
    replacement,
  }));
  return other === undefined
    ? compared
    : [...compared, { kind: "operator", node: operatorToken, replacement: other }];
}

/** What is only said to people is not worth a test for each word. */
function isWording(node: ts.Node): boolean {
  for (let at = node.parent; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    if (ts.isNewExpression(at) || ts.isThrowStatement(at)) return true;
    if (
      ts.isCallExpression(at) &&
      /^(damaged|vaultCorrupt|log\.\w+|.*\.describe)$/.test(at.expression.getText())
    )
      return true;
    if (ts.isImportDeclaration(at) || ts.isExportDeclaration(at)) return true;
    if (ts.isTypeNode(at)) return true;
  }
  return false;
}

function changesOfLiteral(node: ts.Node): Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ kind: "constant", node, replacement: "false" }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ kind: "constant", node, replacement: "true" }];
  if (ts.isNumericLiteral(node)) return [{ kind: "number", node, replacement: `(${node.getText()} + 1)` }];
  if (ts.isBigIntLiteral(node)) return [{ kind: "number", node, replacement: `(${node.getText()} + 1n)` }];
  if (ts.isStringLiteral(node) && node.text !== "" && !ts.isPropertyAssignment(node.parent.parent ?? node))
    return [{ kind: "text", node, replacement: '""' }];
  return [];
}

function changesOfStatement(node: ts.Node): Change[] {
  if (ts.isExpressionStatement(node)) return [{ kind: "statement removed", node, replacement: ";" }];
  if (ts.isThrowStatement(node)) return [{ kind: "throw removed", node, replacement: ";" }];
  if (ts.isReturnStatement(node) && node.expression !== undefined && !ts.isLiteralExpression(node.expression))
    return [{ kind: "return value", node: node.expression, replacement: "undefined" }];
  return [];
}

function changesOf(node: ts.Node): Change[] {
  if (ts.isBinaryExpression(node)) return changesOfOperator(node);
  if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
    const condition = ts.isIfStatement(node) ? node.expression : node.condition;
    return [
      { kind: "condition negated", node: condition, replacement: `!(${condition.getText()})` },
      { kind: "condition fixed", node: condition, replacement: "false" },
    ];
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return [{ kind: "not removed", node, replacement: node.operand.getText() }];
  if (ts.isPropertyAccessExpression(node) && node.questionDotToken !== undefined)
    return [{ kind: "optional chaining", node: node.questionDotToken, replacement: "." }];
  return [...changesOfStatement(node), ...changesOfLiteral(node)];
}

/** Every mutant of a source file. Types, imports and wording are left alone. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return;
    for (const change of changesOf(node)) {
      if (["text", "number"].includes(change.kind) && isWording(change.node)) continue;
      const start = change.node.getStart();
      mutants.push({
        file,
        line: source.getLineAndCharacterOfPosition(start).line + 1,
        kind: change.kind,
        original: change.node.getText(),
        replacement: change.replacement,
        start,
        end: change.node.getEnd(),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

/** The text of the file with the mistake in it. */
export function applyMutant(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
