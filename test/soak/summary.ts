import type { Finding } from "./promises.ts";
import type { SoakResult } from "./run.ts";
import { aligned } from "./tally.ts";

/** So many different things against one promise are shown. */
const shownMax = 10;

/** Writes what a run has seen: the calls, the troubles, the writes, and the promises with their marks. */
export function written({ tally, troubles, ledgers, findings }: SoakResult): string {
  const writes = [...ledgers].map(([kind, ledger]) => {
    const { once, never, "at most once": unsure } = ledger.counts();
    return `${kind}: ${once} writes acknowledged, ${never} known not to be there, ${unsure} of unknown outcome`;
  });
  return [
    tally.table(),
    aligned([["trouble", "times"], ...[...troubles].map(([name, times]) => [name, String(times)])]),
    writes.join("\n"),
    findings.map(verdict).join("\n"),
  ].join("\n\n");
}

/** Writes a promise with its mark, and below it what speaks against it: what is alike once, and only so much. */
function verdict({ promise, against, facts }: Finding): string {
  const alike = new Map<string, string[]>();
  for (const text of against) {
    const [headline = ""] = text.split("\n");
    alike.set(headline, [...(alike.get(headline) ?? []), text]);
  }
  const shown = [...alike.values()]
    .slice(0, shownMax)
    .map((texts) => `  ${texts.length} × ${texts[0]?.replaceAll("\n", "\n      ") ?? ""}`);
  if (alike.size > shownMax) shown.push(`  and ${alike.size - shownMax} more`);
  const mark = against.length === 0 ? "✓" : "✗";
  return [`${mark} ${promise}${facts === undefined ? "" : ` (${facts})`}`, ...shown].join("\n");
}
