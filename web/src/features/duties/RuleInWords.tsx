import { useFormula, useNames } from "@/api/city";
import type { ClauseShape, DutyPage, ParameterOn } from "@/api/types";
import { formatDay, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis } from "@/ui/Basis";
import { Formula } from "@/ui/Formula";
import { type Column, Table } from "@/ui/Table";
import { showSetting } from "@/ui/value";
import { w } from "./words";

/** The rule: what makes it owed, what exempts, what shows that it was served, and the values it reads. */
export function RuleInWords({ of }: { of: DutyPage }) {
  const t = useText();
  const names = useNames();
  const say = useFormula([of.kind], of.parameters);
  const sayDone = useFormula([of.done.from, of.kind], of.parameters);
  return (
    <div className="duty-rule">
      <div className="columns">
        <section className="panel">
          <h2>{t(w.conditions)}</h2>
          <p className="note">{t(w.allOf)}</p>
          <Clauses of={of.clauses} say={say} />
        </section>
        <div className="stack">
          {of.exemptions.length > 0 && (
            <section className="panel">
              <h2>{t(w.exemptions)}</h2>
              <p className="note">{t(w.anyOf)}</p>
              <Clauses of={of.exemptions} say={say} />
            </section>
          )}
          <section className="panel">
            <h2>{t(w.evidence)}</h2>
            {of.done.from && <p>{t(w.evidenceFrom(names.kind(of.done.from)))}</p>}
            <Formula of={of.done.when} say={sayDone} />
          </section>
          {of.amount && (
            <section className="panel">
              <h2>{t(w.amount)}</h2>
              <Formula of={of.amount} say={say} />
            </section>
          )}
        </div>
      </div>
      {of.parameters.length > 0 && (
        <section className="panel">
          <h2>{t(w.parameters)}</h2>
          <Parameters of={of.parameters} />
        </section>
      )}
    </div>
  );
}

function Clauses({ of, say }: { of: ClauseShape[]; say: (text: string) => string }) {
  const t = useText();
  return (
    <ol className="clause-list">
      {of.map((clause) => (
        <li key={clause.id}>
          {t(clause.label)}
          <Formula of={clause.when} say={say} label={t(clause.label)} />
        </li>
      ))}
    </ol>
  );
}

function Parameters({ of }: { of: ParameterOn[] }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const columns: Column<ParameterOn>[] = [
    { id: "label", label: t(w.parameter), phone: "lead", cell: (one) => t(one.label) },
    {
      id: "value",
      label: t(w.value),
      cell: (one) =>
        one.unset ? (
          <>
            {t(w.unset)} <span className="sub">{t(one.unset)}</span>
          </>
        ) : (
          showSetting(one.value, one.unit, lang, names.codes)
        ),
    },
    {
      id: "from",
      label: t(w.since),
      cell: (one) => <span className="nowrap">{formatDay(one.from, lang)}</span>,
    },
    { id: "basis", label: t(w.document), cell: (one) => (one.basis ? <Basis of={one.basis} /> : NOTHING) },
  ];
  return <Table caption={t(w.parameters)} columns={columns} rows={of} rowKey={(one) => one.id} />;
}
