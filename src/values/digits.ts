import { invalidArgument } from "../errors.ts";

/** The precision of the widest exact number of both warehouses, `NUMERIC(38,0)` and `NUMBER(38,0)`. */
const maxIntegerDigits = 38;
const bound = 10n ** BigInt(maxIntegerDigits);

/** @throws `INVALID_ARGUMENT` for a whole number that no column can hold. */
export function checkDigits(value: bigint, where: string): void {
  if (value >= bound || value <= -bound) {
    throw invalidArgument(
      `${where} has a bigint of more than ${maxIntegerDigits} digits, the most a warehouse can hold.`,
    );
  }
}
