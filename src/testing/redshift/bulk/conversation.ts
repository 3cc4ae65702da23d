import { parseError, Refused, withoutPosition } from "../errors.ts";
import { parseRowDescription, type Column } from "../columns.ts";
import { cstring, frame, int32, type FrameSink } from "../frames.ts";
import { type } from "../messages.ts";

/** Is a row as PostgreSQL sends it: the bytes of each value, or null. */
export type WireRow = readonly (Buffer | null)[];

/** Is a query that runs, its rows taken piece by piece. */
interface OpenQuery {
  readonly columns: readonly Column[];
  /** Gives the next rows, at most `rows` of them; none when there are no more. */
  next(rows: number): Promise<readonly WireRow[]>;
}

/**
 * Is what the stand-in itself says to a session of PostgreSQL while its client waits, within the transaction that is open or, without
 * one, within one that the next Sync ends. Everything rejects with {@link Refused} when PostgreSQL refuses.
 */
export interface Conversation {
  /** Takes what PostgreSQL answers. */
  readonly sink: FrameSink;
  /** Runs a statement of PostgreSQL's; gives its rows as text. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** Begins a query; `binary` says which columns are to come in binary form. */
  open(sql: Buffer, binary: (column: Column) => boolean): Promise<OpenQuery>;
  /** Runs a `COPY … FROM STDIN` with these bytes. */
  copyIn(sql: string, pieces: Iterable<Buffer>): Promise<void>;
  /** Has the transaction fail, unless it has. */
  fail(): Promise<void>;
  /** Lets what waits for an answer reject: the connection is gone. */
  lost(): void;
}

interface Answer {
  readonly kind: number;
  readonly bytes: Buffer;
}

// Not the client's: its unnamed statement and portal must outlive the conversation.
const name = cstring("stand_in_own");
const flush = frame("H");
const copyInResponse = "G".charCodeAt(0);

/** Begins a conversation; `toServer` sends. After an abort nothing new is begun: what runs then is for a CancelRequest to end. */
export function converse(toServer: (bytes: Buffer) => void, signal: AbortSignal): Conversation {
  const arrived: Answer[] = [];
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let failed = false;
  let gone: Error | undefined;

  const receive = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const first = arrived.shift();
      if (first) resolve(first);
      else if (gone) reject(gone);
      else waiting = { resolve, reject };
    });

  /** Gives the next answer of the kind; others before it go to `other`. */
  async function until(kinds: readonly number[], other?: (answer: Answer) => void): Promise<Answer> {
    for (;;) {
      const answer = await receive();
      if (answer.kind === type.error) {
        failed = true;
        throw new Refused(withoutPosition(parseError(answer.bytes.subarray(5))));
      }
      if (kinds.includes(answer.kind)) return answer;
      other?.(answer);
    }
  }

  async function prepare(sql: Buffer): Promise<readonly Column[]> {
    signal.throwIfAborted();
    const closing = frame("C", Buffer.from("S"), name);
    const parsing = frame("P", name, sql, Buffer.from([0]), Buffer.alloc(2));
    toServer(Buffer.concat([closing, parsing, frame("D", Buffer.from("S"), name), flush]));
    const { kind, bytes } = await until([type.rowDescription, type.noData]);
    return kind === type.noData ? [] : parseRowDescription(bytes);
  }

  function bind(formats: readonly (0 | 1)[]): Buffer {
    const codes = Buffer.alloc(2 + formats.length * 2);
    codes.writeUInt16BE(formats.length);
    formats.forEach((format, at) => codes.writeInt16BE(format, 2 + at * 2));
    return Buffer.concat([frame("C", Buffer.from("P"), name), frame("B", name, name, Buffer.alloc(4), codes)]);
  }

  async function open(sql: Buffer, binary: (column: Column) => boolean): Promise<OpenQuery> {
    const columns = await prepare(sql);
    toServer(bind(columns.map((column) => (binary(column) ? 1 : 0))));
    let done = false;
    return {
      columns,
      async next(limit) {
        if (done) return [];
        signal.throwIfAborted();
        toServer(Buffer.concat([frame("E", name, int32(limit)), flush]));
        const rows: WireRow[] = [];
        const { kind } = await until([type.commandComplete, type.portalSuspended, type.emptyQuery], (answer) => {
          if (answer.kind === type.dataRow) rows.push(values(answer.bytes));
        });
        done = kind !== type.portalSuspended;
        return rows;
      },
    };
  }

  return {
    sink: {
      wants: () => true,
      frame(kind, bytes) {
        if (kind === type.notice || kind === type.parameterStatus) return;
        const answer = { kind, bytes };
        if (!waiting) arrived.push(answer);
        else waiting.resolve(answer);
        waiting = undefined;
      },
      bytes: () => undefined,
    },
    async rows(sql) {
      const query = await open(Buffer.from(sql), () => false);
      const rows = await query.next(0);
      return rows.map((row) => row.map((value) => value?.toString("utf8") ?? null));
    },
    open,
    async copyIn(sql, pieces) {
      await prepare(Buffer.from(sql));
      toServer(Buffer.concat([bind([]), frame("E", name, int32(0)), flush]));
      await until([copyInResponse]);
      for (const piece of pieces) toServer(frame("d", piece));
      toServer(Buffer.concat([frame("c"), flush]));
      await until([type.commandComplete]);
    },
    async fail() {
      if (failed || gone) return;
      toServer(Buffer.concat([frame("P", name, cstring("!"), Buffer.alloc(2)), flush]));
      await until([]).catch(() => undefined);
    },
    lost() {
      gone = new Error("The connection to PostgreSQL was lost.");
      waiting?.reject(gone);
      waiting = undefined;
    },
  };
}

function values(row: Buffer): WireRow {
  const result: (Buffer | null)[] = [];
  let at = 7;
  for (let left = row.readUInt16BE(5); left > 0; left--) {
    const length = row.readInt32BE(at);
    at += 4;
    result.push(length < 0 ? null : row.subarray(at, at + length));
    at += Math.max(length, 0);
  }
  return result;
}
