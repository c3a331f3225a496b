import { useId } from "react";
import { formatCount, formatDay, formatRate } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { standing } from "@/ui/words";
import { type Counts, PARTS } from "./counts";
import { ticks } from "./ticks";
import { w } from "./words";

export interface Moment {
  on: string;
  counts: Counts;
}

const WIDTH = 440;
const HEIGHT = 210;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;

/** The sets over time, stacked up to what is owed. The same numbers stand in a table below, for who cannot see it. */
export function Trend({ moments }: { moments: Moment[] }) {
  const t = useText();
  const { lang } = useLang();
  const id = useId();
  const first = moments[0];
  const last = moments.at(-1);
  if (!first || !last) return <p className="soft">{t(w.noTrend)}</p>;
  const dayOf = (on: string) => Date.parse(on) / 86_400_000;
  const start = dayOf(first.on);
  const span = Math.max(1, dayOf(last.on) - start);
  const lines = ticks(Math.max(...moments.map((moment) => moment.counts.should)));
  const top = lines.at(-1) ?? 1;
  const x = (on: string) => LEFT + ((dayOf(on) - start) / span) * (WIDTH - LEFT - RIGHT);
  const y = (count: number) => TOP + (1 - count / top) * (HEIGHT - TOP - BOTTOM);

  const layer = (index: number) => {
    const upTo = (moment: Moment, parts: number) =>
      PARTS.slice(0, parts).reduce((sum, part) => sum + moment.counts[part], 0);
    const upper = moments.map((moment) => `${x(moment.on)},${y(upTo(moment, index + 1))}`);
    const lower = moments.map((moment) => `${x(moment.on)},${y(upTo(moment, index))}`).reverse();
    return [...upper, ...lower].join(" ");
  };

  return (
    <figure className="trend">
      {moments.length > 1 && (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
          <title id={id}>{t(w.trendOf(formatDay(first.on, lang), formatDay(last.on, lang)))}</title>
          {lines.map((line) => (
            <g key={line}>
              <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(line)} y2={y(line)} className="rule" />
              <text x={LEFT - 8} y={y(line) + 4} textAnchor="end">
                {formatCount(line)}
              </text>
            </g>
          ))}
          {PARTS.map((part, index) => (
            <polygon key={part} points={layer(index)} className={`area ${part}`} />
          ))}
          <text x={LEFT} y={HEIGHT - 8}>
            {formatDay(first.on, lang)}
          </text>
          <text x={WIDTH - RIGHT} y={HEIGHT - 8} textAnchor="end">
            {formatDay(last.on, lang)}
          </text>
        </svg>
      )}
      <details open={moments.length <= 1}>
        <summary>{t(w.asTable)}</summary>
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t(w.day)}</th>
                {(["should", ...PARTS, "unknown"] as const).map((part) => (
                  <th scope="col" className="right" key={part}>
                    {t(standing[part])}
                  </th>
                ))}
                <th scope="col" className="right">
                  {t(w.rate)}
                </th>
              </tr>
            </thead>
            <tbody>
              {moments.map(({ on, counts }) => (
                <tr key={on}>
                  <td className="nowrap">{formatDay(on, lang)}</td>
                  {(["should", ...PARTS, "unknown"] as const).map((part) => (
                    <td className="right" key={part}>
                      {formatCount(counts[part])}
                    </td>
                  ))}
                  <td className="right">{formatRate(counts.done, counts.should)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
