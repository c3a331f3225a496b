import { Fragment, type ReactNode } from "react";
import { useParams } from "react-router";
import { useNames } from "@/api/city";
import { useAccount } from "@/api/session";
import type { NextStep, PartOfPlan, PlanPage } from "@/api/types";
import { FiledLine } from "@/filed/FiledLine";
import { formatAmount, formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { PdfLink, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp, Standing } from "@/ui/Standing";
import { showValue } from "@/ui/value";
import { usePlan } from "./queries";
import { w } from "./words";
import "./plan.css";

/** All that is open about one firm, who looks after it, and what comes next: for the firm, its official, its county. */
export function Plan() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const { id = "" } = useParams();
  const isFirm = useAccount()?.role === "firm";
  const asked = usePlan(id);
  return (
    <Answer of={asked} rows={8} frame={(inside) => <Page title={t(w.title)}>{inside}</Page>}>
      {(plan) => (
        <Page
          title={plan.of.name ?? plan.of.id}
          over={
            <>
              {t(plan.label)} <MadeUp when={plan.of.synthetic} />
            </>
          }
          under={t(w.under(plan.of.id, names.area(plan.of.area) ?? "", formatDay(plan.on, lang)))}
          actions={
            <>
              {!isFirm && (
                <To className="button" to={`/records/${plan.of.kind}/${encodeURIComponent(plan.of.id)}`}>
                  {t(w.record)}
                </To>
              )}
              <PdfLink to={`/api/letters/${plan.letter}/letter.pdf`} query={{ record: plan.of.id }}>
                {t(w.pdf)}
              </PdfLink>
              <PrintButton />
            </>
          }
        >
          <div className="plan">
            <Next of={plan} isFirm={isFirm} />
            <Officials of={plan} />
            {plan.parts.map((part) => (
              <Known key={part.title.en} of={part} />
            ))}
            <Owed of={plan} />
            <Cases of={plan} />
            <Filed of={plan} isFirm={isFirm} />
          </div>
        </Page>
      )}
    </Answer>
  );
}

/** A list of lines, or a sentence where there are none. */
function Lines({ title, none, children }: { title: string; none: string; children: ReactNode[] }) {
  return (
    <section className="panel">
      <h2>{title}</h2>
      {children.length === 0 ? <p className="soft">{none}</p> : <ul className="plan-lines">{children}</ul>}
    </section>
  );
}

