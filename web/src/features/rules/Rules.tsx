import { useCity, useFormula, useNames } from "@/api/city";
import type { ParameterShape, Rule } from "@/api/types";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis, Span } from "@/ui/Basis";
import { PrintButton } from "@/ui/Button";
import { Search, Select } from "@/ui/Field";
import { Formula } from "@/ui/Formula";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useFilters } from "@/ui/url";
import { showSetting } from "@/ui/value";
import { useParameters, useRules } from "./queries";
import { valueOn } from "./settings";
import { w } from "./words";
import "./rules.css";

const PHASES = { "in-force": w.inForce, past: w.past, "to-come": w.toCome };

/** Every duty in words: its basis, its clauses, the values it reads. */
export function Rules() {
  const t = useText();
  const names = useNames();
  const [filters, set] = useFilters(["q", "kind"]);
  const asked = useRules();
  const parameters = useParameters().data?.parameters ?? [];
  const kinds = [...new Set(asked.data?.duties.map((rule) => rule.kind))];
  const shown = (asked.data?.duties ?? []).filter(
    (rule) =>
      (!filters.kind || rule.kind === filters.kind) &&
      (!filters.q || textOf(rule).includes(filters.q.toLowerCase())),
  );
  return (
    <Page
      title={t(w.title)}
      under={asked.data && t(w.lead(String(asked.data.duties.length), asked.data.version.slice(0, 12)))}
      actions={
        <>
          <To className="button main" to="/rules/try">
            {t(w.tryIt)}
          </To>
          <PrintButton />
        </>
      }
    >
      <search className="filters">
        <Search label={t(w.search)} value={filters.q} onChange={(q) => set({ q })} wide />
        <Select
          label={t(w.kind)}
          value={filters.kind}
          none={t(w.all)}
          choices={kinds.map((kind) => ({ value: kind, label: names.kind(kind) }))}
          onChange={(kind) => set({ kind })}
        />
      </search>
      <Answer of={asked} rows={8}>
        {() =>
          shown.length === 0 ? (
            <Empty>{t(w.none)}</Empty>
          ) : (
            <div className="rules">
              {shown.map((rule) => (
                <InWords key={`${rule.id}/${rule.valid[0]?.from ?? ""}`} of={rule} parameters={parameters} />
              ))}
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

/** What a search looks through. */
function textOf(rule: Rule): string {
  return [rule.id, rule.verb, rule.title.zh, rule.title.en, rule.basis.doc, rule.basis.title ?? ""]
    .join(" ")
    .toLowerCase();
}

function InWords({ of, parameters }: { of: Rule; parameters: ParameterShape[] }) {
  const t = useText();
  const names = useNames();
  const say = useFormula([of.kind], parameters);
  const sayDone = useFormula([of.done.from, of.kind], parameters);
  return (
    <details className="panel rule prints-whole">
      <summary>
        <h2>
          <span className="verb">{of.verb}</span> {t(of.title)}{" "}
          <span className={of.phase === "in-force" ? "badge done" : "badge plain"}>
            {t(PHASES[of.phase])}
          </span>
        </h2>
        <span className="sub">
          {names.kind(of.kind)} · <Basis of={of.basis} />
          {of.valid[0] && (
            <>
              {" · "}
              <Span of={of.valid[0]} />
            </>
          )}
        </span>
      </summary>
      <div className="rule-body">
        {of.summary && <p>{t(of.summary)}</p>}
        <dl className="pairs">
          <dt>{t(w.validity)}</dt>
          <dd>
            {of.valid.map((span) => (
              <div key={span.from}>
                <Span of={span} />
              </div>
            ))}
          </dd>
          <dt>{t(w.owner)}</dt>
          <dd>
            {names.department(of.owner)} · {t(w.within(String(of.days)))}
          </dd>
        </dl>
        <h3>{t(w.should)}</h3>
        <Clauses of={of.clauses} say={say} />
        {of.exemptions.length > 0 && (
          <>
            <h3>{t(w.exempt)}</h3>
            <Clauses of={of.exemptions} say={say} />
          </>
        )}
        <h3>{t(w.done)}</h3>
        <Formula of={of.done.when} say={sayDone} />
        {of.amount && (
          <>
            <h3>{t(w.amount)}</h3>
            <Formula of={of.amount} say={say} />
          </>
        )}
        <Values ids={of.parameters} of={parameters} />
        <p className="row small">
          <To to={`/duties/${of.id}`}>{t(w.toDuty)}</To>
          <span className="soft">{t(w.cases(String(of.cases)))}</span>
        </p>
      </div>
    </details>
  );
}

function Clauses({ of, say }: { of: Rule["clauses"]; say: (text: string) => string }) {
  const t = useText();
  return (
    <ol className="rule-clauses">
      {of.map((clause) => (
        <li key={clause.id}>
          {t(clause.label)}
          <Formula of={clause.when} say={say} label={t(clause.label)} />
        </li>
      ))}
    </ol>
  );
}

function Values({ ids, of }: { ids: string[]; of: ParameterShape[] }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const today = useCity().data?.today ?? "";
  const read = of.filter((parameter) => ids.includes(parameter.id));
  if (read.length === 0) return null;
  return (
    <>
      <h3>{t(w.values)}</h3>
      <ul className="rule-values">
        {read.map((parameter) => (
          <li key={parameter.id}>
            <strong>{t(parameter.label)}</strong>{" "}
            {parameter.may_try && valueOn(parameter, today) && (
              <To className="small no-print" to={`/rules/try?set=${parameter.id}`}>
                {t(w.tryThis)}
              </To>
            )}
            <ul>
              {parameter.values.map((value) => (
                <li key={`${value.from}/${value.area ?? ""}`}>
                  <span className="num">
                    {value.unset
                      ? `${t(w.notSet)}: ${t(value.unset)}`
                      : showSetting(value.value, parameter.unit, lang, names.codes)}
                  </span>
                  {value.area && t(w.inArea(names.area(value.area)))}{" "}
                  <span className="soft small">
                    {t(w.from(formatDay(value.from, lang)))} · <Basis of={value.basis} />
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}
