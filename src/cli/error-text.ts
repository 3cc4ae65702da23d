import { CommanderError } from "commander";
import { WarehouseError } from "../errors.ts";
import { Ended } from "./ended.ts";
import { cellText, linesText } from "./cell-text.ts";
import { counted } from "./quantities.ts";
import { cut, cutFront, displayWidth } from "./display-width.ts";
import { PlacedError } from "./placed-error.ts";
import type { Paint } from "./paint.ts";

/**
 * Writes what went wrong for a person: a sentence, what is known besides, and the place in the statement.
 *
 * @param columns - of the terminal, within which the place is shown.
 */
export function errorText(thrown: unknown, paint: Paint, columns: number | undefined): string {
  const error = thrown instanceof PlacedError ? thrown.error : thrown;
  if (error instanceof Ended) return `${error.message}\n`;
  const head = `${paint.red("error:")} ${messageOf(error)}`;
  if (!WarehouseError.is(error)) return `${head}\n`;
  return (
    [
      head,
      ...(thrown instanceof PlacedError ? place(thrown, paint, columns ?? 120) : []),
      ...facts(error).map((fact) => paint.dim(fact)),
    ].join("\n") + "\n"
  );
}

/** Writes what went wrong as one line of JSON, for a program. */
export function errorJson(thrown: unknown): string {
  const error = thrown instanceof PlacedError ? thrown.error : thrown;
  // What is enumerable of our errors is made to be printed.
  const more = WarehouseError.is(error) ? Object.fromEntries(Object.entries(error)) : {};
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Commander's have codes of its own.
  const usage = error instanceof CommanderError ? { code: "USAGE" } : {};
  return `${JSON.stringify({ code, ...more, ...usage, name: undefined, message: messageOf(error) })}\n`;
}

/** Tells an error that has been printed already, or is none for anybody. */
export function isSilent(error: unknown): boolean {
  return error instanceof CommanderError || (error instanceof Ended && error.message === "");
}

/** A server's words may hold what would steer a terminal. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return linesText(String(error));
  // Without a command there is nothing but the help, of which commander makes an error, too.
  if (error instanceof CommanderError && error.code === "commander.help") return "There is no command: see --help.";
  return linesText(error.message.replace(/^error: /, ""));
}

function facts(error: WarehouseError): string[] {
  const { code, sqlState, vendorCode, queryId, effect, phase, written, rowErrors = [] } = error;
  const state = sqlState === undefined ? "" : `, SQLSTATE ${sqlState}`;
  const vendor = vendorCode === undefined || vendorCode === sqlState ? "" : `, code ${vendorCode}`;
  const query = queryId === undefined ? "" : `, query ${queryId}`;
  const found = [`  (${code}${state}${vendor}${query})`];
  if (effect === "unknown" && (phase === "execute" || phase === "commit")) {
    found.push("  Whether the statement has changed anything is not known: look before you run it again.");
  }
  if (effect === "rolled back") found.push("  What it had changed was rolled back.");
  const files = written?.files ?? [];
  if (files.length > 0)
    found.push(`  It left ${counted(files.length, "file")} behind:`, ...listed(files.map(({ url }) => url)));
  if (rowErrors.length > 0) {
    found.push(`  Refused: ${counted(rowErrors.length, "row")}.`, ...listed(rowErrors.map(refusedRow)));
  }
  return found.map(cellText);
}

/** Tells where a row was refused and why. Not its value, which a log would keep. */
export function refusedRow(error: NonNullable<WarehouseError["rowErrors"]>[number]): string {
  const { file = "a file", line, column, reason } = error;
  return `${file}${line === undefined ? "" : `:${line}`}${column === undefined ? "" : `, ${column}`}: ${reason}`;
}

const mostListed = 20;

function listed(lines: readonly string[]): string[] {
  const shown = lines.slice(0, mostListed).map((line) => `    ${line}`);
  return lines.length > mostListed ? [...shown, `    and ${lines.length - mostListed} more`] : shown;
}

/** Shows the line of the statement in which the server saw the mistake, with a caret under the place. */
function place({ error: { position = 1 }, text }: PlacedError, paint: Paint, columns: number): string[] {
  // Servers count characters, and JavaScript half a surrogate pair as one.
  const before = Array.from(text)
    .slice(0, position - 1)
    .join("");
  const number = before.split("\n").length;
  const line = (text.split("\n")[number - 1] ?? "").replace(/\r$/, "");
  const margin = `  ${number} | `;
  const room = Math.max(20, columns - margin.length - 1);
  const start = before.slice(before.lastIndexOf("\n") + 1);
  const lead = cutFront(cellText(start), Math.floor(room / 2));
  const rest = cut(cellText(line.slice(start.length)), room - displayWidth(lead));
  return [margin + lead + rest, " ".repeat(margin.length + displayWidth(lead)) + paint.red("^")];
}
