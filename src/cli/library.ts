/**
 * What the commands use of the library. They load it when they run: `--help` and `--version` need none of it, and an import of all of it would
 * take as long as the two take themselves.
 */
export { cutStatements } from "./statements.ts";
export { connectWarehouse, getCredentials, listWarehouses } from "../index.ts";
export { checkedFile } from "../bulk/export/form.ts";
export { readComponents } from "../credentials/components.ts";
export { diagnose, renderStage, renderVerdict } from "../doctor/index.ts";
