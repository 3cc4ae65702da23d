import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WireTap } from "../../../src/drivers/redshift/wire.ts";

function message(type: string, body: Buffer | string = ""): Buffer {
  const bytes = Buffer.concat([Buffer.from(type), Buffer.alloc(4), Buffer.from(body)]);
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}

/** A RowDescription's column: a name and 18 bytes. */
const column = (name: string) => Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(18, 1)]);
const columns = (...names: string[]) =>
  message("T", Buffer.concat([Buffer.from([0, names.length]), ...names.map(column)]));

/** A login, a result with rows of all sizes, notices and parameters between them, an error and a second result without rows. */
const conversation = [
  message("R", Buffer.from([0, 0, 0, 13, 0, 0, 0, 0])),
  message("R", Buffer.from([0, 0, 0, 0])),
  message("S", "server_version\u00008.0.2\0"),
  message("K", Buffer.alloc(8, 7)),
  message("Z", "I"),
  columns("one", "two", ""),
  message("D"),
  message("D", "a"),
  message("N", "SNOTICE\0Ma notice\0\0"),
  message("D", Buffer.alloc(300, 0x44)),
  message("n"),
  message("D", Buffer.alloc(2_000, 0x52)),
  message("C", "SELECT\0"),
  message("Z", "I"),
  message("E", "SERROR\0\0"),
  message("A", "\0\0\0\u0007channel\0payload\0"),
  message("Z", "E"),
  columns(),
  message("C", "SELECT\0"),
  message("Z", "I"),
];

/** What a reader of a stream got: whole messages that it took, and the bytes that were passed on to `pg`. */
interface Reading {
  readonly taken: string[];
  readonly passed: Buffer;
  readonly failures: Error[];
}

type Takes = (type: string, body: Buffer) => boolean;
const takesRowsAndDigests: Takes = (type, body) => type === "D" || body.readInt32BE(0) === 13;

function read(chunks: readonly Buffer[], takes: Takes = takesRowsAndDigests): Reading {
  const taken: string[] = [];
  const passed: Buffer[] = [];
  const failures: Error[] = [];
  const take = (bytes: Buffer, start: number, end: number) => {
    const type = bytes.toString("latin1", start, start + 1);
    if (!takes(type, bytes.subarray(start + 5, end))) return false;
    // The order among both readers is a part of what must be kept.
    taken.push(`${Buffer.concat(passed).length}:${bytes.toString("hex", start, end)}`);
    return true;
  };
  const tap = new WireTap({
    authentication: take,
    dataRow: take,
    chunkEnd: () => undefined,
    failed: (error) => failures.push(error),
  });
  tap.on("data", (bytes: Buffer) => passed.push(Buffer.from(bytes)));
  for (const chunk of chunks) tap.push(chunk);
  return { taken, passed: Buffer.concat(passed), failures };
}

/** A stream cut at the given places. */
function cutAt(stream: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places].sort((one, other) => one - other).concat(stream.length);
  // A copy, so that nothing can be read beyond a chunk's end.
  return ends.map((end, index) => Buffer.from(stream.subarray(ends[index - 1] ?? 0, end)));
}

