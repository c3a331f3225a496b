import type { ReactNode } from "react";
import type { Counts } from "./counts";
import { Meter } from "./Meter";

export interface Bar {
  id: string;
  label: ReactNode;
  counts: Counts;
  /** The numbers beside the bar. */
  beside: ReactNode;
}

/** A bar for each, its length by what is owed against the longest, cut into done, exempt, gap. */
export function Bars({ bars }: { bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.counts.should));
  return (
    <ul className="bars">
      {bars.map((bar) => (
        <li key={bar.id}>
          <div className="bar-label">{bar.label}</div>
          <div className="bar-track">
            <div style={{ width: `${Math.max(1, (bar.counts.should * 100) / most)}%` }}>
              <Meter counts={bar.counts} tall />
            </div>
          </div>
          <div className="bar-beside num">{bar.beside}</div>
        </li>
      ))}
    </ul>
  );
}
