import { snowflake as dialect } from "./dialect.ts";
import { sdkBind } from "./params.ts";
import { WarehouseError } from "../../errors.ts";
import { firstKeyword } from "../../sql/statements.ts";
import type { Sdk } from "./sdk.ts";
import type { Statement } from "../../driver.ts";

/** What the server is told of a statement, and who reads its answer: not as what its rows are given. */
export type Sent = Omit<Statement, "shape">;

/** The texts of rows are ISO 8601, whatever the session or the account has set. */
const inputFormats = { DATE_INPUT_FORMAT: "AUTO", TIME_INPUT_FORMAT: "AUTO", TIMESTAMP_INPUT_FORMAT: "AUTO" };

/** Gives the session parameters that hold for the statement alone. */
export function parametersOf({ bindRows }: Sent, tag: string | undefined): Pick<Sdk.StatementOption, "parameters"> {
  if (bindRows === undefined && tag === undefined) return {};
  return { parameters: { ...(bindRows && inputFormats), ...(tag !== undefined && { QUERY_TAG: tag }) } };
}

/** Gives the binds as the SDK takes them, for which rows of them are bulk binds. */
export function bindsOf({ binds, bindRows }: Sent): Sdk.Binds {
  if (bindRows?.form !== "rows") return binds.map(sdkBind);
  return bindRows.isList ? bindRows.rows.flat() : bindRows.rows;
}

/**
 * Refuses statements that the SDK would run itself, on the files of this machine.
 *
 * @throws `UNSUPPORTED` for PUT and GET.
 */
export function refuseFileTransfer(text: string): void {
  const keyword = firstKeyword(text, dialect);
  if (keyword !== "PUT" && keyword !== "GET") return;
  const instead =
    keyword === "PUT"
      ? "insert() puts rows into a table, with via through a bucket"
      : "export() writes a query's result to a file";
  throw new WarehouseError(
    "UNSUPPORTED",
    `${keyword} reads or writes files of this machine, which this package does not do: ${instead}.`,
  );
}
