import type { Command } from "commander";
import { globalFlags } from "./connect-options.ts";
import { cut } from "./display-width.ts";
import { grouped, shownBytes, shownMs } from "./quantities.ts";
import type { Ground } from "./ground.ts";

/** What a line of progress tells. */
export interface Told {
  readonly phase: string;
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  readonly totalRows?: number | undefined;
}

/** A line on standard error that tells how far the work has come. */
export interface ProgressLine {
  /** Erases the line, and tells of other work from now on, when that turns out to be long. */
  readonly begin: (phase: string) => void;
  readonly report: (told: Told) => void;
  /** Erases the line, until something else begins. */
  readonly end: () => void;
}

/** What is done sooner needs no line. */
const patienceMs = 500;
const redrawMs = 125;
const erase = "\r\u001b[K";

/** Works beside a line that appears when the work is long, and only on a terminal that can erase it. It is gone when the work ends. */
export async function withProgress<T>(
  command: Command,
  ground: Ground,
  work: (line: ProgressLine) => Promise<T>,
): Promise<T> {
  const { stderr, env } = ground;
  const isShown = stderr.isTTY && env.TERM !== "dumb" && globalFlags(command).quiet !== true;
  const line = isShown ? drawnLine(stderr) : noLine;
  line.begin("connecting");
  try {
    return await work(line);
  } finally {
    line.end();
  }
}

const noLine: ProgressLine = { begin: () => undefined, report: () => undefined, end: () => undefined };

function drawnLine(stderr: NodeJS.WriteStream): ProgressLine {
  let begunAt = 0;
  let told: Told = { phase: "" };
  let rowsSince: number | undefined;
  let isDrawn = false;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const now = performance.now();
    const perSecond =
      rowsSince === undefined ? undefined : ((told.rows ?? 0) * 1_000) / Math.max(now - rowsSince, redrawMs);
    const text = lineText(told, perSecond, now - begunAt);
    stderr.write(erase + cut(text, Math.max(20, (stderr.columns || 80) - 1)));
    isDrawn = true;
  };
  const end = () => {
    clearTimeout(timer);
    if (isDrawn) stderr.write(erase);
    isDrawn = false;
  };
  return {
    begin(phase) {
      end();
      begunAt = performance.now();
      told = { phase };
      rowsSince = undefined;
      timer = setTimeout(() => {
        draw();
        timer = setInterval(draw, redrawMs).unref();
      }, patienceMs).unref();
    },
    report(next) {
      told = next;
      if ((next.rows ?? 0) > 0) rowsSince ??= performance.now();
    },
    end,
  };
}

/** Writes the line: the phase, what is done, how fast, and since when. */
export function lineText(
  { phase, rows = 0, bytes = 0, totalRows }: Told,
  perSecond: number | undefined,
  elapsedMs: number,
): string {
  const of = totalRows === undefined ? "" : ` of ${grouped(totalRows)}`;
  const parts = [
    phase,
    ...(rows > 0 ? [`${grouped(rows)}${of} rows`] : []),
    ...(bytes > 0 ? [shownBytes(bytes)] : []),
    ...(rows > 0 && perSecond !== undefined ? [`${grouped(Math.round(perSecond))} rows/s`] : []),
    shownMs(elapsedMs),
  ];
  return parts.join(" · ");
}