describe("the tap on a connection", () => {
  const stream = Buffer.concat(conversation);
  const whole = read([stream]);

  it("takes rows and its own authentication, and passes on every other byte", () => {
    const isTaken = (bytes: Buffer) => bytes[0] === 0x44 || (bytes[0] === 0x52 && bytes[8] === 13);
    expect(whole.passed).toEqual(Buffer.concat(conversation.filter((bytes) => !isTaken(bytes))));
    expect(whole.taken.map((entry) => entry.split(":")[1])).toEqual(
      conversation.filter(isTaken).map((bytes) => bytes.toString("hex")),
    );
    expect(whole.failures).toEqual([]);
  });

  it("reads the same wherever a chunk ends, at every byte", () => {
    for (let place = 0; place <= stream.length; place++) {
      expect(read(cutAt(stream, [place]))).toEqual(whole);
    }
  });

  it("reads the same from chunks of one byte, and of any one size", () => {
    for (const size of [1, 2, 3, 4, 5, 6, 7, 11, 64, 1_000]) {
      const places = Array.from({ length: Math.floor(stream.length / size) }, (_, index) => (index + 1) * size);
      expect(read(cutAt(stream, places))).toEqual(whole);
    }
  });

  it("reads the same from any messages, cut anywhere, whoever takes what", () => {
    const anyBody = fc
      .tuple(fc.constantFrom(..."DDDDRZn".split("")), fc.uint8Array({ minLength: 4, maxLength: 40 }))
      .map(([type, body]) => message(type, Buffer.from(body)));
    const withTexts = fc.constantFrom(
      ...conversation.filter((bytes) => "ACENST".includes(bytes.toString("latin1", 0, 1))),
    );
    const anyMessage = fc.oneof(anyBody, anyBody, withTexts);
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 20 }),
        fc.array(fc.nat(900), { maxLength: 30 }),
        fc.boolean(),
        (messages, places, takesRows) => {
          const takes: Takes = (type, body) => (type === "D" ? takesRows : (body[0] ?? 0) > 127);
          const bytes = Buffer.concat(messages);
          const cuts = places.filter((place) => place <= bytes.length);
          expect(read(cutAt(bytes, cuts), takes)).toEqual(read([bytes], takes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("puts rows of hundreds of kilobytes together from the pieces that a socket gives", () => {
    const rows = [message("D", Buffer.alloc(200_000, "x")), message("D"), message("D", Buffer.alloc(190_001, "y"))];
    const bytes = Buffer.concat([columns(), ...rows, message("C", "SELECT\0")]);
    const expected = read([bytes]);
    expect(expected.taken).toHaveLength(3);
    for (const size of [1_460, 16_384, 65_536]) {
      const places = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => (index + 1) * size);
      expect(read(cutAt(bytes, places))).toEqual(expected);
    }
  });

  it("hands a row of one chunk over in the chunk itself, without a copy", () => {
    const chunk = Buffer.concat([columns(), message("D", "abc")]);
    const seen: Buffer[] = [];
    const tap = new WireTap({
      authentication: () => false,
      dataRow: (bytes) => seen.push(bytes) > 0,
      chunkEnd: () => undefined,
      failed: (error) => expect.unreachable(error.message),
    });
    tap.push(chunk);
    expect(seen).toEqual([chunk]);
    expect(seen[0]?.buffer).toBe(chunk.buffer);
  });

  it("tells the end of each chunk after everything in it has been handed on", () => {
    const events: string[] = [];
    const tap = new WireTap({
      authentication: () => false,
      dataRow: () => events.push("row") > 0,
      chunkEnd: () => events.push("end"),
      failed: () => events.push("failed"),
    });
    tap.on("data", () => events.push("data"));
    for (const chunk of cutAt(Buffer.concat([message("D"), message("n"), message("D", "a")]), [10])) tap.push(chunk);
    expect(events).toEqual(["row", "data", "end", "row", "end"]);
  });
});

describe("a damaged stream", () => {
  it.each([0, 3, -1, -2_147_483_648, 2_147_483_647])(
    "that announces a message of %i bytes fails the connection and goes no further, wherever it is cut",
    (length) => {
      for (const type of ["D", "R", "T"]) {
        const bad = message(type, "abcdefg");
        bad.writeInt32BE(length, 1);
        const good = message("D", "good");
        const bytes = Buffer.concat([good, bad, good]);
        for (let place = 0; place <= bytes.length; place++) {
          const { taken, failures } = read(cutAt(bytes, [place]));
          expect(taken).toHaveLength(1);
          expect(failures).toHaveLength(1);
          expect(failures[0]?.message).toContain("not the PostgreSQL protocol");
        }
      }
    },
  );

  it.each([
    message("E"),
    message("E", "SERROR"),
    message("E", "SERROR\0"),
    message("N", "SNOTICE\0Ma notice\0"),
    message("S", "server_version"),
    message("S", "server_version\0"),
    message("A", "\0\0\0\u0007channel\0"),
    message("A", "\0\0"),
    message("C"),
    message("C", "SELECT"),
    message("T"),
    message("T", "\0\u0001name"),
    message("T", "\0\u0001name\0"),
    message("T", `\0\u0002name\0${"x".repeat(18)}`),
  ])("with a text that does not end never reaches pg, which would look for its end for ever: %s", (bad) => {
    const before = columns("a");
    const bytes = Buffer.concat([before, bad]);
    const more = Buffer.concat([bytes, message("Z", "I"), message("C", "SELECT\0")]);
    for (let place = 0; place <= bytes.length; place++) {
      for (const stream of [bytes, more]) {
        const { passed, failures } = read(cutAt(stream, [place]));
        expect(passed).toEqual(before);
        expect(failures.map(String)).toEqual([expect.stringContaining("a text that does not end")]);
      }
    }
  });

  it("of any bytes never throws out of the data listener, and fails at most once", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (chunks) => {
        const { failures } = read(
          chunks.map((chunk) => Buffer.from(chunk)),
          () => true,
        );
        expect(failures.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each(["authentication", "dataRow", "chunkEnd", "pg's parser"])(
    "is what a throw in %s becomes: the connection fails once, and nothing escapes",
    (place) => {
      const failures: Error[] = [];
      let calls = 0;
      const at = (name: string, result: boolean) => () => {
        if (name !== place) return result;
        calls++;
        throw new Error(`thrown in ${name}`);
      };
      const tap = new WireTap({
        authentication: at("authentication", false),
        dataRow: at("dataRow", false),
        chunkEnd: at("chunkEnd", true),
        failed: (error) => failures.push(error),
      });
      tap.on("data", at("pg's parser", true));
      const chunk = Buffer.concat([message("R", "abcd"), message("D", "row"), message("Z", "I")]);
      tap.push(chunk);
      tap.push(chunk);
      expect(failures.map(String)).toEqual([`Error: thrown in ${place}`]);
      expect(calls).toBe(1);
    },
  );

  it("reports what is no Error as one", () => {
    const failures: unknown[] = [];
    const tap = new WireTap({
      authentication: () => false,
      dataRow: () => {
        // Third-party code may throw anything.
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw "a string";
      },
      chunkEnd: () => undefined,
      failed: (error) => failures.push(error),
    });
    tap.push(message("D"));
    expect(failures).toEqual([new Error("a string")]);
  });
});
