import { code, cstring, frame, int32 } from "./frames.ts";

/** The types of the messages that the pipeline looks at, in both directions. */
export const type = {
  bind: code("B"),
  bindComplete: code("2"),
  call: code("F"),
  close: code("C"),
  closeComplete: code("3"),
  commandComplete: code("C"),
  dataRow: code("D"),
  describe: code("D"),
  emptyQuery: code("I"),
  error: code("E"),
  execute: code("E"),
  noData: code("n"),
  notice: code("N"),
  parameterDescription: code("t"),
  parameterStatus: code("S"),
  parse: code("P"),
  parseComplete: code("1"),
  portalSuspended: code("s"),
  query: code("Q"),
  ready: code("Z"),
  rowDescription: code("T"),
  sync: code("S"),
};

/** Encodes the Close of a statement (`S`) or portal (`P`). */
export const close = (kind: "S" | "P", name: string): Buffer => frame("C", Buffer.from(kind), cstring(name));

/** Encodes the Describe of a portal. */
export const describePortal = (name: string): Buffer => frame("D", Buffer.from("P"), cstring(name));

/** Encodes the Parse of an unnamed statement whose parameters have no declared types. */
export const parse = (text: string): Buffer => frame("P", cstring(""), cstring(text), Buffer.alloc(2));

/** Encodes the Bind of the unnamed statement, without parameters, to the unnamed portal, and its Execute. */
export const run = (): Buffer =>
  Buffer.concat([frame("B", cstring(""), cstring(""), Buffer.alloc(6)), frame("E", cstring(""), int32(0))]);

/** Encodes a Flush: what is ready is to be sent. */
export const flush = (): Buffer => frame("H");

/** Encodes a Sync. */
export const sync = (): Buffer => frame("S");

/** Copies an Execute without its row limit, its last int32. */
export function withoutLimit(execute: Buffer): Buffer {
  const changed = Buffer.from(execute);
  changed.writeInt32BE(0, changed.length - 4);
  return changed;
}
