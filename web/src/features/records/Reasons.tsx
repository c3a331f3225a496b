import { useFormula, useNames } from "@/api/city";
import type { ClauseReason, Explanation, FactRead, ParameterOn } from "@/api/types";
import { ByHand } from "@/exempt/ByHand";
import { Give } from "@/exempt/Give";
import { w as exempt } from "@/exempt/words";
import { formatAmount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis } from "@/ui/Basis";
import { Formula } from "@/ui/Formula";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { MadeUp, Truth } from "@/ui/Standing";
import { showSetting, showValue } from "@/ui/value";
import { type Subject, useExplanation } from "./queries";
import { w } from "./words";

/** Why a record stands where it stands, clause by clause. */
export function Reasons({ of, duty, on }: { of: Subject; duty: string; on: string }) {
  const asked = useExplanation(of, duty, on);
  return (
    <div className="reasons">
      <Answer of={asked} rows={3}>
        {(explanation) => <Explained of={explanation} />}
      </Answer>
    </div>
  );
}

function Explained({ of }: { of: Explanation }) {
  const t = useText();
  const { lang } = useLang();
  const { kind } = of.record;
  return (
    <>
      <Ask of={of} />
      <h3>
        {t(w.whyShould)} <Truth of={of.should} />
        {of.near_miss && <span className="badge unknown">{t(w.near)}</span>}
      </h3>
      <Clauses of={of.clauses} kind={kind} must />
      {of.should !== "no" && of.exemptions.some(isByHand(false)) && (
        <>
          <h3>
            {t(w.whyExempt)} <Truth of={of.exempt} />
          </h3>
          <Clauses of={of.exemptions.filter(isByHand(false))} kind={kind} />
        </>
      )}
      <Exempted of={of} />
      <h3>
        {t(w.whyDone)} <Truth of={of.done} />
      </h3>
      <Clauses of={[of.evidence]} kind={kind} from={of.evidence_from} />
      {of.amount_from && (
        <>
          <h3>
            {t(w.whyAmount)} {formatAmount(of.amount, of.unit, lang)}
          </h3>
          <div className="figure">
            <Said of={of.amount_from.from} kinds={[kind]} parameters={of.amount_from.parameters} />
            <Reads facts={of.amount_from.facts} parameters={of.amount_from.parameters} kind={kind} />
          </div>
        </>
      )}
      <p className="small soft">
        {t(w.basis)}: <Basis of={of.basis} /> · {t(w.rule)} <code>{of.version.slice(0, 12)}</code> ·{" "}
        <To to={`/duties/${of.duty}`}>{t(w.toDuty)}</To>
      </p>
    </>
  );
}

/** The clause that reads exemptions by hand is shown as these, not as the facts of their records. */
const isByHand = (wanted: boolean) => (clause: ClauseReason) => (clause.id === "by-hand") === wanted;

/** What officials exempted by hand, and the way to do so. */
function Exempted({ of }: { of: Explanation }) {
  const t = useText();
  const clause = of.exemptions.find(isByHand(true));
  if (!clause || (of.by_hand.length === 0 && !of.may_exempt)) return null;
  return (
    <>
      <h3>
        {t(exempt.title)} <Truth of={clause.truth} />
      </h3>
      <ByHand of={of.by_hand} />
      {of.may_exempt && (
        <div className="row no-print">
          <Give duty={of.duty} record={of.record} on={of.on} />
        </div>
      )}
    </>
  );
}

/** For an unknown: the fact that settles most, first. */
function Ask({ of }: { of: Explanation }) {
  const t = useText();
  const [first, ...rest] = of.ask;
  if (!first) return null;
  return (
    <div className="notice warn">
      <h3>{t(w.ask)}</h3>
      <p>
        <strong>{t(first.label)}</strong>
        {first.question && ` — ${t(first.question)}`}
      </p>
      {rest.length > 0 && (
        <p className="small">
          {t(w.askNext)}: {rest.map((fact) => t(fact.label)).join(" · ")}
        </p>
      )}
    </div>
  );
}

interface ClausesProps {
  of: ClauseReason[];
  /** The kind that the facts are read from. */
  kind: string;
  /** Whose records are the evidence: the first place to look a fact up. */
  from?: string | null;
  /** A no among them is what decides. */
  must?: boolean;
}

interface SaidProps {
  of: string;
  kinds: (string | null | undefined)[];
  parameters: ParameterOn[];
}

function Said({ of, kinds, parameters }: SaidProps) {
  const say = useFormula(kinds, parameters);
  return (
    <p className="when">
      <Formula of={of} say={say} />
    </p>
  );
}

function Clauses({ of, kind, from, must }: ClausesProps) {
  const t = useText();
  return (
    <ol className={must ? "clauses must" : "clauses"}>
      {of.map((clause) => (
        <li key={clause.id ?? "evidence"} className={clause.truth}>
          <div className="clause-head">
            <Truth of={clause.truth} />
            <strong>{t(clause.label)}</strong>
          </div>
          <Said of={clause.when} kinds={[from, kind]} parameters={clause.parameters} />
          <Reads facts={clause.facts} parameters={clause.parameters} kind={kind} />
          {clause.otherwise.length > 0 && (
            <p className="otherwise">
              <span className="soft">{t(w.otherwise)}: </span>
              {clause.otherwise.map(t).join("; ")}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

interface ReadsProps {
  facts: FactRead[];
  parameters: ParameterOn[];
  kind: string;
}

/** What was read to decide or to compute: facts with their sources, parameters with their documents. */
function Reads({ facts, parameters, kind }: ReadsProps) {
  if (facts.length === 0 && parameters.length === 0) return null;
  return (
    <ul className="reads">
      {facts.map((fact) => (
        <Read key={`${fact.via.join("/")}/${fact.path}`} of={fact} kind={kind} />
      ))}
      {parameters.map((parameter) => (
        <Used key={parameter.id} of={parameter} />
      ))}
    </ul>
  );
}

function Read({ of, kind }: { of: FactRead; kind: string }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const via = of.via.at(-1);
  const value = of.masked ? t(w.masked) : of.value == null ? t(w.notKnown) : showValue(of, lang);
  const from = of.derived
    ? t(w.derived)
    : [of.source, of.on && formatDay(of.on, lang)].filter(Boolean).join(" · ");
  return (
    <li>
      <span className="read-name">
        {t(of.label)}
        {via && <span className="sub">{t(w.via(names.fact(kind, via)))}</span>}
      </span>
      <span className={of.value == null && !of.masked ? "read-value missing" : "read-value"}>{value}</span>
      <span className="soft small">
        {from} <MadeUp when={of.synthetic && !of.derived && of.value != null} />
      </span>
    </li>
  );
}

function Used({ of }: { of: ParameterOn }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const value = of.unset ? t(w.unset(t(of.unset))) : showSetting(of.value, of.unit, lang, names.codes);
  return (
    <li>
      <span className="read-name">{t(of.label)}</span>
      <span className="read-value">{value}</span>
      <span className="soft small">
        {of.basis && <Basis of={of.basis} />} {of.from && formatDay(of.from, lang)}
      </span>
    </li>
  );
}
