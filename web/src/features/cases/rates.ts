import type { OfficeRates } from "@/api/types";

/** What counts of some offices together. */
export interface Counted {
  name: string;
  in_time: number;
  late: number;
  late_before: number;
  said: number;
  solved: number;
  rated: number;
  satisfied: number;
}

/** Adds up the offices of one name, in the order in which names come first. */
export function sumBy(offices: OfficeRates[], nameOf: (office: OfficeRates) => string): Counted[] {
  const sums = new Map<string, Counted>();
  for (const office of offices) {
    const name = nameOf(office);
    const sum = sums.get(name) ?? {
      name,
      in_time: 0,
      late: 0,
      late_before: 0,
      said: 0,
      solved: 0,
      rated: 0,
      satisfied: 0,
    };
    sum.in_time += office.in_time;
    sum.late += office.late;
    sum.late_before += office.late_before;
    sum.said += office.said;
    sum.solved += office.solved;
    sum.rated += office.rated;
    sum.satisfied += office.satisfied;
    sums.set(name, sum);
  }
  return [...sums.values()];
}
