/** What JavaScript sees of each DuckDB type that a native function takes or gives. */
interface Values {
  readonly VARCHAR: string;
  readonly HUGEINT: bigint;
  readonly BIGINT: bigint;
  readonly INTEGER: number;
  readonly DOUBLE: number;
  readonly BOOLEAN: boolean;
  readonly BLOB: Uint8Array;
}

/** The DuckDB types that native functions take and give. */
export type Storage = keyof Values;
/** Any value a native function takes or gives. */
export type NativeValue = Values[Storage];

/**
 * A scalar function that DuckDB calls and JavaScript computes, for what DuckDB does otherwise than Snowflake. A NULL argument gives NULL
 * without a call, unless `takesNull`.
 */
export interface Native {
  readonly name: string;
  readonly takes: readonly Storage[];
  readonly gives: Storage;
  readonly takesNull: boolean;
  readonly isVolatile: boolean;
  readonly run: (args: readonly (NativeValue | null)[]) => NativeValue | null;
}

type Arguments<A extends readonly Storage[]> = { readonly [K in keyof A]: Values[A[K]] };
type NullableArguments<A extends readonly Storage[]> = { readonly [K in keyof A]: Values[A[K]] | null };

/** Declares a function that gives NULL for any NULL argument. */
export const native = <const A extends readonly Storage[], R extends Storage>(
  name: string,
  takes: A,
  gives: R,
  run: (...args: Arguments<A>) => Values[R] | null,
  isVolatile = false,
): Native => ({
  name,
  takes,
  gives,
  takesNull: false,
  isVolatile,
  // DuckDB passes exactly the types declared in `takes`, and no NULL.
  run: (args) => run(...(args as unknown as Arguments<A>)),
});

/** Declares a function that sees its NULL arguments. */
export const nullTaking = <const A extends readonly Storage[], R extends Storage>(
  name: string,
  takes: A,
  gives: R,
  run: (...args: NullableArguments<A>) => Values[R] | null,
): Native => ({
  name,
  takes,
  gives,
  takesNull: true,
  isVolatile: false,
  // DuckDB passes exactly the types declared in `takes`.
  run: (args) => run(...(args as unknown as NullableArguments<A>)),
});
