import { type FormEvent, useState } from "react";
import { useAccount } from "@/api/session";
import type { Claim, ExemptionRules, RecordRef } from "@/api/types";
import type { Chosen } from "@/files/chosen";
import { FileField } from "@/files/FileField";
import { Files } from "@/files/Files";
import { dropHere } from "@/files/here";
import { useText } from "@/i18n/lang";
import { Basis } from "@/ui/Basis";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { DayInput, Field } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { w as common } from "@/ui/words";
import { useExempt, useExemptionRules } from "./queries";
import { w } from "./words";

interface GiveProps {
  duty: string;
  record: RecordRef;
  /** What whoever is concerned asked for, with their proof. */
  claim?: Claim | null;
  /** The day from which it holds unless another is said. */
  on?: string;
}

/** Opens the dialogue in which a record is exempted from a duty. */
export function Give({ duty, record, claim, on = "" }: GiveProps) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const rules = useExemptionRules(open).data?.exemption;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t(w.give)}</Button>
      <Dialog open={open} title={t(w.give)} onClose={() => setOpen(false)}>
        {rules && (
          <GiveForm
            duty={duty}
            record={record}
            claim={claim}
            on={on}
            rules={rules}
            onClose={() => setOpen(false)}
          />
        )}
      </Dialog>
    </>
  );
}

function GiveForm({
  duty,
  record,
  claim,
  on,
  rules,
  onClose,
}: GiveProps & { rules: ExemptionRules; onClose: () => void }) {
  const t = useText();
  const account = useAccount()?.name ?? "";
  const [reason, setReason] = useState(claim?.reason ?? "");
  const [note, setNote] = useState(claim?.note ?? "");
  const [proof, setProof] = useState<Chosen[]>([]);
  const handedIn = claim?.proof ?? [];
  const lacksProof = proof.length + handedIn.length === 0;
  const [from, setFrom] = useState(on ?? "");
  const [until, setUntil] = useState("");
  const [tried, setTried] = useState(false);
  const giving = useExempt(account);
  const reasons = rules.reasons.filter((one) => one.duties.length === 0 || one.duties.includes(duty));
  const chosen = reasons.find((one) => one.id === reason);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lacksProof) return;
    giving.mutate(
      { duty, record, reason, note, handedIn, proof, from: from || undefined, until: until || undefined },
      { onSuccess: onClose },
    );
  };
  const cancel = () => {
    for (const one of proof) void dropHere(account, one.hash);
    onClose();
  };
  return (
    <form className="form" onSubmit={send}>
      <p className="note">{t(w.giveLead)}</p>
      <Field label={t(w.reason)} wide hint={chosen && <Basis of={chosen.basis} />}>
        {(control) => (
          <select {...control} required value={reason} onChange={(event) => setReason(event.target.value)}>
            <option value="">{t(w.choose)}</option>
            {reasons.map((one) => (
              <option key={one.id} value={one.id}>
                {t(one.label)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t(w.note)} wide hint={t(w.noteHint)}>
        {(control) => (
          <textarea
            {...control}
            rows={3}
            required
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      {handedIn.length > 0 && (
        <div className="field wide">
          <span className="label">{t(w.handedIn)}</span>
          <Files named={handedIn.join(" ")} />
        </div>
      )}
      <FileField
        of={rules.proof}
        label={t(handedIn.length > 0 ? w.more : w.proof)}
        hint={handedIn.length > 0 ? undefined : t(w.proofHint)}
        value={proof}
        onChange={setProof}
        error={tried && lacksProof ? t(w.proofMissing) : undefined}
      />
      <DayInput label={t(w.from)} value={from} onChange={setFrom} required />
      <DayInput label={t(w.until)} value={until} onChange={setUntil} hint={t(w.untilHint)} />
      {giving.error && <Failure error={giving.error} />}
      <div className="dialog-actions">
        <Button onClick={cancel}>{t(common.cancel)}</Button>
        <Button look="main" type="submit" disabled={giving.isPending}>
          {t(giving.isPending ? w.sending : w.send)}
        </Button>
      </div>
    </form>
  );
}
