/** Rewrites one value from PostgreSQL's form to Redshift's. */
export type CellRewrite = (cell: Buffer) => Buffer;

const comma = 0x2c;
const colon = 0x3a;
const blank = 0x20;
const quote = 0x22;
const backslash = 0x5c;

/** JSON as Redshift prints SUPER: PostgreSQL's jsonb text without the blanks between tokens. */
export const compactJson: CellRewrite = (cell) => {
  const result = Buffer.allocUnsafe(cell.length);
  let length = 0;
  let inString = false;
  for (let at = 0; at < cell.length; at++) {
    const byte = cell.readUInt8(at);
    if (inString && byte === backslash) {
      result[length++] = byte;
      result[length++] = cell.readUInt8(++at);
      continue;
    }
    if (byte === quote) inString = !inString;
    result[length++] = byte;
    if (!inString && (byte === comma || byte === colon) && cell[at + 1] === blank) at++;
  }
  return result.subarray(0, length);
};

/** VARBYTE is bare hex; PostgreSQL puts `\x` before it. */
export const bareHex: CellRewrite = (cell) => cell.subarray(2);

/** From jsonb's binary form: a version byte, then the text. */
export const binaryJson: CellRewrite = (cell) => compactJson(cell.subarray(1));

/** From bytea's binary form. */
export const binaryBytes: CellRewrite = (cell) => Buffer.from(cell.toString("hex"), "latin1");

/** Interval in Redshift's binary form: days and months are int16, where PostgreSQL has int32 (Amazon's Python driver). */
export const binaryInterval: CellRewrite = (cell) =>
  Buffer.concat([cell.subarray(0, 8), cell.subarray(10, 12), cell.subarray(14, 16)]);
