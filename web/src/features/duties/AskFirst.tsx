import { Link, useSearchParams } from "react-router";
import type { DutyPage } from "@/api/types";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { writeFilters } from "@/ui/url";
import { w } from "./words";

/** Which single fact, asked for, would settle most of the unknown. */
export function AskFirst({ of }: { of: DutyPage }) {
  const t = useText();
  const [params] = useSearchParams();
  if (of.counts.unknown === 0 || of.ask.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(w.askFirst)}</h2>
      <p className="note">{t(w.askNote(formatCount(of.counts.unknown)))}</p>
      <ol className="ask-list">
        {of.ask.map((ask) => (
          <li key={ask.fact}>
            <Link
              to={`?${writeFilters(params, { standing: "unknown", missing: ask.fact })}#sets`}
              preventScrollReset
            >
              {t(ask.label)}
            </Link>
            <span className="num">{t(w.of(formatCount(ask.count), formatCount(of.counts.unknown)))}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
