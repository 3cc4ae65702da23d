export { layoutOf, readBack, typesOf, type CsvReading, type FileFormat, type Row, type Source } from "./read-back.ts";
export {
  emptyParquet,
  exactParquet,
  exactTypes,
  groupedParquet,
  mistypedParquet,
  nestedParquet,
  parquet,
  type MadeFile,
  type ParquetWriting,
} from "./parquet-files.ts";
export {
  brokenCsv,
  brokenNdjson,
  hostileCsv,
  hostileNdjson,
  manifest,
  type BrokenFile,
  type CsvWriting,
  type ManifestEntry,
  type TextWriting,
} from "./text-files.ts";
