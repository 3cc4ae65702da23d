export { loadArrow, type Arrow } from "./library.ts";
export { fieldKeys } from "./fields.ts";
export { checkDictionary } from "./dictionaries.ts";
export { arrowExecution, type ArrowExecution } from "./execution.ts";
export { recordBatches, type ArrowOptions } from "./record-batches.ts";
export { writeArrow, type WrittenArrow } from "./write.ts";
export { ipcBytes, type ArrowSource } from "./ipc-bytes.ts";
export { ipcStreamOf } from "./ipc-encoder.ts";
