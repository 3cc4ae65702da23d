/** The few styles that there are. Each gives the text as it is where there are no colours. */
export interface Paint {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
}

/** Gives the styles of a stream: those of a terminal that has colours, unless NO_COLOR says otherwise. */
export function paintFor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Paint {
  // A pipe or a file has no such method, whatever the type says.
  const hasColors = stream.isTTY && stream.getColorDepth(env) > 1;
  const style = (open: number, close: number) => (text: string) =>
    hasColors ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { dim: style(2, 22), bold: style(1, 22), red: style(31, 39) };
}
