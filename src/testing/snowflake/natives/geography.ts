import { SnowflakeError } from "../errors.ts";
import { compact, readDocument, sorted } from "../types/documents.ts";
import type { Document } from "../types/documents.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

const names: Readonly<Record<string, string>> = {
  POINT: "Point",
  LINESTRING: "LineString",
  POLYGON: "Polygon",
  MULTIPOINT: "MultiPoint",
  MULTILINESTRING: "MultiLineString",
  MULTIPOLYGON: "MultiPolygon",
};

const bad = (text: string): SnowflakeError => new SnowflakeError("100217", "22P02", `Error parsing Geo input: ${text}. Did not recognize valid GeoJSON, (E)WKT or (E)WKB.`); // prettier-ignore

/** Turns well-known text into the coordinates of GeoJSON: `1 2, 3 4` becomes `[1,2],[3,4]`, parentheses become brackets. */
function coordinates(shape: string, body: string, text: string): Document {
  const json = body
    .replaceAll("(", "[")
    .replaceAll(")", "]")
    .replace(/(-?[\d.]+)\s+(-?[\d.]+)/g, "[$1,$2]");
  const document = readDocument(json);
  if (!Array.isArray(document)) throw bad(text);
  return shape === "POINT" ? (document[0] ?? null) : document;
}

function geoJson(text: string): string {
  if (text.trim().startsWith("{")) return compact(readDocument(text));
  const [, shape = "", body = ""] = /^\s*([A-Za-z]+)\s*(\(.*\))\s*$/s.exec(text) ?? [];
  const type = names[shape.toUpperCase()];
  if (type === undefined) throw bad(text);
  return compact(sorted([["coordinates", coordinates(shape.toUpperCase(), body, text)], ["type", type]])); // prettier-ignore
}

/** Geography values are kept, and shown, as GeoJSON. */
export const geographyNatives: readonly Native[] = [native("sf_geography", ["VARCHAR"], "VARCHAR", geoJson)];
