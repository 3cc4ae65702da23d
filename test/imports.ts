import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the sources lie. */
export const source = fileURLToPath(new URL("../src", import.meta.url));

/** The files of `src`, by their paths in it. */
export const files: readonly string[] = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map(slashed);

/** One import of a file of `src`; Node's own modules are none. */
export interface Import {
  readonly file: string;
  readonly isPackage: boolean;
  /** The file, or the package's name. */
  readonly target: string;
  /** Whether it is there when the program runs, and then when the file is loaded or later. */
  readonly kind: "value" | "type" | "late";
}

/** Reads a file without the comments, which stand in lines of their own. */
export function codeOf(file: string): string {
  return readFileSync(join(source, file), "utf8").replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, "");
}

/** Gives what a file imports, exports from elsewhere included. */
export function importsOf(file: string): Import[] {
  const statement = /^(?:import|export) (type )?([^"';]*? from )?"([^"]+)"|(typeof )?\bimport\("([^"]+)"\)/gm;
  const found = [...codeOf(file).matchAll(statement)].map(([, typeOnly, names = "", from, typeOf, late]): Import => {
    const specifier = from ?? late ?? "";
    const isPackage = !specifier.startsWith(".");
    const target = isPackage ? packageOf(specifier) : slashed(normalize(join(dirname(file), specifier)));
    const isType = typeOnly !== undefined || typeOf !== undefined || holdsTypesOnly(names);
    return { file, isPackage, target, kind: isType ? "type" : late === undefined ? "value" : "late" };
  });
  return found.filter(({ target }) => !target.startsWith("node:"));
}

function slashed(path: string): string {
  return path.split(sep).join("/");
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function holdsTypesOnly(names: string): boolean {
  const listed = /^\{([^}]*)\} from $/.exec(names.trimStart())?.[1]?.split(",");
  return listed?.every((name) => /^\s*(?:type .*)?$/.test(name)) ?? false;
}
