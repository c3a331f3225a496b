import { type FormEvent, useState } from "react";
import type { Exemption } from "@/api/types";
import { Files } from "@/files/Files";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis } from "@/ui/Basis";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { Withdraw } from "./Withdraw";
import { states, w } from "./words";
import "./exempt.css";

/** Exemptions that an official gave to one record, the last first: reason, proof, who, when, until when. */
export function ByHand({ of }: { of: Exemption[] }) {
  return (
    <ul className="exemptions">
      {of.map((one) => (
        <li key={one.number}>
          <Given of={one} />
        </li>
      ))}
    </ul>
  );
}

/** One of them. */
export function Given({ of }: { of: Exemption }) {
  const t = useText();
  const { lang } = useLang();
  const live = of.state === "in-force" || of.state === "to-come";
  const days = of.until
    ? w.days(formatDay(of.from, lang), formatDay(of.until, lang))
    : w.open(formatDay(of.from, lang));
  return (
    <>
      <p className="row">
        <span className={of.state === "in-force" ? "badge exempt" : "badge plain"}>
          {t(states[of.state])}
        </span>
        <strong>{t(of.label)}</strong>
        <span>{t(days)}</span>
      </p>
      <p className="exemption-note">{of.note}</p>
      {of.basis && (
        <p className="small">
          {t(w.basis)}: <Basis of={of.basis} />
        </p>
      )}
      <Proof of={of} />
      <p className="small soft">
        {[t(w.by(of.given_by ?? "", formatDay(of.given_on, lang))), t(w.number(of.number))].join(" · ")}
      </p>
      {of.withdrawn_on && (
        <p className="small">
          {t(w.withdrawnBy(of.withdrawn_by ?? "", formatDay(of.withdrawn_on, lang)))}: {of.withdrawn_why}
        </p>
      )}
      {live && of.may_withdraw && (
        <div className="row no-print">
          <Withdraw number={of.number} />
        </div>
      )}
    </>
  );
}

/** The files; those about a person once a reason is given. */
function Proof({ of }: { of: Exemption }) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState<string>();
  const named = of.proof.map((file) => file.hash).join(" ");
  if (named === "") return null;
  if (!of.may_read_proof) return <p className="small soft">{t(w.masked(String(of.proof.length)))}</p>;
  if (!of.proof_personal || reason) return <Files named={named} reason={reason} />;
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setReason(typed.trim());
  };
  return (
    <details className="no-print">
      <summary>{t(w.read)}</summary>
      <form className="form" onSubmit={ask}>
        <p className="note">{t(w.personal)}</p>
        <Input label={t(w.readWhy)} value={typed} onChange={setTyped} required wide />
        <Button type="submit" disabled={typed.trim().length < 4}>
          {t(w.read)}
        </Button>
      </form>
    </details>
  );
}
