/**
 * When a fault strikes: by what has been seen, never by the clock. The parts apply in their order to one connection.
 *
 * With nothing given it strikes as soon as the client connects. With `request` alone the request does not reach the server; with
 * `answer` or `bytes` it does.
 */
export interface Moment {
  /** What the client must send first. */
  readonly request?: RegExp;
  /** What the server must then send; what matches still passes. */
  readonly answer?: RegExp;
  /** How many bytes of the server's pass after that. */
  readonly bytes?: number;
}

/** Follows one connection until the moment comes. Both verbs give the place in the piece at which it has come, if it has. */
export interface Watch {
  /** Sees what the client sends. */
  client(piece: Buffer): number | undefined;
  /** Sees what the server sends. */
  server(piece: Buffer): number | undefined;
}

/** Starts to watch a connection; undefined where the moment is the connection itself. */
export function watch({ request, answer, bytes }: Moment): Watch | undefined {
  const wantsAnswer = answer !== undefined || bytes !== undefined;
  if (request === undefined && !wantsAnswer) return undefined;
  const findRequest = finder(request);
  const findAnswer = finder(answer);
  let requested = request === undefined;
  let answered = answer === undefined;
  let left = bytes ?? 0;
  return {
    client(piece) {
      if (requested || findRequest(piece) === undefined) return undefined;
      requested = true;
      return wantsAnswer ? undefined : 0;
    },
    server(piece) {
      if (!requested || !wantsAnswer) return undefined;
      let place = 0;
      if (!answered) {
        const found = findAnswer(piece);
        if (found === undefined) return undefined;
        answered = true;
        place = found;
      }
      if (piece.length - place >= left) return place + left;
      left -= piece.length - place;
      return undefined;
    },
  };
}

/** A text may be cut by the end of a piece: so much of what came before is kept. */
const keptBytes = 1_024;

/** Finds a text in what comes piece by piece; gives the place in the last piece at which it ends. */
function finder(text: RegExp | undefined): (piece: Buffer) => number | undefined {
  let before = "";
  return (piece) => {
    const seen = before + piece.toString("latin1");
    const found = text?.exec(seen);
    const end = found ? found.index + found[0].length - before.length : undefined;
    before = seen.slice(-keptBytes);
    return end;
  };
}
