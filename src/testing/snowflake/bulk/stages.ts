import { shown as shownName } from "../binder/names.ts";
import { shown, status, table } from "../engine/answers.ts";
import type { PlainCell } from "../engine/answers.ts";
import { keyOf } from "../engine/catalog.ts";
import { fullName } from "../engine/run.ts";
import type { Answer, Run } from "../engine/run.ts";
import { compilationError, unknownObject, unsupported } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { BulkStatement, CreateFileFormat, CreateStage } from "../sql/bulk-ast.ts";
import { fileFormat } from "./formats.ts";
import type { FileFormat } from "./formats.ts";
import { checkLocation, findIn, stageOf } from "./locations.ts";
import { optionReader } from "./option-reader.ts";
import type { OptionReader } from "./option-reader.ts";

const ddl = 0x6000;
const { text, timestamp } = shown;

/** Reads FILE_FORMAT: options in place, the name of a format, or what a stage states. */
export function formatIn(read: OptionReader, run: Run, otherwise?: FileFormat): FileFormat {
  const options = read.nested("FILE_FORMAT");
  if (options?.has("FORMAT_NAME") === true) {
    if (options.size > 1) throw compilationError("001006", "22023", "FORMAT_NAME and TYPE are mutually exclusive.");
    return formatOf(optionReader(options, run.text).path("FORMAT_NAME") ?? [], run);
  }
  if (options !== undefined) return fileFormat(options, run.text);
  const path = read.path("FILE_FORMAT");
  if (path !== undefined) return formatOf(path, run);
  return otherwise ?? fileFormat(new Map(), run.text);
}

function formatOf(path: readonly Name[], run: Run): FileFormat {
  const found = findIn(run.account.bulk.formats, path, run);
  if (found === undefined) throw unknownObject("File format", shownName(path));
  return found.format;
}

/** Throws 0A000 for the ways of access that are not an integration. */
export function refuseSecrets(read: OptionReader): void {
  for (const name of ["CREDENTIALS", "ENCRYPTION"]) if (read.has(name)) throw unsupported(name);
}

const named = (run: Run, temporary: boolean, comment: string | undefined) => ({
  session: temporary ? run.session.id : undefined,
  created: run.account.now(),
  owner: run.session.role ?? "",
  comment: comment ?? "",
});

/** Puts an object in its place, and tells so; with IF NOT EXISTS one that is there stays. */
function place<T>(
  objects: Map<string, T>,
  kind: string,
  { path, temporary, replace, ifNotExists }: CreateStage | CreateFileFormat,
  run: Run,
  make: () => T,
): Answer {
  const name = fullName(path, run.session);
  if (run.account.catalog.schemas(name[0])?.includes(name[1]) !== true)
    throw unknownObject("Schema", shownName(name.slice(0, 2)));
  const key = temporary ? `${run.session.id} ${keyOf(name)}` : keyOf(name);
  const label = shownName([name[2]]);
  if (objects.has(key) && !replace) {
    if (ifNotExists) return status(ddl, `${label} already exists, statement succeeded.`);
    throw compilationError("002002", "42710", `Object '${label}' already exists.`);
  }
  objects.set(key, make());
  return status(ddl, `${kind} ${label} successfully created.`);
}

/** Runs CREATE STAGE: the integration must allow the stage's URL. */
export function createStage(statement: CreateStage, run: Run): Answer {
  const { bulk } = run.account;
  const read = optionReader(statement.options, run.text);
  refuseSecrets(read);
  for (const name of ["DIRECTORY", "COPY_OPTIONS"]) if (read.has(name)) throw unsupported(`${name} of a stage`);
  const url = read.text("URL", undefined);
  if (url === undefined) throw unsupported("An internal stage");
  if (!/^s3:\/\/[^/]/.test(url)) throw unsupported(`The location '${url}'`);
  const integration = read.path("STORAGE_INTEGRATION")?.at(-1);
  // Without an integration a stage can be made; using it is then refused.
  if (integration !== undefined) checkLocation(url, integration, bulk);
  const format = formatIn(read, run);
  const comment = read.text("COMMENT", "");
  return place(bulk.stages, "Stage area", statement, run, () => ({ ...named(run, statement.temporary, comment), url, integration, format })); // prettier-ignore
}

