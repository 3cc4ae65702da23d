import ts from "typescript";
import { join } from "node:path";
import { root, type Block } from "./document.ts";

/**
 * Completes a block to a program: one that imports nothing of this package is about a `db` that is open already.
 *
 * @param opened what `db` is: declared for the compiler, opened for a run.
 */
export function program({ code, language }: Block, opened: "declared" | "opened"): string {
  if (language === "js" || code.includes('from "peak-warehouse')) return code;
  if (opened === "declared") return `declare const db: import("peak-warehouse").Warehouse;\n${code}`;
  return `import { connectWarehouse } from "peak-warehouse";\nconst db = await connectWarehouse();\n${code}\nawait db.close();`;
}

/** Compiles texts as files of this project, by its own settings. Gives the messages for each. */
export function compile(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const options: ts.CompilerOptions = { ...parsed.options, allowJs: true, checkJs: false };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (path) => texts.get(path) ?? disk.readFile(path),
    fileExists: (path) => texts.has(path) || disk.fileExists(path),
    getSourceFile(path, language, onError) {
      const text = texts.get(path);
      return text === undefined
        ? disk.getSourceFile(path, language, onError)
        : ts.createSourceFile(path, text, language);
    },
  };
  const compiled = ts.createProgram([...texts.keys()], options, host);
  const problems = new Map<string, string[]>();
  for (const path of texts.keys()) {
    const source = compiled.getSourceFile(path);
    const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
    problems.set(
      path,
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    );
  }
  return problems;
}
