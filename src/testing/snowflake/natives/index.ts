import { calendarNatives } from "./calendar.ts";
import { documentNatives } from "./documents.ts";
import { geographyNatives } from "./geography.ts";
import { momentNatives } from "./moments.ts";
import type { Native } from "./native.ts";
import { numberNatives } from "./numbers.ts";
import { textNatives } from "./texts.ts";

/** All functions that the stand-in adds to DuckDB. */
export const natives: readonly Native[] = [
  ...momentNatives,
  ...calendarNatives,
  ...numberNatives,
  ...textNatives,
  ...documentNatives,
  ...geographyNatives,
];
