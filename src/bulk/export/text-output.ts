/** Bytes that grow as text is written behind what is there. */
export class TextOutput {
  /** What has been written, at `bytes[0..used)`. */
  bytes: Buffer;
  used = 0;

  /** @param room - how many bytes there is room for at first. */
  constructor(room: number) {
    this.bytes = Buffer.allocUnsafeSlow(room);
  }

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    const needed = this.used + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }

  /** Writes one byte. */
  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.used++] = byte;
  }

  /** Writes a copy of `source[start..end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    const { bytes } = this;
    let used = this.used;
    // A loop copies a short text sooner than a call does.
    if (length > shortBytes) bytes.set(source.subarray(start, end), used);
    else for (let position = start; position < end; position++) bytes[used++] = source[position] ?? 0;
    this.used += length;
  }

  /** Writes a text of ASCII characters. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, used } = this;
    if (length > shortBytes) bytes.write(text, used, length, "latin1");
    else for (let index = 0; index < length; index++) bytes[used + index] = text.charCodeAt(index);
    this.used += length;
  }

  /** Gives what has been written, and begins anew in other memory. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used);
    this.bytes = Buffer.allocUnsafeSlow(Math.max(this.used + (this.used >> 3), firstBytes));
    this.used = 0;
    return taken;
  }
}

const shortBytes = 80;
const firstBytes = 1_024;
