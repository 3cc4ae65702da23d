import { compilationError, divisionByZero, outOfRange, SnowflakeError, unsupported } from "../errors.ts";

/**
 * Turns an error of DuckDB into the one Snowflake gives for the same mistake. One for which there is none is reported as not supported, with
 * DuckDB's own words.
 */
export function mapped(error: unknown): SnowflakeError {
  if (error instanceof SnowflakeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const carried = /SNOWFLAKE(\[.*\])/s.exec(message)?.[1];
  if (carried !== undefined) {
    // Our own functions wrote it: three strings.
    const [code, sqlState, text] = JSON.parse(carried.slice(0, closing(carried))) as [string, string, string];
    return Object.assign(new SnowflakeError(code, sqlState, text), { cause: error });
  }
  return Object.assign(translated(message), { cause: error });
}

// What follows the JSON is DuckDB's own: the list ends at the first `"]` that is not escaped.
const closing = (text: string): number => {
  const end = /(?<!\\)(?:\\\\)*"\]/.exec(text);
  return end === null ? text.length : end.index + end[0].length;
};

function translated(message: string): SnowflakeError {
  const range = /Casting value "([^"]*)" to type DECIMAL\((\d+),(\d+)\)/.exec(message);
  if (range !== null) return outOfRange(`FIXED[SB16](${range[2] ?? ""},${range[3] ?? ""}){nullable}`, range[1] ?? "");
  if (/Overflow in|out of range/i.test(message))
    return outOfRange("FIXED[SB16](38,0){nullable}", /\(([^)]*)\)/.exec(message)?.[1] ?? "");
  if (/division by zero/i.test(message)) return divisionByZero();
  if (message.includes("NOT NULL constraint failed"))
    return new SnowflakeError("100072", "22000", "NULL result in a non-nullable column");
  if (message.includes("must appear in the GROUP BY clause"))
    return compilationError(
      "000979",
      "42601",
      "A column in the select clause is neither an aggregate nor in the group by clause.",
    );
  if (/aggregate function calls cannot be nested|(WHERE|JOIN).*cannot contain (aggregates|window)/i.test(message))
    return compilationError("002035", "42601", "Invalid aggregate function in a clause that takes none");
  if (/More than one row returned by a subquery/i.test(message))
    return new SnowflakeError("090150", "22000", "Single-row subquery returns more than one row.");
  if (/Table with name \w+ does not exist/.test(message))
    return compilationError("002003", "42S02", "The object was dropped while the statement ran.");
  return unsupported(`This statement (${message.split("\n")[0] ?? ""})`);
}
