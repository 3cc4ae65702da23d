import { WriteStream } from "node:tty";

/** The few styles that there are. Each gives the text as it is where there are no colours. */
export interface Paint {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
}

/** Gives the styles of a stream; of none, those of a file. */
export function paintFor(stream: NodeJS.WriteStream | undefined, env: NodeJS.ProcessEnv): Paint {
  const isPainted = stream !== undefined && hasColors(stream, env);
  const style = (open: number, close: number) => (text: string) =>
    isPainted ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { dim: style(2, 22), bold: style(1, 22), red: style(31, 39) };
}

/** Tells whether a stream is shown in colours: those of a terminal that has some, or whatever FORCE_COLOR and NO_COLOR say, as Node reads them. */
export function hasColors(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (!stream.isTTY && env.FORCE_COLOR === undefined) return false;
  // A pipe or a file has no such method, whatever the type says; it looks at nothing but the environment.
  return WriteStream.prototype.getColorDepth.call(stream, env) > 1;
}