function Next({ of, isFirm }: { of: PlanPage; isFirm: boolean }) {
  const t = useText();
  const { lang } = useLang();
  const late = of.next.filter((step) => step.is_late).length;
  return (
    <section className="panel plan-next">
      <h2>{t(w.next)}</h2>
      {of.next.length === 0 ? (
        <p className="soft">{t(w.nothingNext)}</p>
      ) : (
        <p className="note">{t(w.nextOf(formatCount(of.next.length), formatCount(late)))}</p>
      )}
      <ol className="plan-lines">
        {of.next.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two steps may say the same of two contracts
          <li key={place}>
            <p className="row">
              <strong className="num">{step.on ? formatDay(step.on, lang) : t(w.noDay)}</strong>
              {step.is_late && <span className="badge gap">{t(w.late)}</span>}
            </p>
            <p>{leadOf(step, isFirm) ? <To to={leadOf(step, isFirm)}>{t(step.what)}</To> : t(step.what)}</p>
            <p className="soft small">{t(step.who)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Where more about a step is, for this reader; nowhere where there is no such page for them. */
function leadOf({ about }: NextStep, isFirm: boolean): string {
  switch (about.type) {
    case "duty":
      return isFirm ? "/owed" : `/duties/${about.id}`;
    case "case":
      return `/cases/${about.no}`;
    case "filing":
      return isFirm ? "/forms" : `/records/${about.kind}/${encodeURIComponent(about.id)}`;
    default:
      return "";
  }
}

function Officials({ of }: { of: PlanPage }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <Lines title={t(w.officials)} none={t(w.noOfficials)}>
      {of.officials.map((one) => (
        <li key={one.pairing.id}>
          <p>{t(w.official(one.official ?? t(w.nobody), t(one.scheme)))}</p>
          <p className="soft small">
            {t(one.visited_on ? w.visited(formatDay(one.visited_on, lang)) : w.neverVisited)}
            {one.due_on && ` · ${t(w.visitBy(formatDay(one.due_on, lang)))}`}
          </p>
        </li>
      ))}
    </Lines>
  );
}

function Known({ of }: { of: PartOfPlan }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <section className="panel">
      <h2>{t(of.title)}</h2>
      {of.from && (
        <p className="note">
          {of.record ? t(w.from(t(of.from), formatDay(of.on, lang))) : t(w.noSource(t(of.from)))}
        </p>
      )}
      {of.facts.length > 0 && (
        <dl className="pairs">
          {of.facts.map((fact) => (
            <Fragment key={fact.id}>
              <dt>{t(fact.label)}</dt>
              <dd>
                {fact.masked || fact.value == null ? (
                  <span className="soft">{t(fact.masked ? w.masked : w.unknown)}</span>
                ) : (
                  showValue(fact, lang)
                )}
                {of.named[fact.id]?.map((one) => (
                  <div key={one.id} className="small">
                    {t(w.onRecord)}{" "}
                    <To to={`/records/${one.kind}/${encodeURIComponent(one.id)}`}>{one.name ?? one.id}</To>{" "}
                    <MadeUp when={one.synthetic} />
                  </div>
                ))}
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </section>
  );
}

function Owed({ of }: { of: PlanPage }) {
  const t = useText();
  const { lang } = useLang();
  const answered = (answer: string) => of.measures.filter((measure) => measure.answer === answer);
  const [yes, unknown, no] = [answered("yes"), answered("unknown"), answered("no")];
  return (
    <section className="panel">
      <h2>{t(w.owed(formatCount(yes.length)))}</h2>
      {yes.length === 0 && <p className="soft">{t(w.noneOwed)}</p>}
      <ul className="plan-lines">
        {yes.map((measure) => (
          <li key={measure.duty}>
            <p className="row">
              <strong>{t(measure.title)}</strong>
              {measure.standing && <Standing of={measure.standing} />}
            </p>
            <p>
              {[
                measure.amount != null && t(w.amount(formatAmount(measure.amount, measure.unit, lang))),
                measure.paid != null && t(w.paid(formatAmount(measure.paid, measure.unit, lang))),
                measure.standing !== "done" && measure.due_on && t(w.by(formatDay(measure.due_on, lang))),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <p className="soft small">
              {t(measure.who_acts)} · {measure.basis.doc}
              {measure.basis.clause && ` ${measure.basis.clause}`}
            </p>
          </li>
        ))}
      </ul>
      {unknown.length > 0 && (
        <details className="prints-whole">
          <summary>{t(w.undecided(formatCount(unknown.length)))}</summary>
          <ul className="plan-lines">
            {unknown.map((measure) => (
              <li key={measure.duty}>
                <p>{t(measure.title)}</p>
                <p className="soft small">{t(measure.reason)}</p>
              </li>
            ))}
          </ul>
        </details>
      )}
      {no.length > 0 && <p className="soft small">{t(w.notOwed(formatCount(no.length)))}</p>}
    </section>
  );
}

function Cases({ of }: { of: PlanPage }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <section className="panel">
      <h2>{t(w.cases(formatCount(of.cases_total)))}</h2>
      {of.cases.length === 0 && <p className="soft">{t(w.noCases)}</p>}
      {of.cases_total > of.cases.length && <p className="note">{t(w.shown(formatCount(of.cases.length)))}</p>}
      <ul className="plan-lines">
        {of.cases.map((one) => (
          <li key={one.no}>
            <p>
              <To to={`/cases/${one.no}`}>{t(one.title)}</To>{" "}
              <span className="soft small nowrap">{t(w.no(String(one.no)))}</span>
            </p>
            <p className="row small">
              <span className="soft">
                {t(one.office.name)} · {t(w.by(formatDay(one.due_on, lang)))}
              </span>
              {one.overdue && <span className="badge gap">{t(w.late)}</span>}
            </p>
          </li>
        ))}
      </ul>
      <p className="no-print">
        <To className="button" to={`/cases/new?record=${encodeURIComponent(`${of.of.kind}/${of.of.id}`)}`}>
          {t(w.raise)}
        </To>
      </p>
    </section>
  );
}

function Filed({ of, isFirm }: { of: PlanPage; isFirm: boolean }) {
  const t = useText();
  return (
    <Lines title={t(w.filed)} none={t(w.nothingFiled)}>
      {of.filed.map((one) => (
        <li key={`${one.form}/${one.filing.id}`}>
          <FiledLine of={one} otherwise={isFirm ? "/forms" : undefined} />
        </li>
      ))}
    </Lines>
  );
}
