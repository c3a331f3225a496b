import { get, update } from "idb-keyval";

/** Filters of the worklist under a name of one's own. */
export interface Saved {
  name: string;
  /** The query of the worklist's address, without the question mark. */
  query: string;
}

/** They are kept on the device, by account. */
function place(account: string): string {
  return `yingjin.worklists/${account}`;
}

export async function savedFilters(account: string): Promise<Saved[]> {
  return (await get<Saved[]>(place(account))) ?? [];
}

/** Keeps filters; those that had the name before go. */
export function saveFilters(account: string, saved: Saved): Promise<void> {
  return update<Saved[]>(place(account), (before = []) => withSaved(before, saved));
}

export function dropFilters(account: string, name: string): Promise<void> {
  return update<Saved[]>(place(account), (before = []) => before.filter((one) => one.name !== name));
}

/** The list with one more, by name. */
export function withSaved(before: Saved[], saved: Saved): Saved[] {
  const others = before.filter((one) => one.name !== saved.name);
  return [...others, saved].sort((a, b) => a.name.localeCompare(b.name, "zh"));
}
