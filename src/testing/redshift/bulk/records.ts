/** Is a record of a file, before its values are read. Texts are Latin-1: one character a byte. */
export interface RawRecord {
  /** Counted from 1, in lines of the file. */
  readonly line: number;
  readonly raw: string;
  readonly fields: readonly RawField[];
}

/** Is a field of a record. */
export interface RawField {
  readonly text: string;
  /** Where it begins in the record. */
  readonly position: number;
  /** As it stands in the file, where that can mean NULL. */
  readonly bare: string;
}

/** Is a record that cannot be split. */
export interface BrokenRecord {
  readonly line: number;
  readonly raw: string;
  readonly code: number;
  readonly reason: string;
}
