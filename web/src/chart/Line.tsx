import { useId } from "react";
import { ticksAround } from "./ticks";

export interface LinePoint {
  /** Where it stands, from left to right. */
  at: number;
  /** The words below it. */
  label: string;
  /** None where it is not known: the line has a break there. */
  value: number | null;
}

interface LineProps {
  title: string;
  points: LinePoint[];
  /** How a number on the left axis is written. */
  format: (value: number) => string;
  /** What stands at zero, where that is a level to compare with. */
  zero?: string | undefined;
}

const WIDTH = 440;
const HEIGHT = 200;
const LEFT = 92;
const RIGHT = 16;
const TOP = 20;
const BOTTOM = 28;

/** A number over a range, zero always in sight. The same numbers stand in a table beside it, for who cannot see it. */
export function Line({ title, points, format, zero }: LineProps) {
  const id = useId();
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const lines = ticksAround(Math.min(0, ...known), Math.max(0, ...known));
  const [bottom = 0] = lines;
  const top = lines.at(-1) ?? 1;
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const span = last.at - first.at || 1;
  const x = (at: number) => LEFT + ((at - first.at) / span) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((top - value) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  return (
    <figure className="line-chart">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
        <title id={id}>{title}</title>
        {lines.map((line) => (
          <g key={line}>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(line)} y2={y(line)} className="rule" />
            <text x={LEFT - 8} y={y(line) + 4} textAnchor="end">
              {format(line)}
            </text>
          </g>
        ))}
        {zero && (
          <>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(0)} y2={y(0)} className="level" />
            <text x={WIDTH - RIGHT} y={y(0) - 5} textAnchor="end">
              {zero}
            </text>
          </>
        )}
        {runs(points).map((run) => (
          <polyline
            key={run[0]?.at}
            className="drawn"
            points={run.map(({ at, value }) => `${x(at)},${y(value ?? 0)}`).join(" ")}
          />
        ))}
        {points.map(
          ({ at, value }) =>
            value !== null && <circle key={at} className="dot" cx={x(at)} cy={y(value)} r={2.5} />,
        )}
        <text x={LEFT} y={HEIGHT - 8}>
          {first.label}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 8} textAnchor="end">
          {last.label}
        </text>
      </svg>
    </figure>
  );
}

/** The stretches without a break. */
export function runs(points: readonly LinePoint[]): LinePoint[][] {
  const found: LinePoint[][] = [];
  let open: LinePoint[] | null = null;
  for (const point of points) {
    if (point.value === null) open = null;
    else if (open) open.push(point);
    else {
      open = [point];
      found.push(open);
    }
  }
  return found;
}
