import { useNames } from "@/api/city";
import type { Measure } from "@/api/types";
import { formatAmount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis, Span } from "@/ui/Basis";
import { Standing } from "@/ui/Standing";
import { w } from "./words";

interface MeasureListProps {
  title: string;
  tone: "yes" | "unknown" | "no";
  measures: Measure[];
}

/** Measures with one answer. What is not owed is folded: the reader came for what is. */
export function MeasureList({ title, tone, measures }: MeasureListProps) {
  if (measures.length === 0) return null;
  const list = (
    <ul className="measures">
      {measures.map((measure) => (
        <One key={`${measure.duty}/${measure.valid?.from ?? ""}`} of={measure} />
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

function One({ of }: { of: Measure }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
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
          <Standing of={of.standing} /> {of.paid != null && t(w.paid(formatAmount(of.paid, of.unit, lang)))}
        </p>
      )}
      {of.summary && of.answer !== "no" && <p>{t(of.summary)}</p>}
      <p className={of.answer === "yes" ? "soft small" : "small"}>{t(of.reason)}</p>
      {of.answer !== "no" && (
        <dl className="pairs small">
          <dt>{t(w.whoActs)}</dt>
          <dd>
            {t(of.who_acts)}
            {names.department(of.owner) && ` · ${names.department(of.owner)}`}
          </dd>
          <dt>{t(w.until)}</dt>
          <dd>{of.due_on ? formatDay(of.due_on, lang) : t(w.within(String(of.days)))}</dd>
          <dt>{t(w.validity)}</dt>
          <dd>
            <Span of={of.valid} />
          </dd>
          <dt>{t(w.basis)}</dt>
          <dd>
            <Basis of={of.basis} />
          </dd>
        </dl>
      )}
    </li>
  );
}
