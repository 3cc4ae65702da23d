import { Refused, type RedshiftError } from "../errors.ts";
import type { History } from "../history.ts";
import { unlessAborted } from "../interlude.ts";
import type { Storage } from "../../s3/storage.ts";
import type { SqlMode } from "../sql/settings.ts";
import type { Conversation } from "./conversation.ts";
import type { CopyCommand } from "./copy-command.ts";
import { copy } from "./copy.ts";
import { beyondStandIn, cancelled, storageFailure } from "./failures.ts";
import type { RedshiftRoles } from "./roles.ts";
import type { UnloadCommand } from "./unload-command.ts";
import { unload } from "./unload.ts";

/** Is what the stand-in does itself, not PostgreSQL. */
export type BulkCommand = UnloadCommand | CopyCommand;

/** Is what a session hands over with a command. */
export interface BulkWork {
  readonly talk: Conversation;
  readonly signal: AbortSignal;
  readonly abort: (error: RedshiftError, stopped: Promise<unknown>) => void;
  /** The query's id. */
  readonly number: number;
  readonly mode: SqlMode;
}

/** Is what the client is told of a command that has succeeded. */
export interface BulkAnswer {
  readonly tag: "UNLOAD" | "COPY";
  readonly notices: readonly RedshiftError[];
}

/** Is what the commands of a session have to do with. */
export interface BulkHouse {
  readonly storage: Storage;
  readonly roles: RedshiftRoles;
  readonly history: Pick<History, "add">;
  readonly user: string;
  /** Cancels what PostgreSQL runs for the session. */
  readonly stop: () => Promise<void>;
}

/** Is one command's work, as its parts see it. */
export interface BulkTask extends Omit<BulkWork, "abort">, Omit<BulkHouse, "stop"> {
  /** Gives what S3 answers, unless the command is cancelled first. */
  readonly reach: <T>(answer: Promise<T>) => Promise<T>;
}

/** Makes what runs UNLOAD and COPY for a session; it rejects with a `Refused` that says what to tell the client. */
export function createBulk({
  stop,
  ...house
}: BulkHouse): (command: BulkCommand, work: BulkWork) => Promise<BulkAnswer> {
  return async (command, { abort, ...work }) => {
    const { talk, signal, number } = work;
    const reach = <T>(answer: Promise<T>): Promise<T> =>
      unlessAborted(
        signal,
        answer.catch((error: unknown) => {
          throw storageFailure(error, number, command.command);
        }),
      );
    const limit = await takeTimeout(talk);
    // The whole command counts, of which PostgreSQL does only a part: its own clock stands still meanwhile.
    const clock = setTimeout(() => abort(cancelled(number), stop()), limit);
    if (limit === 0) clearTimeout(clock);
    try {
      const task = { ...house, ...work, reach };
      const answer = await (command.command === "unload" ? unload(command, task) : copy(command, task));
      signal.throwIfAborted();
      if (limit > 0) await setting(talk, "statement_timeout", limit, "local");
      return answer;
    } catch (error) {
      if (error instanceof Refused && error.error.code === "57014") throw new Refused(cancelled(number));
      throw error;
    } finally {
      clearTimeout(clock);
    }
  };
}

/** Gives `statement_timeout` in milliseconds, 0 for none, and turns it off for the rest of the transaction. */
async function takeTimeout(talk: Conversation): Promise<number> {
  const names = "'client_encoding', 'statement_timeout'";
  const rows = await talk.rows(`select setting from pg_catalog.pg_settings where name in (${names}) order by name`);
  const [encoding, timeout] = rows.map(([value]) => value);
  if (encoding !== "UTF8") throw beyondStandIn(`UNLOAD or COPY with client_encoding ${encoding ?? ""}`);
  const limit = Number(timeout ?? 0);
  if (limit > 0) await setting(talk, "statement_timeout", 0, "local");
  return limit;
}

/** Sets a setting of the session's, for the transaction only or for good. */
export async function setting(
  talk: Conversation,
  name: string,
  value: number,
  scope: "local" | "session",
): Promise<void> {
  await talk.rows(`select pg_catalog.set_config('${name}', '${value}', ${String(scope === "local")})`);
}
