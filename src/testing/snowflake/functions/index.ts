import type { Maker } from "../binder/calls.ts";
import { contextFunctions } from "./context.ts";
import { conversionFunctions } from "./conversions.ts";
import { documentFunctions } from "./documents.ts";
import { momentFunctions } from "./moments.ts";
import { numberFunctions } from "./numbers.ts";
import { textFunctions } from "./texts.ts";

/** Snowflake's scalar functions by name. */
export const functions: Readonly<Record<string, Maker>> = {
  ...textFunctions,
  ...numberFunctions,
  ...momentFunctions,
  ...conversionFunctions,
  ...documentFunctions,
  ...contextFunctions,
};
