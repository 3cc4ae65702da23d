import { once } from "node:events";
import { startProgram } from "../integration/program.ts";

/** What a program can be asked to do by the process that forked it. */
// Parameters are whatever each verb says; `never` accepts them all.
export type Verbs = Readonly<Record<string, (...args: never[]) => unknown>>;

/** A program of the soak in a process of its own. */
export interface Child<V extends Verbs> {
  /** Has the program do something; rejects with what it threw, or when it has ended. */
  ask<K extends keyof V & string>(verb: K, ...args: Parameters<V[K]>): Promise<Awaited<ReturnType<V[K]>>>;
  /** Lets go of the program, which is then to end by itself; kills it after `patienceMs`. Tells how it ended. */
  release(patienceMs: number): Promise<string>;
  /** Everything that it printed. */
  printed(): string;
}

interface Question {
  readonly id: number;
  readonly verb: string;
  readonly args: readonly unknown[];
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

interface Report {
  readonly report: unknown;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts `program`, a file of this folder; what it reports unasked goes to `onReport`. */
export function forkChild<V extends Verbs>(
  program: string,
  { execArgv = [], onReport }: { readonly execArgv?: string[]; readonly onReport?: (report: unknown) => void },
): Child<V> {
  const { child, printed } = startProgram(new URL(program, import.meta.url), [], { execArgv, silent: true });
  const pending = new Map<number, Pending>();
  let asked = 0;
  let ended: string | undefined;
  child.on("message", (message: Answer | Report) => {
    if ("report" in message) {
      onReport?.(message.report);
      return;
    }
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if ("error" in message) waiting?.reject(new Error(`${program}: ${message.error}`));
    else waiting?.resolve(message.value);
  });
  const exited = once(child, "exit").then(([code, signal]) => {
    ended = signal === null ? `code ${String(code)}` : `signal ${String(signal)}`;
    for (const { reject } of pending.values()) reject(new Error(`${program} ended with ${ended}:\n${printed()}`));
    pending.clear();
  });
  return {
    async ask(verb, ...args) {
      if (ended !== undefined) throw new Error(`${program} has ended with ${ended}:\n${printed()}`);
      const id = ++asked;
      const answer = new Promise<unknown>((resolve, reject) => pending.set(id, { resolve, reject }));
      child.send({ id, verb, args } satisfies Question);
      // Both ends are typed by the program's own verbs.
      return (await answer) as never;
    },
    async release(patienceMs) {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await exited;
      clearTimeout(timer);
      return ended ?? "";
    },
    printed,
  };
}

/** Serves a program's verbs to the process that forked it. */
export function serve(verbs: Verbs): void {
  process.on("message", (question: Question) => {
    const { id, verb, args } = question;
    // A verb may throw before it gives a promise.
    const answer = Promise.resolve().then(() => verbs[verb]?.(...(args as never[])));
    answer.then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}

/** Tells the process that forked this one something that it has not asked for. */
export function tell(report: unknown): void {
  send({ report });
}

function send(message: Answer | Report): void {
  // Where the parent has gone, 'disconnect' ends this process.
  if (process.connected) process.send?.(message);
}
