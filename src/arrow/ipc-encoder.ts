import { invalidArgument } from "../errors.ts";
import type { Field, RecordBatch, Schema } from "apache-arrow";
import type { Arrow } from "./library.ts";

/** Writes one stream of Arrow's IPC format, batch by batch, as buffers of bytes. */
export interface IpcEncoder {
  /** Writes the schema. @throws `INVALID_ARGUMENT` for one that another copy of apache-arrow made. */
  begin(schema: Schema): Buffer[];
  /**
   * Writes the next batch, and before it what is new of its dictionaries. Large buffers are the batch's own memory.
   *
   * @throws `INVALID_ARGUMENT` for a batch of another schema.
   */
  add(batch: RecordBatch): Buffer[];
  /** Writes the mark by which a reader knows that the stream is complete. */
  end(): Buffer[];
}

const anotherCopy =
  "The source was made by another copy of apache-arrow than the one that peak-warehouse loads: another version, or a CommonJS one beside an ES module.";

/** Smaller buffers are put together: each that is left alone costs a call of the system. */
const smallBytes = 16 * 1024;

/**
 * Makes what writes one IPC stream. apache-arrow's writer puts its bytes into a queue that knows no back-pressure; here they are taken
 * as soon as they are made, so that none pile up.
 */
export function ipcEncoder(arrow: Arrow): IpcEncoder {
  let made: Uint8Array[] = [];
  const sink = Object.assign(new arrow.AsyncByteQueue(), { write: (bytes: Uint8Array) => void made.push(bytes) });
  // It would end the stream at a batch of another schema, without a word; that is refused below.
  const writer = new arrow.RecordBatchStreamWriter({ autoDestroy: false });
  let schema: Schema | undefined;

  const taken = () => {
    const buffers = joined(made);
    made = [];
    return buffers;
  };

  return {
    begin(given) {
      // The writer would pass over columns whose types are another copy's, and what it wrote could not be read.
      const isForeign = given.fields.some((field: Field) => !(field.type instanceof arrow.DataType));
      if (isForeign) throw invalidArgument(anotherCopy);
      schema = given;
      writer.reset(sink, schema);
      return taken();
    },
    add(batch) {
      if (!arrow.util.compareSchemas(batch.schema, schema)) {
        throw invalidArgument("A batch has another schema than the one before; a stream has one schema.");
      }
      writer.write(batch);
      return taken();
    },
    end() {
      writer.close();
      return taken();
    },
  };
}

/** Writes one batch as an IPC stream of its own. */
export function ipcStreamOf(arrow: Arrow, batch: RecordBatch): Buffer {
  const encoder = ipcEncoder(arrow);
  return Buffer.concat([...encoder.begin(batch.schema), ...encoder.add(batch), ...encoder.end()]);
}

/** Puts neighbours together that are small. */
function joined(buffers: readonly Uint8Array[]): Buffer[] {
  const results: Buffer[] = [];
  let small: Uint8Array[] = [];
  const flush = () => {
    if (small.length > 0) results.push(Buffer.concat(small));
    small = [];
  };
  for (const buffer of buffers) {
    if (buffer.byteLength < smallBytes) small.push(buffer);
    else {
      flush();
      results.push(Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength));
    }
  }
  flush();
  return results;
}
