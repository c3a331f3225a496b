import { useNames } from "@/api/city";
import type { Measure } from "@/api/types";
import { formatAmount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis, Span } from "@/ui/Basis";
import { Standing } from "@/ui/Standing";
import { mine, w } from "./words";

interface MeasureListProps {
  title: string;
  tone: "yes" | "unknown" | "no";
  /** The day of the answers. */
  on: string;
  measures: Measure[];
}

/** Measures with one answer. What is not owed is folded: the reader came for what is. */
export function MeasureList({ title, tone, on, measures }: MeasureListProps) {
  if (measures.length === 0) return null;
  const list = (
    <ul className="measures">
      {measures.map((measure) => (
        <One key={`${measure.duty}/${measure.valid?.from ?? ""}`} of={measure} on={on} />
      ))}
    </ul>
  );
  return (
    <section className={`measure-group ${tone}`}>
      {tone === "no" ? (
        <details>
          <summary>
            <h2>
              {title} <span className="num">{measures.length}</span>
            </h2>
          </summary>
          {list}
        </details>
      ) : (
        <>
          <h2>
            {title} <span className="num">{measures.length}</span>
          </h2>
          {list}
        </>
      )}
    </section>
  );
}

function One({ of, on }: { of: Measure; on: string }) {
  const t = useText();
  const { lang } = useLang();
  const department = useNames().department(of.owner);
  return (
    <li className="measure">
      <div className="measure-head">
        <h3>
          {t(of.title)} <span className="verb">{of.verb}</span>
        </h3>
        {of.answer === "yes" && (
          <span className="measure-amount num">
            {of.amount == null ? (
              <span className="small soft">{of.unit ? t(w.amountUnknown) : ""}</span>
            ) : (
              formatAmount(of.amount, of.unit, lang)
            )}
          </span>
        )}
      </div>
      {of.standing && (
        <p>
          <Standing of={of.standing} word={t(mine[of.standing]) || undefined} />{" "}
          {of.paid != null && t(w.paid(formatAmount(of.paid, of.unit, lang)))}
        </p>
      )}
      {of.summary && of.answer !== "no" && <p>{t(of.summary)}</p>}
      {of.answer !== "yes" && <p className="small">{t(of.reason)}</p>}
      {of.answer !== "no" && of.standing !== "done" && (
        <dl className="pairs small">
          <dt>{t(w.whoActs)}</dt>
          <dd>
            {t(of.who_acts)}
            {!t(of.who_acts).includes(department) && ` · ${department}`}
          </dd>
          <dt>{t(w.until)}</dt>
          <dd>
            {of.due_on ? formatDay(of.due_on, lang) : t(w.within(String(of.days)))}
            {of.due_on && of.due_on < on && <span className="late"> {t(w.overdue)}</span>}
          </dd>
        </dl>
      )}
      {of.answer !== "no" && (
        <details className="small measure-more prints-whole">
          <summary>{t(w.more)}</summary>
          {of.answer === "yes" && <p>{t(of.reason)}</p>}
          <dl className="pairs">
            <dt>{t(w.validity)}</dt>
            <dd>
              <Span of={of.valid} />
            </dd>
            <dt>{t(w.basis)}</dt>
            <dd>
              <Basis of={of.basis} />
            </dd>
          </dl>
        </details>
      )}
    </li>
  );
}
