import { stages as allStages, type Diagnosis, type Outcome, type Stage } from "./diagnosis.ts";

/** How a diagnosis is written for people. */
export interface RenderOptions {
  /** Colours, as terminals know them. Default `false`. */
  readonly color?: boolean | undefined;
  /** How many columns a line may take, of a terminal that is at least 60 wide; longer ones go on below their beginning. Default: no limit. */
  readonly width?: number | undefined;
}

const marks: Readonly<Record<Outcome, { readonly mark: string; readonly style: number }>> = {
  passed: { mark: "✓", style: 32 },
  failed: { mark: "✗", style: 31 },
  warning: { mark: "!", style: 33 },
  skipped: { mark: "–", style: 2 },
};

const titleWidth = Math.max(...Object.values(allStages).map(({ title }) => title.length));

/** Where what was seen begins, behind mark and title. */
const margin = titleWidth + 4;
const narrowest = 60;

/**
 * Writes a diagnosis as text: a line for each stage with its mark (✓ passed, ✗ failed, ! warning, – skipped), below it `→` and what to do
 * next where something is to be done, and a verdict. Ends with a line end.
 */
export function renderDiagnosis(diagnosis: Diagnosis, options: RenderOptions = {}): string {
  return diagnosis.stages.map((stage) => renderStage(stage, options)).join("") + renderVerdict(diagnosis, options);
}

/** Writes the lines of one stage. */
export function renderStage({ title, outcome, seen, advice }: Stage, options: RenderOptions = {}): string {
  const { mark, style } = marks[outcome];
  const said = folded(seen, margin, options);
  const shown = outcome === "skipped" ? painted(said, style, options) : said;
  const line = `${painted(mark, style, options)} ${title.padEnd(titleWidth)}  ${shown}\n`;
  if (advice === undefined) return line;
  return `${line}${" ".repeat(margin)}${painted("→", style, options)} ${folded(advice, margin + 2, options)}\n`;
}

/** Lets a text go on below its beginning where a line is full. A word that is longer than that stays whole, to be copied. */
function folded(text: string, margin: number, { width = Infinity }: RenderOptions): string {
  const room = Math.max(width, narrowest) - margin - 1;
  let used = 0;
  return text
    .split(" ")
    .map((word, index) => {
      const fits = index === 0 || used + 1 + word.length <= room;
      const lead = index === 0 ? "" : fits ? " " : `\n${" ".repeat(margin)}`;
      used = fits ? used + lead.length + word.length : word.length;
      return lead + word;
    })
    .join("");
}

/** Writes what comes of it all. */
export function renderVerdict({ ok, stages }: Diagnosis, options: RenderOptions = {}): string {
  const failures = stages.filter(({ outcome }) => outcome === "failed").length;
  const verdict = ok
    ? "The warehouse can be used."
    : `${failures} ${failures === 1 ? "stage has" : "stages have"} failed.`;
  return `\n${painted(verdict, marks[ok ? "passed" : "failed"].style, options)}\n`;
}

function painted(text: string, style: number, { color = false }: RenderOptions): string {
  return color ? `\u001b[${style}m${text}\u001b[0m` : text;
}
