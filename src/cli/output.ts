import { fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import { addAbortSignal, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { once } from "node:events";
import { writeWholeFile } from "../files/whole-file.ts";
import { linesText } from "./cell-text.ts";
import { UsageError } from "./usage.ts";
import type { Ground } from "./ground.ts";
import type { ProgressLine } from "./progress-line.ts";

/**
 * Lends a stream into standard output that may end while that stays open. When the run is to end, it breaks off.
 *
 * @param line - a line of progress. It goes on beside a file only: a terminal shows one of both, and who reads a pipe may write to that terminal.
 */
export function standardOutput({ stdout, signal }: Ground, line?: ProgressLine): Writable {
  const isFile = "fd" in stdout && typeof stdout.fd === "number" && fstatSync(stdout.fd).isFile();
  const send = (bytes: Uint8Array, done: (error?: Error | null) => void) => {
    if (!isFile) line?.end();
    stdout.write(bytes, done);
  };
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      send(chunk, done);
    },
    writev(chunks: readonly { readonly chunk: Uint8Array }[], done) {
      send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
    },
  });
  return addAbortSignal(signal, listenedTo(stream));
}

/** Lends a stream into standard output for text that may hold anything: on a terminal, what would steer it is shown instead. */
export function textOutput(ground: Ground, line?: ProgressLine): Writable {
  const target = standardOutput(ground, line);
  if (!ground.stdout.isTTY) return target;
  const decoder = new StringDecoder();
  return through(
    target,
    (bytes) => linesText(decoder.write(bytes)),
    () => linesText(decoder.end()),
  );
}

/** Whoever writes is told of the error by the next write; until then nobody may be listening. */
function listenedTo(stream: Writable): Writable {
  return stream.on("error", () => undefined);
}

/** Refuses what is there and is no file, such as a folder or a device. @throws `UsageError`. */
export async function checkFile(path: string): Promise<void> {
  // What else is wrong with it is told by who writes it.
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === false) {
    throw new UsageError(`${path} is no file: redirect the standard output of query into what else there is.`);
  }
}

/** Lends a stream into a file, which gets its name when everything is written. @throws `STORAGE`; what `work` throws. */
export async function intoFile<T>(path: string, work: (stream: Writable) => Promise<T>): Promise<T> {
  return writeWholeFile(path, async (append) =>
    work(
      listenedTo(
        new Writable({
          write(chunk: Uint8Array, _encoding, done) {
            append(chunk).then(() => {
              done();
            }, done);
          },
        }),
      ),
    ),
  );
}

/** Writes a text no faster than the stream takes it. @throws what the stream has failed with. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.errored) throw stream.errored;
  // What comes in one turn of the event loop goes out together: a call of the system for each row would cost more than the row.
  if (stream.writableCorked === 0) {
    stream.cork();
    setImmediate(() => stream.uncork());
  }
  if (!stream.write(text)) await once(stream, "drain");
}

/** Ends a stream, and waits until everything has been written. @throws what the stream has failed with. */
export async function finish(stream: Writable): Promise<void> {
  stream.end();
  await finished(stream);
}

const lineFeed = 0x0a;

/** Makes what takes lines of JSON, and writes them as one array. */
export function jsonArray(target: Writable): Writable {
  let written = false;
  let open = false;
  const separated = (chunk: Buffer): Buffer => {
    if (chunk.length === 0) return chunk;
    const lead = written ? (open ? ",\n" : "") : "[\n";
    written = true;
    open = chunk.at(-1) === lineFeed;
    const lines = open ? chunk.subarray(0, -1) : chunk;
    // A line of JSON holds no line end, and no byte of another character looks like one.
    return Buffer.from(lead + lines.toString("latin1").replaceAll("\n", ",\n"), "latin1");
  };
  return through(target, separated, () => (written ? "\n]\n" : "[]\n"));
}

/** Makes what is written be changed on its way to another stream, which ends and fails with it. */
function through(target: Writable, changed: (chunk: Buffer) => Buffer | string, last: () => string): Writable {
  return listenedTo(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        target.write(changed(chunk), done);
      },
      final(done) {
        target.end(last(), done);
      },
      destroy(error, done) {
        if (error !== null) target.destroy(error);
        done(error);
      },
    }),
  );
}
