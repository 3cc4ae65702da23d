import { fstatSync } from "node:fs";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { once } from "node:events";
import { writeWholeFile } from "../files/whole-file.ts";
import type { Ground } from "./ground.ts";
import type { ProgressLine } from "./progress-line.ts";

/**
 * Lends a stream into standard output that may end while that stays open.
 *
 * @param line - a line of progress. It goes on beside a file only: a terminal shows one of both, and who reads a pipe may write to that terminal.
 */
export function standardOutput({ stdout }: Ground, line?: ProgressLine): Writable {
  const isFile = "fd" in stdout && typeof stdout.fd === "number" && fstatSync(stdout.fd).isFile();
  const send = (bytes: Uint8Array, done: (error?: Error | null) => void) => {
    if (!isFile) line?.end();
    stdout.write(bytes, done);
  };
  return listenedTo(
    new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        send(chunk, done);
      },
      writev(chunks: readonly { readonly chunk: Uint8Array }[], done) {
        send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
      },
    }),
  );
}

/** Whoever writes is told of the error by the next write; until then nobody may be listening. */
function listenedTo(stream: Writable): Writable {
  return stream.on("error", () => undefined);
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
  const separated = (chunk: Buffer): string => {
    const lead = written ? (open ? ",\n" : "") : "[\n";
    written = true;
    open = chunk.at(-1) === lineFeed;
    const lines = open ? chunk.subarray(0, -1) : chunk;
    // A line of JSON holds no line end, and no byte of another character looks like one.
    return lead + lines.toString("latin1").replaceAll("\n", ",\n");
  };
  const array = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0) done();
      else target.write(Buffer.from(separated(chunk), "latin1"), done);
    },
    final(done) {
      target.end(written ? "\n]\n" : "[]\n", done);
    },
    destroy(error, done) {
      if (error !== null) target.destroy(error);
      done(error);
    },
  });
  return listenedTo(array);
}
