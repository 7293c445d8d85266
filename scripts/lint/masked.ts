/**
 * Lint rules that keep our inside inside: no text of an error becomes part of an answer, and no function is served without
 * the wrapper that masks, times and watches.
 */

/** What an error tells about itself. Its name and our own codes may be passed on; these may quote anything. */
const ALWAYS_TELLTALE = new Set(["message", "stack"]);
/** On something else these are harmless; a Postgrest error has them too. */
const TELLTALE_OF_ERRORS = new Set(["details", "hint", "cause", "toString"]);

const NAMES_OF_ERRORS = /^(?:e|ex|err|error|errors|exception|thrown|cause|rejection)$|(?:Error|Exception)$/;

/** They tell those who watch, and answer nobody. */
const WATCHERS = ["_shared/watch.ts", "_shared/sentry.ts", "_shared/redact.ts"];

const ERROR_IN_ANSWER =
  "An error's text may quote anything of our inside. Throw it or hand it to context.report(); the mask speaks.";
const WATCHER_ANSWERS = "This module may read errors because it answers nobody, so it must not make a Response.";
const UNWRAPPED = "A function is served by `export default { fetch: webhook({ … }) }` and by nothing else.";

/** Below this folder lies what is deployed. */
function deployed(filename: string): string | null {
  return /\/supabase\/functions\/(.+)$/.exec(filename.replaceAll("\\", "/"))?.[1] ?? null;
}

/** Names under which a file has errors although they are not called so: what was caught, and what stands for an error. */
class KnownErrors {
  readonly #names = new Set<string>();

  /** A parameter or a variable that holds one. */
  add(node: Deno.lint.Node | null | undefined): void {
    if (node?.type === "Identifier") this.#names.add(node.name);
  }

  /** Whoever handles a rejection, if it is written where it is handed over. */
  addParameterOf(handler: Deno.lint.Node | undefined): void {
    if (handler?.type === "ArrowFunctionExpression" || handler?.type === "FunctionExpression") {
      const [first] = handler.params;
      if (first?.type === "Identifier") this.add(first);
    }
  }

  has(name: string): boolean {
    return NAMES_OF_ERRORS.test(name) || this.#names.has(name);
  }
}

/** Whether an expression is an error, as far as one can tell from how it is called and where it comes from. */
function isError(node: Deno.lint.Node, known: KnownErrors): boolean {
  switch (node.type) {
    case "Identifier":
      return known.has(node.name);
    case "MemberExpression":
      return !node.computed && node.property.type === "Identifier" && NAMES_OF_ERRORS.test(node.property.name);
    case "CallExpression":
      return node.callee.type === "Identifier" && node.callee.name === "asError";
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "ChainExpression":
      return isError(node.expression, known);
    case "LogicalExpression":
      return isError(node.left, known) || isError(node.right, known);
    default:
      return false;
  }
}

