import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { RecordBatchReader } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { proof } from "../proof.mjs";

/** No text of the tables has an end of line in it. */
const lines = (path) => createInterface({ input: createReadStream(path), crlfDelay: Infinity });

/** Reads files again, and counts their rows and sums one column. */
export const proofs = {
  /** The column is the first. */
  async csv(path, key) {
    const proved = proof(0);
    let isHead = true;
    for await (const line of lines(path)) {
      if (!isHead) proved.row([line.slice(0, line.indexOf(",")).replaceAll('"', "")]);
      else if (line.split(",", 1)[0].replaceAll('"', "") !== key) throw new Error(`begins with ${line}`);
      isHead = false;
    }
    return proved.result();
  },

  async ndjson(path, key) {
    const proved = proof(key);
    for await (const line of lines(path)) proved.row(JSON.parse(line));
    return proved.result();
  },

  async parquet(path, key) {
    const file = await asyncBufferFromFile(path);
    return proof(key)
      .rows(await parquetReadObjects({ file, columns: [key] }))
      .result();
  },

  async arrows(path, key) {
    const proved = proof(key);
    const reader = await RecordBatchReader.from(createReadStream(path));
    for await (const batch of reader) proved.column(batch.getChild(key).toArray(), batch.numRows);
    return proved.result();
  },
};
