/** Does what a method did before, with what it is told now. */
type Own<Told> = (told: Told) => unknown;

/** Gives a class a method in place of the one that it inherits, for methods that are told alike. */
export function redefine<Told extends unknown[]>(
  { prototype }: { readonly prototype: object },
  method: string,
  work: (own: Own<Told>, told: Told) => unknown,
): void {
  const inherited: unknown = Reflect.get(prototype, method);
  if (typeof inherited !== "function") throw new TypeError(`knex has no ${method}().`);
  Object.defineProperty(prototype, method, {
    value(this: unknown, ...told: Told): unknown {
      return work((others) => Reflect.apply(inherited, this, others) as unknown, told);
    },
  });
}
