import { EventEmitter } from "node:events";
import { checkTexts, holdsTexts } from "./texts.ts";

/**
 * Who reads what the tap takes out of the stream before `pg` sees it. A handler gets one whole message: the type byte is at
 * `bytes[start]`, the length word behind it, and the message ends at `end`.
 */
export interface TapHandlers {
  /** Takes an Authentication message and returns true, or leaves it to `pg` and returns false. */
  authentication(bytes: Buffer, start: number, end: number): boolean;
  /** Takes a DataRow message and returns true, or leaves it to `pg` and returns false. */
  dataRow(bytes: Buffer, start: number, end: number): boolean;
  /** Told after everything in a chunk of the socket has been handed on. */
  chunkEnd(): void;
  /** Told what a handler or `pg`'s own parser threw. The stream cannot be read on. */
  failed(error: Error): void;
}

const authenticationType = 0x52; // 'R'
const dataRowType = 0x44; // 'D'
const headerBytes = 5;

/** Redshift's largest value, a SUPER, has 16 MB; a length beyond this is a broken stream, not a row. */
const longestMessageBytes = 1 << 30;

/**
 * Stands between a connection's socket and `pg`'s parser: `pg` listens to the tap, and the socket writes to it.
 *
 * It follows message bounds, hands whole DataRow and Authentication messages to its handlers straight from the socket's own buffer,
 * and passes runs of everything else on untouched, after a look at the messages whose texts `pg` would read beyond their end. Only a
 * message of those types that a chunk's end has cut is copied, once, whatever the number of pieces it comes in.
 */
export class WireTap extends EventEmitter {
  readonly #handlers: TapHandlers;
  /** Bytes of a message `pg` gets that are still to come. */
  #passing = 0;
  /** A cut message: its header, or all of it that has arrived. */
  #cut: Buffer | undefined;
  #cutBytes = 0;
  #broken = false;

  constructor(handlers: TapHandlers) {
    super();
    this.#handlers = handlers;
  }

  /** Reads one chunk of the socket. Never throws: `pg` parses inside a data listener, where a throw would end the process. */
  push(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      this.#read(chunk);
      this.#handlers.chunkEnd();
    } catch (error) {
      this.#broken = true;
      this.#handlers.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #read(chunk: Buffer): void {
    let position = this.#cut === undefined ? 0 : this.#completeCut(chunk);
    let runStart = position;
    const passed = Math.min(this.#passing, chunk.length - position);
    this.#passing -= passed;
    position += passed;

    while (position < chunk.length) {
      if (chunk.length - position < headerBytes) {
        this.#pass(chunk, runStart, position);
        this.#startCut(chunk, position, headerBytes);
        return;
      }
      const end = position + messageBytes(chunk, position);
      if (!isTapped(chunk[position])) {
        this.#passing = Math.max(0, end - chunk.length);
        position = Math.min(end, chunk.length);
      } else if (end > chunk.length) {
        this.#pass(chunk, runStart, position);
        this.#startCut(chunk, position, end - position);
        return;
      } else {
        // What came before must reach pg first: it makes the row description of the rows that follow.
        this.#pass(chunk, runStart, position);
        runStart = this.#take(chunk, position, end) ? end : position;
        position = end;
      }
    }
    this.#pass(chunk, runStart, position);
  }

  #startCut(chunk: Buffer, from: number, bytes: number): void {
    this.#cut = Buffer.allocUnsafe(bytes);
    this.#cutBytes = chunk.copy(this.#cut, 0, from);
  }

  /** Adds to the cut message and returns how many bytes of the chunk that took. */
  #completeCut(chunk: Buffer): number {
    let position = 0;
    while (this.#cut !== undefined && position < chunk.length) {
      const copied = chunk.copy(this.#cut, this.#cutBytes, position);
      this.#cutBytes += copied;
      position += copied;
      if (this.#cutBytes === this.#cut.length) this.#endCut(this.#cut);
    }
    return position;
  }

  #endCut(message: Buffer): void {
    const bytes = messageBytes(message, 0);
    this.#cut = undefined;
    if (!isTapped(message[0])) {
      // Only a header was kept, and now it says that the message is pg's.
      this.emit("data", message);
      this.#passing = bytes - message.length;
    } else if (bytes > message.length) {
      this.#startCut(message, 0, bytes);
    } else if (!this.#take(message, 0, bytes)) {
      this.emit("data", message);
    }
  }

  #take(bytes: Buffer, start: number, end: number): boolean {
    switch (bytes[start]) {
      case dataRowType:
        return this.#handlers.dataRow(bytes, start, end);
      case authenticationType:
        return this.#handlers.authentication(bytes, start, end);
      default:
        checkTexts(bytes, start, end);
        return false;
    }
  }

  #pass(chunk: Buffer, from: number, to: number): void {
    if (from < to) this.emit("data", from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
  }
}

function isTapped(type: number | undefined): boolean {
  return type === dataRowType || type === authenticationType || holdsTexts(type);
}

function messageBytes(bytes: Buffer, start: number): number {
  const length = bytes.readInt32BE(start + 1);
  if (length < 4 || length > longestMessageBytes) {
    throw new Error(
      `the server sent a message of ${length} bytes; this is not the PostgreSQL protocol, or the stream is damaged`,
    );
  }
  return 1 + length;
}
