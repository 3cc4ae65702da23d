export { loadArrow } from "./library.ts";
export { fieldKeys } from "./fields.ts";
export { checkDictionary } from "./dictionaries.ts";
export { arrowExecution } from "./execution.ts";
export { recordBatches, type ArrowOptions } from "./record-batches.ts";
export { writeArrow, type WrittenArrow } from "./write.ts";
export type { ArrowSource } from "./ipc-bytes.ts";
