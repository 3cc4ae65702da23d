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

/** From date's binary form: days since 2000-01-01. */
export const binaryDate: CellRewrite = (cell) => {
  const date = new Date(Date.UTC(2000, 0, 1) + cell.readInt32BE(0) * 86_400_000);
  const year = date.getUTCFullYear();
  const day = date.toISOString().slice(-19, -14);
  return Buffer.from(`${String(year > 0 ? year : 1 - year).padStart(4, "0")}-${day}${year > 0 ? "" : " BC"}`);
};

/** From time's binary form: microseconds since midnight. */
export const binaryTime: CellRewrite = (cell) => {
  const micros = Number(cell.readBigInt64BE(0));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  const tail = `.${fraction}`.replace(/\.?0+$/, "");
  return Buffer.from(`${two(micros / 3.6e9)}:${two((micros / 6e7) % 60)}:${two((micros / 1e6) % 60)}${tail}`);
};

/** Interval in Redshift's binary form: days and months are int16, where PostgreSQL has int32 (Amazon's Python driver). */
export const binaryInterval: CellRewrite = (cell) =>
  Buffer.concat([cell.subarray(0, 8), cell.subarray(10, 12), cell.subarray(14, 16)]);

/** From numeric's binary form: base-10000 digits, which Redshift does not send. */
export const binaryNumeric: CellRewrite = (cell) => {
  const sign = cell.readUInt16BE(4);
  if (sign === 0xc000) return Buffer.from("NaN");
  const weight = cell.readInt16BE(2);
  const scale = cell.readUInt16BE(6);
  const digits = Array.from({ length: cell.readUInt16BE(0) }, (_, at) => cell.readUInt16BE(8 + at * 2));
  const group = (power: number): string => String(digits[weight - power] ?? 0).padStart(4, "0");
  let whole = "";
  for (let power = weight; power >= 0; power--) whole += group(power);
  let fraction = "";
  for (let power = -1; fraction.length < scale; power--) fraction += group(power);
  const text = `${whole.replace(/^0+(?=\d)/, "") || "0"}${scale > 0 ? `.${fraction.slice(0, scale)}` : ""}`;
  return Buffer.from(sign === 0x4000 ? `-${text}` : text);
};
