export { layoutOf, readBack, typesOf } from "./read-back.ts";
export {
  emptyParquet,
  exactParquet,
  exactTypes,
  groupedParquet,
  mistypedParquet,
  nestedParquet,
  parquet,
} from "./parquet-files.ts";
export { brokenCsv, brokenNdjson, hostileCsv, hostileNdjson, manifest } from "./text-files.ts";
