/** libpq's `options` parameter: command-line switches for the server, `-c name=value`, white space escaped by backslashes. */
export interface LibpqOptions {
  /** The settings other than `search_path`, as `name=value`, and switches of another kind as they are. */
  readonly others: readonly string[];
  readonly searchPath: string | undefined;
}

/** Takes libpq's `options` apart. */
export function readLibpqOptions(text: string): LibpqOptions {
  const words = [...text.matchAll(/(?:\\[\s\S]|[^\s\\])+/g)].map(([word]) => word.replace(/\\([\s\S])/g, "$1"));
  const others: string[] = [];
  let searchPath: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const setting = word === "-c" ? words[++i] : /^(?:-c|--)([\s\S]+)$/.exec(word)?.[1];
    if (setting === undefined) others.push(word);
    else if (setting.startsWith("search_path=")) searchPath = setting.slice("search_path=".length);
    else others.push(`-c${setting}`);
  }
  return { others, searchPath };
}

/** Puts libpq's `options` together. */
export function writeLibpqOptions({ others, searchPath }: LibpqOptions): string {
  const words = searchPath === undefined ? others : [...others, `-csearch_path=${searchPath}`];
  return words.map((word) => word.replace(/[\s\\]/g, "\\$&")).join(" ");
}

/** Writes the search path that puts a schema first, then what the server's own default has. */
export function searchPathOf(schema: string): string {
  return `"${schema.replaceAll('"', '""')}","$user",public`;
}

/** Reads the schema that comes first on a search path, `"$user"` not counted as one. */
export function schemaOf(searchPath: string): string | undefined {
  const [, quoted, bare] = /^\s*(?:"((?:[^"]|"")*)"|([^\s",]+))/.exec(searchPath) ?? [];
  const schema = quoted?.replaceAll('""', '"') ?? bare?.toLowerCase();
  return schema === "$user" || schema === "" ? undefined : schema;
}
