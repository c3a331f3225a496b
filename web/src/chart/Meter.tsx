import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { standing } from "@/ui/words";
import { type Counts, PARTS, widths } from "./counts";

/** What is owed as one bar: done, exempt, gap. Its words are read aloud; beside it the numbers are written. */
export function Meter({ counts, tall }: { counts: Counts; tall?: boolean }) {
  const t = useText();
  const width = widths(counts);
  const said = PARTS.map((part) => `${t(standing[part])} ${formatCount(counts[part])}`).join(", ");
  return (
    <div
      className={tall ? "meter tall" : "meter"}
      role="img"
      aria-label={`${t(standing.should)} ${formatCount(counts.should)}: ${said}`}
    >
      {PARTS.map(
        (part) =>
          width[part] > 0 && (
            <span key={part} className={`part ${part}`} style={{ width: `${width[part]}%` }} />
          ),
      )}
    </div>
  );
}

/** What the colours of meters, bars and trends mean. */
export function Legend({ parts = PARTS }: { parts?: readonly (keyof Counts)[] }) {
  const t = useText();
  return (
    <ul className="legend">
      {parts.map((part) => (
        <li key={part}>
          <span className={`swatch part ${part}`} />
          {t(standing[part])}
        </li>
      ))}
    </ul>
  );
}
