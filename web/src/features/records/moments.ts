import type { components } from "@/api/schema";

type History = components["schemas"]["History"];
type Told = History["items"][number];
type Verdict = History["verdicts"][number];

/** What one event did to a record: told it something, or moved its verdicts. */
export interface Moment {
  key: string;
  seq: number;
  on: string;
  told: Told | null;
  verdicts: Verdict[];
}

/** The events of a record, the latest first; the verdicts that one pass moved stand together. */
export function moments(history: History): Moment[] {
  const told = history.items.map((item) => ({
    key: `told-${item.seq}-${item.on}`,
    seq: item.seq,
    on: item.on,
    told: item,
    verdicts: [],
  }));
  const passes = new Map<string, Moment>();
  for (const verdict of history.verdicts) {
    const key = `verdict-${verdict.seq}-${verdict.on}`;
    const moment = passes.get(key) ?? { key, seq: verdict.seq, on: verdict.on, told: null, verdicts: [] };
    moment.verdicts.push(verdict);
    passes.set(key, moment);
  }
  return [...told, ...passes.values()].sort((a, b) => b.seq - a.seq || b.on.localeCompare(a.on));
}

/** Facts in the order of the record's own, which is the one people expect. */
export function inOrder<Fact extends { id: string }>(told: Fact[], facts: { id: string }[]): Fact[] {
  const place = new Map(facts.map(({ id }, index) => [id, index]));
  return told.toSorted((a, b) => (place.get(a.id) ?? facts.length) - (place.get(b.id) ?? facts.length));
}
