import { type FormEvent, useEffect, useState } from "react";
import { Link } from "react-router";
import { useAccount } from "@/api/session";
import type { Owed as OwedAnswer } from "@/api/types";
import { formatDay, formatMoney } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button, PrintButton } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { Failure, Loading, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Ask } from "./Ask";
import { NOTHING_TOLD, sortMeasures, type Told } from "./asking";
import { MeasureList } from "./MeasureList";
import { useOwed } from "./queries";
import { w } from "./words";
import "./owed.css";

/** A firm's own page, phone first: its code or a few answers, then yes, no or unknown for every measure. */
export function Owed() {
  const t = useText();
  const account = useAccount();
  const own = account?.role === "firm" ? (account.record?.id ?? "") : "";
  const [told, setTold] = useState<Told | null>(null);
  useEffect(() => {
    if (own) setTold((before) => before ?? { ...NOTHING_TOLD, uscc: own });
  }, [own]);
  const asked = useOwed(told && { uscc: told.uscc || undefined, answers: told.answers });
  return (
    <Page title={t(w.title)} under={!told && t(w.lead)} actions={asked.data && <PrintButton />}>
      <div className="owed">
        {!told && <Door onTold={setTold} />}
        {told && asked.error && (
          <>
            <Failure error={asked.error} />
            <Button onClick={() => setTold(null)}>{t(w.startOver)}</Button>
          </>
        )}
        {told && !asked.error && !asked.data && <Loading />}
        {told && !asked.error && asked.data && (
          <Result of={asked.data} told={told} onTold={setTold} startOver={() => setTold(null)} />
        )}
      </div>
    </Page>
  );
}

function Door({ onTold }: { onTold: (told: Told) => void }) {
  const t = useText();
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onTold({ ...NOTHING_TOLD, uscc: code.trim() });
  };
  return (
    <section className="panel">
      <form className="form" onSubmit={submit}>
        <Input label={t(w.code)} hint={t(w.codeHint)} value={code} onChange={setCode} autoComplete="off" />
        <Button look="main" type="submit" disabled={code.trim() === ""}>
          {t(w.look)}
        </Button>
      </form>
      <Button look="plain" className="without" onClick={() => onTold(NOTHING_TOLD)}>
        {t(w.without)}
      </Button>
    </section>
  );
}

interface ResultProps {
  of: OwedAnswer;
  told: Told;
  onTold: (told: Told) => void;
  startOver: () => void;
}

function Result({ of, told, onTold, startOver }: ResultProps) {
  const t = useText();
  const { lang } = useLang();
  const sorted = sortMeasures(of.measures);
  return (
    <div className="stack">
      {of.firm && (
        <div className="owed-firm">
          {of.firm.name && <strong>{t(w.firm(of.firm.name))}</strong>}
          {!of.firm.own && (
            <p className="small soft no-print">
              {t(w.firmOther)} <Link to="/signin?to=/owed">{t(w.signIn)}</Link>
            </p>
          )}
        </div>
      )}
      <section className="panel owed-sum" aria-live="polite">
        <p className="soft small">
          {t(w.asOf(formatDay(of.on, lang)))} ·{" "}
          {t(
            w.answered(
              String(sorted.yes.length),
              String(sorted.unknown.length),
              String(sorted.no.length),
              String(of.measures.length),
            ),
          )}
        </p>
        <h2 className="soft">{t(w.total)}</h2>
        <p className="owed-total num">{formatMoney(sorted.total)}</p>
        {sorted.paid != null && <p>{t(w.paidSoFar(formatMoney(sorted.paid)))}</p>}
        <p className="soft small">{t(w.totalOf(String(sorted.summed), String(sorted.yes.length)))}</p>
      </section>
      <Ask questions={of.questions} known={of.known} told={told} onTold={onTold} />
      {of.measures.length === 0 && <Notice>{t(w.nobody)}</Notice>}
      <MeasureList title={t(w.yes)} tone="yes" on={of.on} measures={sorted.yes} />
      <MeasureList title={t(w.unknown)} tone="unknown" on={of.on} measures={sorted.unknown} />
      <MeasureList title={t(w.no)} tone="no" on={of.on} measures={sorted.no} />
      {of.synthetic && <p className="small soft">{t(w.madeUp)}</p>}
      <p className="only-print small">{t(w.printed)}</p>
      <div className="no-print">
        <Button onClick={startOver}>{t(w.startOver)}</Button>
      </div>
    </div>
  );
}