/** Runs CREATE FILE FORMAT. */
export function createFileFormat(statement: CreateFileFormat, run: Run): Answer {
  const format = fileFormat(statement.options, run.text);
  const comment = optionReader(statement.options, run.text).text("COMMENT", "");
  return place(run.account.bulk.formats, "File format", statement, run, () => ({ ...named(run, statement.temporary, comment), format })); // prettier-ignore
}

/** Runs DROP STAGE and DROP FILE FORMAT. The files of a stage stay. */
export function dropFiles({ kind, path, ifExists }: Extract<BulkStatement, { t: "dropFiles" }>, run: Run): Answer {
  const { stages, formats } = run.account.bulk;
  const objects: Map<string, unknown> = kind === "STAGE" ? stages : formats;
  const key = keyOf(fullName(path, run.session));
  const label = shownName(path.slice(-1));
  if (objects.delete(`${run.session.id} ${key}`) || objects.delete(key))
    return status(ddl, `${label} successfully dropped.`);
  if (!ifExists) throw unknownObject(kind === "STAGE" ? "Stage" : "File format", shownName(path));
  return status(ddl, `Drop statement executed successfully (${label} already dropped).`);
}

/** Runs DESC STAGE: a row for each property. */
export function describeStage(path: readonly Name[], run: Run): Answer {
  const { url, integration, format } = stageOf(path, run);
  const rows: PlainCell[][] = [
    ["STAGE_FILE_FORMAT", "TYPE", "String", format.type, "CSV"],
    ["STAGE_FILE_FORMAT", "COMPRESSION", "String", format.compression, "AUTO"],
    ["STAGE_LOCATION", "URL", "String", JSON.stringify([url]), ""],
    ["STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", integration ?? "", ""],
  ];
  const names = ["parent_property", "property", "property_type", "property_value", "property_default"];
  return table(0x4500, names.map((name) => [name, text] as const), rows); // prettier-ignore
}

const stageColumns = [
  ["created_on", timestamp],
  ["name", text],
  ["database_name", text],
  ["schema_name", text],
  ["url", text],
  ["has_credentials", text],
  ["has_encryption_key", text],
  ["owner", text],
  ["comment", text],
  ["region", text],
  ["type", text],
  ["cloud", text],
  ["storage_integration", text],
] as const;

/** Lists the stages that a session sees in a database, or in one of its schemas, by name. */
export function showStages(
  { database, schema }: { database: Name; schema: Name | undefined },
  matches: (name: string) => boolean,
  { account, session }: Run,
): Answer {
  const rows = [...account.bulk.stages].flatMap(([key, stage]): PlainCell[][] => {
    const [db, sc, name] = JSON.parse(key.slice(key.indexOf("["))) as [Name, Name, Name]; // keyOf wrote it
    if (stage.session !== undefined && stage.session !== session.id) return [];
    if (db !== database || (schema !== undefined && sc !== schema) || !matches(name)) return [];
    const kind = stage.session === undefined ? "EXTERNAL" : "EXTERNAL TEMPORARY";
    const { created, url, owner, comment, integration } = stage;
    return [[(created / 1000).toFixed(3), name, db, sc, url, "N", "N", owner, comment, "us-east-1", kind, "AWS", integration ?? null]]; // prettier-ignore
  });
  rows.sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1));
  return table(0x4400, stageColumns, rows);
}

/** Forgets the stages and file formats of a schema, or of a whole database, that is dropped. */
export function dropWithin(path: readonly Name[], { account }: Pick<Run, "account">): void {
  const prefix = `${keyOf(path).slice(0, -1)},`;
  for (const objects of [account.bulk.stages, account.bulk.formats])
    for (const key of objects.keys()) if (key.slice(key.indexOf("[")).startsWith(prefix)) objects.delete(key);
}