function nameOf(node: Deno.lint.Node): string | null {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

/** `new Response(…)`, `Response.json(…)`, `twimlAnswer(…)`, `JSON.stringify(…)`, `String(…)`. */
function isAnswering(callee: Deno.lint.Node): boolean {
  if (callee.type === "Identifier") return ["Response", "twimlAnswer", "String"].includes(callee.name);
  return callee.type === "MemberExpression" && callee.object.type === "Identifier" &&
    ["Response", "JSON"].includes(callee.object.name);
}

/** The values that an argument is made of: of an object its properties, of a list its elements. */
function parts(node: Deno.lint.Node): Deno.lint.Node[] {
  switch (node.type) {
    case "ObjectExpression":
      return node.properties.flatMap((property) =>
        property.type === "Property" ? parts(property.value) : parts(property.argument)
      );
    case "ArrayExpression":
      return node.elements.flatMap(parts);
    case "SpreadElement":
      return parts(node.argument);
    case "ConditionalExpression":
      return [...parts(node.consequent), ...parts(node.alternate)];
    default:
      return [node];
  }
}

function noErrorInAnswer(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const file = deployed(context.filename);
  if (file === null || file.endsWith(".test.ts")) return {};
  if (WATCHERS.includes(file)) {
    return { 'Identifier[name="Response"]': (node) => context.report({ node, message: WATCHER_ANSWERS }) };
  }
  const known = new KnownErrors();
  const isKnown = (node: Deno.lint.Node) => isError(node, known);
  const report = (node: Deno.lint.Node) => context.report({ node, message: ERROR_IN_ANSWER });
  const answered = (callee: Deno.lint.Node, args: readonly Deno.lint.Node[]) => {
    if (isAnswering(callee)) args.flatMap(parts).filter(isKnown).forEach(report);
  };
  return {
    // A clause is visited before what is in it.
    CatchClause: (node) => known.add(node.param),
    MemberExpression(node) {
      const name = nameOf(node.property);
      if (name === null || (node.property.type === "Identifier" && node.computed)) return;
      // `twiml.message(…)` makes a message; it reads none.
      const isCalled = node.parent.type === "CallExpression" && node.parent.callee === node;
      if (ALWAYS_TELLTALE.has(name) ? !isCalled : TELLTALE_OF_ERRORS.has(name) && isKnown(node.object)) report(node);
    },
    Property(node) {
      if (node.parent.type !== "ObjectPattern") return;
      const name = nameOf(node.key);
      if (name !== null && ALWAYS_TELLTALE.has(name)) report(node);
      if (name !== null && NAMES_OF_ERRORS.test(name)) known.add(node.value);
    },
    TemplateLiteral: (node) => node.expressions.filter(isKnown).forEach(report),
    BinaryExpression(node) {
      if (node.operator === "+") [node.left, node.right].filter(isKnown).forEach(report);
    },
    NewExpression: (node) => answered(node.callee, node.arguments),
    CallExpression(node) {
      const method = node.callee.type === "MemberExpression" ? nameOf(node.callee.property) : null;
      if (method === "catch") known.addParameterOf(node.arguments[0]);
      if (method === "then") known.addParameterOf(node.arguments[1]);
      answered(node.callee, node.arguments);
    },
  };
}

function servedByWebhook(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const file = deployed(context.filename);
  if (file === null) return {};
  const report = (node: Deno.lint.Node) => context.report({ node, message: UNWRAPPED });
  const isEntry = /^[a-z][\w-]*\/index\.ts$/.test(file);
  return {
    'MemberExpression[object.name="Deno"][property.name="serve"]': report,
    'MemberExpression[object.name="Deno"][property.name="listen"]': report,
    'CallExpression[callee.name="addEventListener"]': report,
    ...(isEntry && {
      Program(node) {
        const imported = node.body.some((one) =>
          one.type === "ImportDeclaration" && one.source.value === "../_shared/webhook.ts" &&
          one.specifiers.some((specifier) => specifier.local.name === "webhook")
        );
        const exported = node.body.filter((one) => one.type.startsWith("Export"));
        if (!imported || exported.length !== 1 || !exported.every(exportsWebhook)) report(node);
      },
    }),
  };
}

/** `export default { fetch: webhook(…) }`, and nothing beside it. */
function exportsWebhook(node: Deno.lint.Node): boolean {
  if (node.type !== "ExportDefaultDeclaration" || node.declaration.type !== "ObjectExpression") return false;
  const [fetch, ...others] = node.declaration.properties;
  return others.length === 0 && fetch?.type === "Property" && nameOf(fetch.key) === "fetch" &&
    fetch.value.type === "CallExpression" && nameOf(fetch.value.callee) === "webhook";
}

const plugin: Deno.lint.Plugin = {
  name: "masked",
  rules: {
    "no-error-in-answer": { create: noErrorInAnswer },
    "served-by-webhook": { create: servedByWebhook },
  },
};
export default plugin;
