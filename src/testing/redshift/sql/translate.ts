import { parseCopy, type CopyCommand } from "../bulk/copy-command.ts";
import { parseUnload, type UnloadCommand } from "../bulk/unload-command.ts";
import { Refused, type RedshiftError } from "../errors.ts";
import { namesSystem } from "../system-tables.ts";
import { translateExpressions } from "./expressions.ts";
import { tokenize } from "./lexer.ts";
import { refuseUnsupported } from "./refusals.ts";
import { readsTables } from "./relations.ts";
import { translateSettings, type SqlMode } from "./settings.ts";
import { splitStatements, statement, type Changes, type Edit, type Statement } from "./statement.ts";
import { translateTables } from "./tables.ts";
import { translateViews } from "./views.ts";

/** Is a text made fit for PostgreSQL. */
export interface Translation {
  readonly text: Buffer;
  /** With it, PostgreSQL is given a text that fails, and its error is replaced by this one. */
  readonly refusal?: RedshiftError;
  /** Whether it reads tables, so that it runs on compute nodes, which know no row limit of an Execute. */
  readonly readsTables: boolean;
  /** Whether it drops the session's named statements: DDL and ROLLBACK do. */
  readonly dropsStatements: boolean;
  /** Whether it reads what the stand-in knows about statements, so that this must be written down before it runs. */
  readonly readsHistory: boolean;
  /** What the stand-in does itself: PostgreSQL is given an empty text. */
  readonly bulk?: UnloadCommand | CopyCommand;
  /** Maps a position in the new text (characters from 1, as in an ErrorResponse) to the client's text. */
  position(translated: number): number;
}

interface Facts {
  readsTables: boolean;
  dropsStatements: boolean;
  readsHistory: boolean;
  bulk?: UnloadCommand | CopyCommand;
}

/** The longest statement that Redshift takes: 16 MB (AWS documentation, "Quotas and limits"). */
const maximumBytes = 16 * 1024 * 1024;

/** Fails in PostgreSQL's parser, so that a transaction around it is aborted as it would be on Redshift. */
const unparsable = Buffer.from("!");

/**
 * Translates Redshift SQL, one statement or several, for PostgreSQL: token by token, every other byte unchanged.
 * `mode` is what earlier statements of the session have set, and is brought up to date.
 */
export function translate(source: Buffer, mode: SqlMode): Translation {
  const changes: Changes = { edits: [] };
  const facts: Facts = { readsTables: false, dropsStatements: false, readsHistory: false };
  if (source.length > maximumBytes) {
    const message = `Statement is too large. Statement Size: ${source.length} bytes. Maximum Allowed: ${maximumBytes} bytes`;
    changes.refusal = { code: "54001", message };
  } else {
    collect(source.toString("latin1"), mode, changes, facts);
  }
  if (changes.refusal) return refused(changes.refusal);
  if (facts.bulk) return { ...facts, text: Buffer.alloc(0), position: (at) => at };
  const edits = changes.edits.sort((a, b) => a.start - b.start || a.end - b.end);
  if (edits.length === 0) return { ...facts, text: source, position: (at) => at };
  const pieces = apply(source, edits);
  const text = Buffer.concat(pieces.map(({ bytes }) => bytes));
  return { ...facts, text, position: (at) => originalPosition(pieces, at) };
}

/** Stands for a text that fails with this error, whatever it says. */
export const refused = (refusal: RedshiftError): Translation => ({
  text: unparsable,
  refusal,
  readsTables: false,
  dropsStatements: false,
  readsHistory: false,
  position: (at) => at,
});

const ddlOrRollback = new Set(["alter", "create", "drop", "rollback", "abort"]);

function collect(source: string, mode: SqlMode, changes: Changes, facts: Facts): void {
  facts.readsHistory = namesSystem(source);
  const statements = splitStatements(source, tokenize(source));
  for (const tokens of statements) {
    const one = statement(source, tokens, changes);
    const bulk = ["copy", "unload"].includes(one.word(0));
    if (bulk && mode.bulk) {
      if (statements.length > 1) one.refuse(notAlone);
      else collectBulk(one, mode, changes, facts);
      return;
    }
    refuseUnsupported(one);
    if (changes.refusal) return;
    facts.readsTables ||= readsTables(one);
    facts.dropsStatements ||= ddlOrRollback.has(one.word(0));
    translateSettings(one, mode);
    translateTables(one, mode);
    translateViews(one);
    translateExpressions(one, mode);
  }
}

const notAlone: RedshiftError = {
  code: "0A000",
  message: "UNLOAD and COPY among other statements of one text are not supported by the stand-in.",
};

function collectBulk(one: Statement, { caseSensitive }: SqlMode, changes: Changes, facts: Facts): void {
  try {
    facts.bulk = one.word(0) === "unload" ? parseUnload(one, caseSensitive) : parseCopy(one, caseSensitive);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    changes.refusal = error.error;
  }
}

/** Is a run of the new text: taken over from the old, or put in its place. */
interface Piece {
  readonly bytes: Buffer;
  readonly from: Buffer;
}

function apply(source: Buffer, edits: readonly Edit[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    // A rule may change what lies inside the range of another: the outer one, which comes first, has the say.
    if (start < at) continue;
    const kept = source.subarray(at, start);
    pieces.push({ bytes: kept, from: kept }, { bytes: Buffer.from(text, "latin1"), from: source.subarray(start, end) });
    at = end;
  }
  const rest = source.subarray(at);
  pieces.push({ bytes: rest, from: rest });
  return pieces;
}

const characters = (bytes: Buffer): number => bytes.toString("utf8").length;

function originalPosition(pieces: readonly Piece[], translated: number): number {
  let old = 0;
  let left = translated - 1;
  for (const { bytes, from } of pieces) {
    const length = characters(bytes);
    if (left < length) return old + (bytes === from ? left : 0) + 1;
    left -= length;
    old += characters(from);
  }
  return old + 1;
}
