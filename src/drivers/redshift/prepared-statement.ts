import type { WireConnection } from "./connection.ts";

/** The one name that a session has for a statement: it keeps one at a time. */
const preparedName = "peak_insert";

/**
 * The statement that a session's server has parsed and keeps, so that one that is sent again and again with other values is parsed once. It
 * is closed before anything else is sent: Redshift itself drops it at DDL and ROLLBACK (amazon-redshift-python-driver), and who relied on it
 * afterwards would get 26000.
 */
export interface PreparedStatement {
  /** Sends what it takes for the server to have parsed a text, and gives the name under which it has. */
  use(text: string, types: readonly number[], isRepeated: boolean): string;
  /** Has the server close what it keeps. */
  drop(): void;
  /** Relies on nothing that was parsed: something has failed. */
  forget(): void;
}

/** Makes what a connection prepares statements with. */
export function preparedStatement(connection: Pick<WireConnection, "parse" | "close">): PreparedStatement {
  let known: string | undefined;
  /** The server may have a statement of this name. */
  let isHeld = false;

  const drop = () => {
    if (isHeld) connection.close({ type: "S", name: preparedName });
    isHeld = false;
    known = undefined;
  };

  return {
    use(text, types, isRepeated) {
      if (known === text) return preparedName;
      drop();
      const name = isRepeated ? preparedName : "";
      connection.parse({ text, name, types });
      if (isRepeated) {
        known = text;
        isHeld = true;
      }
      return name;
    },
    drop,
    forget() {
      known = undefined;
    },
  };
}
