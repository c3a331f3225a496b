import type { FactLine } from "@/api/types";

/** Facts that one source told for one day; what the rules computed stands together. */
export interface FactGroup {
  key: string;
  source: string | null;
  on: string | null;
  derived: boolean;
  synthetic: boolean;
  facts: FactLine[];
}

/** Facts by their source and day, in the order in which each first appears; computed ones last. */
export function bySource(facts: readonly FactLine[]): FactGroup[] {
  const groups = new Map<string, FactGroup>();
  for (const fact of facts) {
    const { derived, synthetic } = fact;
    const [source, on] = derived ? [null, null] : [fact.source ?? null, fact.on ?? null];
    const key = derived ? "derived" : `${source ?? ""}\n${on ?? ""}\n${synthetic}`;
    const group = groups.get(key) ?? { key, source, on, derived, synthetic, facts: [] };
    group.facts.push(fact);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => Number(a.derived) - Number(b.derived));
}
