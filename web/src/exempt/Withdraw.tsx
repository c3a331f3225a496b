import { type FormEvent, useState } from "react";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Input } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { w as common } from "@/ui/words";
import { useWithdraw } from "./queries";
import { w } from "./words";

/** Takes an exemption back, with a reason. */
export function Withdraw({ number }: { number: string }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [why, setWhy] = useState("");
  const withdrawing = useWithdraw(number);
  const send = (event: FormEvent) => {
    event.preventDefault();
    withdrawing.mutate(why, { onSuccess: () => setOpen(false) });
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        {t(w.withdraw)}
        <span className="hidden"> {number}</span>
      </Button>
      <Dialog open={open} title={t(w.withdraw)} onClose={() => setOpen(false)}>
        <form className="form" onSubmit={send}>
          <p className="note">{t(w.withdrawLead)}</p>
          <Input label={t(w.why)} hint={t(w.whyHint)} value={why} onChange={setWhy} required autoFocus wide />
          {withdrawing.error && <Failure error={withdrawing.error} />}
          <div className="dialog-actions">
            <Button onClick={() => setOpen(false)}>{t(common.cancel)}</Button>
            <Button look="danger" type="submit" disabled={withdrawing.isPending}>
              {t(w.withdraw)}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
