import { codes, documentAt, headingsOf, readme, tableOf, type Document, type Table } from "./document.ts";

/** What the documents list of a type, under the heading or in the table where they do. */
const listings: readonly (readonly [title: string, type: string, names: readonly string[]])[] = [
  ["the options of connectWarehouse()", "keyof peak.ConnectOptions", [...topLevel(connectOptions()), "pool"]],
  ["the options of the pool", "keyof peak.PoolOptions", inside("pool", connectOptions())],
  ["the options of tls", "keyof Extract<peak.TlsOption, object>", inside("tls", connectOptions())],
  ["the options of query()", "keyof peak.QueryOptions", listed("option", "meaning")],
  ["the options of export()", "keyof peak.ExportOptions", listed("option of `export`")],
  ["the options of insert()", "keyof peak.InsertOptions", listed("option of `insert`")],
  ["the options of unload()", "keyof peak.UnloadOptions", listed("option of `unload`")],
  ["the options of load()", "keyof peak.LoadOptions", listed("option of `load`")],
  ["the phases of progress", "peak.ProgressPhase", listed("`phase`", "what is happening")],
  ["the error codes", "peak.ErrorCode", listed("`code`", "what happened")],
  [
    "the error codes to look for help by",
    "peak.ErrorCode",
    titles(documentAt("docs/troubleshooting.md"), /^`([A-Z_]+)`$/),
  ],
  ["the phases of errors", "peak.Phase", values("phase")],
  ["the effects of errors", "peak.Effect", values("effect")],
  ["the types of columns", "peak.ColumnType", listed("`type` of the column", "Redshift")],
  ["the targets of connection strings", "peak.ConnectionStringTarget", listed("`for`", "Redshift")],
  ["the verbs of a warehouse", 'Exclude<keyof peak.Warehouse, "type" | symbol>', titles(readme, /^`db\.(\w+)/)],
  ["what can be imported", "keyof typeof peak", [...titles(readme, /^`+ ?(?!db\.)(\w+)/), "connect", "WarehouseError"]],
];

/** Programs that compile only if what is listed is what the type has, no fewer and no more. */
export const agreements = listings.map(([title, type, names]) => ({
  title,
  text: `import type * as peak from "peak-warehouse";
    type Listed = ${names.map((name) => JSON.stringify(name)).join(" | ")};
    export const leftOut: Record<Exclude<${type}, Listed>, never> = {};
    export const madeUp: Record<Exclude<Listed, ${type}>, never> = {};`,
}));

function connectOptions(): string[] {
  return listed("option", "default");
}

function topLevel(names: readonly string[]): string[] {
  return names.filter((name) => !name.includes("."));
}

function inside(option: string, names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(`${option}.`)).map((name) => name.slice(option.length + 1));
}

function listed(...firstCells: readonly string[]): string[] {
  return firstCodes(tableOf(readme, ...firstCells));
}

function firstCodes({ rows }: Table): string[] {
  return rows.flatMap(([first = ""]) => codes(first)).map((code) => code.replaceAll('"', ""));
}

function values(field: string): string[] {
  const { rows } = tableOf(documentAt("docs/troubleshooting.md"), "field", "values");
  const [, cell = ""] = rows.find(([name]) => name === `\`${field}\``) ?? [];
  return codes(cell).map((code) => code.replaceAll('"', ""));
}

function titles(document: Document, pattern: RegExp): string[] {
  return headingsOf(document).flatMap((heading) => pattern.exec(heading)?.[1] ?? []);
}
