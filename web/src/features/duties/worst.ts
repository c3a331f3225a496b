import type { DutyLine } from "@/api/types";
import { fen } from "@/ui/money";

export const ORDERS = ["worst", "gap", "money", "unknown", "slow"] as const;
export type Order = (typeof ORDERS)[number];

/** Money still open in fen; nothing where the duty has no sum of money. Exact: sums of a city pass what a float holds. */
export function openFen(duty: Pick<DutyLine, "owed" | "paid" | "unit">): bigint {
  if (duty.unit !== "CNY" || !duty.owed) return 0n;
  const open = fen(duty.owed) - fen(duty.paid ?? "0");
  return open > 0n ? open : 0n;
}

/** The share of what is owed that is neither done nor exempt; below all others where nothing is owed. */
function gapShare({ counts }: DutyLine): number {
  return counts.should > 0 ? counts.gap / counts.should : -1;
}

/** Numbers of one duty by which an order sorts, the most telling first; more is worse. */
function badness(duty: DutyLine, order: Order): number[] {
  const { counts } = duty;
  switch (order) {
    case "gap":
      return [counts.gap, gapShare(duty)];
    case "money":
      return [Number(openFen(duty)), counts.gap];
    case "unknown":
      return [counts.unknown, counts.gap];
    case "slow":
      return [duty.days_median ?? -1, counts.gap];
    default:
      return [gapShare(duty), counts.gap];
  }
}

/** Duties with the worst first. What is equally bad stays in the city's order. */
export function sortWorst(duties: readonly DutyLine[], order: Order): DutyLine[] {
  return [...duties].sort((a, b) => {
    const [ours, theirs] = [badness(a, order), badness(b, order)];
    for (const [index, value] of theirs.entries()) {
      const difference = value - (ours[index] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

export function asOrder(text: string): Order {
  return ORDERS.find((order) => order === text) ?? "worst";
}
