import { stages as allStages, type Diagnosis, type Outcome, type Stage } from "./diagnosis.ts";

/** How a diagnosis is written for people. */
export interface RenderOptions {
  /** Colours, as terminals know them. Default `false`. */
  readonly color?: boolean | undefined;
}

const marks: Readonly<Record<Outcome, { readonly mark: string; readonly style: number }>> = {
  passed: { mark: "✓", style: 32 },
  failed: { mark: "✗", style: 31 },
  warning: { mark: "!", style: 33 },
  skipped: { mark: "–", style: 2 },
};

const titleWidth = Math.max(...Object.values(allStages).map(({ title }) => title.length));

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
  const said = outcome === "skipped" ? painted(seen, style, options) : seen;
  const line = `${painted(mark, style, options)} ${title.padEnd(titleWidth)}  ${said}\n`;
  if (advice === undefined) return line;
  return `${line}${" ".repeat(titleWidth + 4)}${painted("→", style, options)} ${advice}\n`;
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
