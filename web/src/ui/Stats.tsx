import type { ReactNode } from "react";

export interface Stat {
  label: string;
  value: ReactNode;
  /** The denominator, or what the number is of. */
  of?: ReactNode;
}

export function Stats({ stats }: { stats: Stat[] }) {
  return (
    <dl className="stats">
      {stats.map((stat) => (
        <div className="stat" key={stat.label}>
          <dt>{stat.label}</dt>
          <dd>
            {stat.value}
            {stat.of && <small>{stat.of}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
