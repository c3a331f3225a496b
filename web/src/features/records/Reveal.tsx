import { type FormEvent, useState } from "react";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Input } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { w as common } from "@/ui/words";
import { type Subject, useReveal } from "./queries";
import { w } from "./words";

interface RevealProps {
  of: Subject;
  facts: string[];
  onRevealed: (facts: Record<string, unknown>) => void;
}

/** Asks for a reason, then shows personal facts; reading them is an event. */
export function Reveal({ of, facts, onRevealed }: RevealProps) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const revealing = useReveal(of);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    revealing.mutate(
      { facts, reason },
      {
        onSuccess: (answer) => {
          onRevealed(answer.facts);
          setOpen(false);
        },
      },
    );
  };
  return (
    <div className="no-print reveal">
      <Button onClick={() => setOpen(true)}>{t(w.reveal)}</Button>
      <Dialog open={open} title={t(w.reveal)} onClose={() => setOpen(false)}>
        <p>{t(w.revealWhy)}</p>
        <form className="form" onSubmit={submit}>
          <Input
            label={t(w.reason)}
            hint={t(w.reasonHint)}
            value={reason}
            onChange={setReason}
            required
            autoFocus
          />
          {revealing.error && <Failure error={revealing.error} />}
          <div className="dialog-actions">
            <Button onClick={() => setOpen(false)}>{t(common.cancel)}</Button>
            <Button look="main" type="submit" disabled={revealing.isPending || reason.trim() === ""}>
              {t(w.show)}
            </Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
