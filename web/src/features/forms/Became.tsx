import { Fragment } from "react";
import type { FiledPage } from "@/api/types";
import { Decided } from "@/filed/Decided";
import { Files, isFiles } from "@/files/Files";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { showValue } from "@/ui/value";
import { caseStates, w } from "./words";

/** What became of a filing: drawn or not, inspected, put right. For who filed and the offices of their area. */
export function Became({ of, linked = false }: { of: FiledPage; linked?: boolean }) {
  const t = useText();
  const { lang } = useLang();
  const drawn = of.drawn == null ? w.notYetDrawn : of.drawn ? w.wasDrawn : w.wasNotDrawn;
  return (
    <section className="panel became">
      <h2>{linked ? t(of.title) : t(w.became)}</h2>
      <p className="soft small">
        {t(w.filedOn(formatDay(of.on, lang)))}{" "}
        {linked && of.number && (
          <To to={`/receipts/${of.number}`}>
            <code>{of.number}</code>
          </To>
        )}
      </p>
      {of.state && (
        <p className="row">
          <span className="badge plain">{showValue(of.state, lang)}</span>
          {of.due && <strong>{t(w.dueBy(formatDay(of.due, lang)))}</strong>}
        </p>
      )}
      {of.state && (
        <p className="small">
          {t(drawn)} {of.tickets != null && t(w.ticketsOf(String(of.tickets), formatDay(of.drawn_for, lang)))}
        </p>
      )}
      {of.cases.map((one) => (
        <p key={one.no} className="row">
          <To to={`/cases/${one.no}`}>{t(w.caseNo(String(one.no), t(one.title)))}</To>
          <span className="badge plain">{t(caseStates[one.state])}</span>
          <span className="small">
            {t(one.office.name)}
            {one.state !== "closed" && <> · {t(w.answerBy(formatDay(one.due_on, lang)))}</>}
          </span>
        </p>
      ))}
      <Decided of={of.decision} />
      {of.files.filter(isFiles).map((fact) => (
        <div key={fact.id}>
          <h3>{t(fact.label)}</h3>
          <Files named={fact.value} />
        </div>
      ))}
      {of.inspections.map((one) => (
        <details key={one.facts.map((fact) => String(fact.value)).join()} open>
          <summary>{t(one.label)}</summary>
          <dl className="pairs">
            {one.facts.map((fact) => (
              <Fragment key={fact.id}>
                <dt>{t(fact.label)}</dt>
                <dd>{isFiles(fact) ? <Files named={fact.value} /> : showValue(fact, lang)}</dd>
              </Fragment>
            ))}
          </dl>
        </details>
      ))}
    </section>
  );
}
