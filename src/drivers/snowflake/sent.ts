import { sdkBind } from "./params.ts";
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
