import { bindMessage, rowsBindMessage } from "./bind.ts";
import { wireParameter } from "./params.ts";
import type { CellFormat } from "./cells.ts";
import type { PreparedStatement } from "./prepared-statement.ts";
import type { WireConnection } from "./connection.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Statement } from "../../driver.ts";

/** What is sent of one statement. Each step goes out in one write. */
export interface Request {
  /** Whether the columns are asked for first, to say then how their cells are to come. */
  readonly describesFirst: boolean;
  /** Sends the statement, or the question for its columns. */
  begin(): void;
  /** Runs a statement whose columns have been told. @param formats - one for each column. */
  run(formats: readonly CellFormat[]): void;
  /** Sends the Sync that the server waits for before all else, also after an error; nothing where it waits for none. */
  sync(): void;
  /** Whether it waits for one. */
  readonly owesSync: boolean;
  /** Told that the server has refused it. */
  failed(): void;
  /** Refuses to send the data of a COPY. */
  refuseCopy(reason: string): void;
}

/** The values of many rows, as this driver has written them. */
type WireRows = Extract<Statement["bindRows"], { form: "wire" }>;

/** Makes the request of a statement. @param prepared - what the connection's server has parsed before. */
export function requestOf(
  connection: WireConnection,
  statement: Statement<Batch>,
  prepared: PreparedStatement,
): Request {
  const { text, binds, bindRows, shape, decoding, describeOnly = false } = statement;
  const parameters = binds.map(wireParameter);
  const describesFirst = shape.isLarge && decoding !== "driver" && !describeOnly;
  const isSimple = parameters.length === 0 && bindRows === undefined && !describeOnly && !describesFirst;
  let owesSync = false;

  const sync = () => {
    if (!owesSync) return;
    owesSync = false;
    connection.sync();
  };

  const together = (send: () => void) => {
    connection.stream.cork();
    send();
    connection.stream.uncork();
  };

  /** Sends an INSERT of many rows, whose text is parsed once for all that are alike. */
  const beginRows = ({ types, values, isRepeated }: WireRows) => {
    const name = prepared.use(text, types, isRepeated);
    for (const piece of rowsBindMessage(name, types.length, values)) connection.stream.write(piece);
    connection.execute({ portal: "", rows: 0 });
    connection.sync();
  };

  return {
    describesFirst,
    begin() {
      if (bindRows?.form === "wire") {
        together(() => beginRows(bindRows));
        return;
      }
      prepared.drop();
      if (isSimple) {
        connection.query(text);
        return;
      }
      together(() => {
        connection.parse({ text, name: "", types: parameters.map(({ oid }) => oid) });
        if (describeOnly || describesFirst) {
          connection.describe({ type: "S", name: "" });
        } else {
          connection.bind({ values: parameters.map((parameter) => parameter.text), binary: false });
          connection.describe({ type: "P", name: "" });
          connection.execute({ portal: "", rows: 0 });
        }
        owesSync = describesFirst;
        if (describesFirst) connection.flush();
        else connection.sync();
      });
    },
    run(formats) {
      together(() => {
        connection.stream.write(bindMessage(parameters, formats));
        // Tells in which form each column really comes.
        connection.describe({ type: "P", name: "" });
        connection.execute({ portal: "", rows: 0 });
        sync();
      });
    },
    sync,
    get owesSync() {
      return owesSync;
    },
    failed() {
      prepared.forget();
    },
    refuseCopy(reason) {
      connection.sendCopyFail(reason);
      // While a COPY reads its data the server passes over a Sync, and it waits for one after the error.
      if (!isSimple) connection.sync();
    },
  };
}
