import type { DutyLine } from "@/api/types";
import { fen, yuan } from "@/ui/money";
import { openFen } from "./worst";

/** Sums over duties. A record counts once for each duty; only money is summed as money. */
export function totals(duties: readonly DutyLine[]) {
  const count = (of: (duty: DutyLine) => number) => duties.reduce((sum, duty) => sum + of(duty), 0);
  const money = (of: (duty: DutyLine) => bigint) => yuan(duties.reduce((sum, duty) => sum + of(duty), 0n));
  return {
    withGap: count((duty) => (duty.counts.gap > 0 ? 1 : 0)),
    should: count((duty) => duty.counts.should),
    gap: count((duty) => duty.counts.gap),
    unknown: count((duty) => duty.counts.unknown),
    records: count((duty) => duty.counts.records),
    owed: money((duty) => (duty.unit === "CNY" && duty.owed ? fen(duty.owed) : 0n)),
    open: money(openFen),
  };
}
