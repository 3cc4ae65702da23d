/** Reads over a message's texts: gives the place behind the last one's NUL, or `undefined` where one does not end within the message. */
type Reading = (bytes: Buffer, position: number, end: number) => number | undefined;

/** The messages that hold texts, each of which ends at a NUL, by their type byte (PostgreSQL, "Message Formats"). */
const readings: ReadonlyMap<number | undefined, Reading> = new Map([
  [0x41, (bytes, position, end) => overTexts(bytes, position + 4, end, 2)], // 'A', NotificationResponse
  [0x43, (bytes, position, end) => overTexts(bytes, position, end, 1)], // 'C', CommandComplete
  [0x45, overFields], // 'E', ErrorResponse
  [0x4e, overFields], // 'N', NoticeResponse
  [0x53, (bytes, position, end) => overTexts(bytes, position, end, 2)], // 'S', ParameterStatus
  [0x54, overColumns], // 'T', RowDescription
] satisfies [number, Reading][]);

/** What a column's name is followed by in a RowDescription: table, number, type, size, modifier and format. */
const columnBytes = 18;

/** Tells whether messages of a type hold texts. */
export function holdsTexts(type: number | undefined): boolean {
  return readings.has(type);
}

/**
 * Checks that every text of a message ends within it. `pg` looks for a NUL wherever it finds one: in the messages behind, or, in an
 * ErrorResponse at the end of what has arrived, for ever.
 *
 * @param start - where the type byte is; the body is behind the length word.
 * @throws an `Error` for a damaged message.
 */
export function checkTexts(bytes: Buffer, start: number, end: number): void {
  const behind = readings.get(bytes[start])?.(bytes, start + 5, end);
  if (behind === undefined || behind > end) {
    throw new Error("the server sent a message with a text that does not end; the stream is damaged");
  }
}

function overTexts(bytes: Buffer, position: number, end: number, count: number): number | undefined {
  let behind = position;
  for (let text = 0; text < count; text++) {
    const nul = bytes.indexOf(0, behind);
    if (nul === -1 || nul >= end) return undefined;
    behind = nul + 1;
  }
  return behind;
}

/** Fields are a letter and a text each; a NUL in the letter's place is their end. */
function overFields(bytes: Buffer, start: number, end: number): number | undefined {
  let position: number | undefined = start;
  while (position !== undefined && position < end && bytes[position] !== 0) {
    position = overTexts(bytes, position + 1, end, 1);
  }
  return position === undefined ? undefined : position + 1;
}

function overColumns(bytes: Buffer, start: number, end: number): number | undefined {
  if (start + 2 > end) return undefined;
  let position: number | undefined = start + 2;
  for (let left = bytes.readUInt16BE(start); left > 0 && position !== undefined; left--) {
    const name = overTexts(bytes, position, end, 1);
    position = name === undefined ? undefined : name + columnBytes;
  }
  return position;
}
