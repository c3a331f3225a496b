import type { BoardCard, BoardColumn } from "@/api/types";

/** In addresses: the cases that nobody has yet. No account is called so. */
export const NOBODY = "-";

/** The name of a column in an address. */
export function nameIn(column: BoardColumn): string {
  return column.officer ?? NOBODY;
}

/** Whether a card that is held may be let go over a column: not where it is already, nor with whom it may not be. */
export function mayTake(column: BoardColumn, held: BoardCard | null): boolean {
  if (held === null || (held.officer ?? NOBODY) === nameIn(column)) return false;
  return held.people.length > 0 && (column.officer == null || held.people.includes(column.officer));
}
