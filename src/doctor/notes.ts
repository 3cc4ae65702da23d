import { Call } from "../call.ts";
import { WarehouseError, withoutSecrets } from "../errors.ts";
import { stages, type Diagnosis, type Stage, type StageName } from "./diagnosis.ts";
import { failed, type Finding } from "./finding.ts";
import { printable } from "./printable.ts";

/** What a stage needs of those before it, by their names: nothing that is missing. */
type Needs = Readonly<Partial<Record<StageName, unknown>>>;

/** What those before a stage have given, or not. */
type Given<N> = { readonly [Name in keyof N]: N[Name] | undefined };

/** How a stage is examined. */
interface Examination<N, T> {
  /** Looks, until the call ends. What it throws is a finding, too. */
  look(needs: N, call: Call): Promise<Finding<T>> | Finding<T>;
  /** Says what to do about what was thrown. */
  advise?(error: WarehouseError, needs: N): string;
}

/** Says what to do about an error: `TIMEOUT` where the time of a stage was up. */
export type Advise = (error: WarehouseError) => string;

/** Learns secrets: nothing that is told from then on shows them, and nothing in the diagnosis. */
export type Conceal = (secrets: readonly (string | undefined)[]) => void;

/** The doctor's notes on a diagnosis that is being made. */
export interface Notes {
  /**
   * Examines a stage, if those that it needs have given what it needs, and notes what is found.
   *
   * @returns what the stage gives to later ones.
   * @throws what the caller's signal is aborted with; what `onStage` throws.
   */
  examine<N extends Needs, T>(name: StageName, needs: Given<N>, examination: Examination<N, T>): Promise<T | undefined>;
  readonly conceal: Conceal;
  diagnosis(): Diagnosis;
}

/** What a diagnosis that is being made is told. */
export interface NotesOptions {
  readonly signal: AbortSignal | undefined;
  /** The limit for all stages together. */
  readonly timeoutMs: number;
  readonly onStage: ((stage: Stage) => void) | undefined;
}

/** Opens the notes. @throws (`examine`) `INVALID_ARGUMENT` for a signal that is none. */
export function openNotes({ signal, timeoutMs, onStage }: NotesOptions): Notes {
  const noted: Stage[] = [];
  const secrets = new Set<string>();
  const deadline = performance.now() + timeoutMs;

  const look = async <N, T>(limitMs: number, needs: N, examination: Examination<N, T>): Promise<Finding<T>> => {
    const call = new Call({ signal, timeoutMs: limitMs });
    call.phase = "connect";
    try {
      return await call.race(begun(() => examination.look(needs, call)));
    } catch (error) {
      signal?.throwIfAborted();
      return troubleOf(error, limitMs, (thrown) => examination.advise?.(thrown, needs));
    } finally {
      call.end();
    }
  };

  return {
    async examine<N extends Needs, T>(name: StageName, needs: Given<N>, examination: Examination<N, T>) {
      signal?.throwIfAborted();
      const from = performance.now();
      const { title, share } = stages[name];
      const limitMs = share === 0 ? timeoutMs : Math.min(deadline - from, timeoutMs * share);
      const untried = (seen: string): Finding<T> => ({ outcome: "skipped", seen: `not tried: ${seen}` });
      const finding = !isMet(needs)
        ? untried(`${lackOf(needs)} must be in order first`)
        : limitMs <= 0
          ? untried("no time was left")
          : await look(limitMs, needs, examination);
      const { outcome, seen, advice, details, gives } = finding;
      const optional = { ...(advice === undefined ? {} : { advice }), ...(details === undefined ? {} : { details }) };
      const stage = { name, title, outcome, seen, elapsedMs: Math.round(performance.now() - from), ...optional };
      noted.push(stage);
      onStage?.(printable(stage, [...secrets]));
      return gives;
    },
    conceal(more) {
      for (const secret of more) if (secret !== undefined) secrets.add(secret);
    },
    diagnosis: () => ({
      ok: noted.every(({ outcome }) => outcome !== "failed"),
      stages: noted.map((stage) => printable(stage, [...secrets])),
    }),
  };
}

async function begun<T>(work: () => Promise<T> | T): Promise<T> {
  return work();
}

function isMet<N extends Needs>(needs: Given<N>): needs is N {
  return Object.values(needs).every((need) => need !== undefined);
}

/** The first of them is the cause of the others. */
function lackOf(needs: Needs): string {
  // The keys are those of Needs.
  const lacking = Object.keys(needs).find((name) => needs[name as StageName] === undefined) as StageName;
  return JSON.stringify(stages[lacking].title);
}

const unknownTrouble = "Run it again; if it stays so, report it with what --json prints, which holds no secret.";

function troubleOf(error: unknown, limitMs: number, advise: (error: WarehouseError) => string | undefined) {
  if (!WarehouseError.is(error)) return failed(withoutSecrets(error).message, unknownTrouble);
  const { code, vendorCode, sqlState } = error;
  const seen = code === "TIMEOUT" ? `no answer within ${seconds(limitMs)}` : error.message;
  return failed(seen, advise(error) ?? unknownTrouble, { code, vendorCode, sqlState });
}

/** Writes a duration for people. */
export function seconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s` : `${Math.round(ms / 60_000)} min`;
}
