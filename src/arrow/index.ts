export { loadArrow, type Arrow } from "./library.ts";
export { fieldKeys } from "./fields.ts";
export { checkDictionary, type DictionaryOption } from "./dictionaries.ts";
export { arrowExecution } from "./execution.ts";
export { recordBatches, type ArrowOptions, type RecordBatches } from "./record-batches.ts";
export { writeArrow, type WrittenArrow } from "./write.ts";
export type { ArrowSource } from "./ipc-bytes.ts";
