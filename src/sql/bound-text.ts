import { invalidArgument } from "../errors.ts";
import type { Bind } from "../values/parameters.ts";
import type { Dialect } from "./dialect.ts";

/** A statement in the warehouse's own placeholder style, and the values that go with it. */
export interface BoundText {
  readonly text: string;
  readonly binds: Bind[];
}

/** Writes placeholders and collects their binds in the order in which they are sent. */
export class BindWriter {
  readonly binds: Bind[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Gives the SQL for one bind. @throws `INVALID_ARGUMENT`, calling it `where`, for text that this warehouse cannot hold. */
  write(bind: Bind, where: string): string {
    if (bind.kind === "text" && !this.#dialect.allowsNul && bind.value.includes("\0")) {
      throw invalidArgument(`${where} holds a NUL character, which ${this.#dialect.title} cannot store in text.`);
    }
    return this.#dialect.placeholder(this.binds.push(bind), bind);
  }

  /** Gives the SQL for the elements of a list, separated by commas. */
  writeList(binds: readonly Bind[], where: string): string {
    let list = "";
    for (const bind of binds) list += (list === "" ? "" : ", ") + this.write(bind, where);
    return list;
  }
}

/** Gives back what is ready to be sent. @throws `INVALID_ARGUMENT` for what the server or its protocol would not take. */
export function checked(text: string, binds: Bind[], dialect: Dialect): BoundText {
  if (binds.length > dialect.maxBinds) {
    throw invalidArgument(
      `The statement carries ${binds.length} values, and ${dialect.title} takes at most ${dialect.maxBinds} in one: ` +
        "split it, or load the values into a table first.",
    );
  }
  // No UTF-16 unit takes more than three bytes, so that short texts need not be counted.
  if (text.length * 3 > dialect.maxStatementBytes) checkLength(Buffer.byteLength(text), dialect);
  if (!dialect.allowsNul && text.includes("\0")) {
    throw invalidArgument(`The statement holds a NUL character, which ${dialect.title} cannot be sent.`);
  }
  return { text, binds };
}

function checkLength(bytes: number, dialect: Dialect): void {
  if (bytes <= dialect.maxStatementBytes) return;
  throw invalidArgument(
    `The statement is ${bytes} bytes long, and ${dialect.title} takes at most ${dialect.maxStatementBytes}: ` +
      "send values as parameters, and many rows as files.",
  );
}
