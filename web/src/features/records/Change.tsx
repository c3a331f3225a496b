import { type FormEvent, useState } from "react";
import { factAt, useAreaOptions, useCity } from "@/api/city";
import type { RecordPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { FactInput, factValue } from "@/ui/FactInput";
import { DayInput, Input, Select } from "@/ui/Field";
import { Failure, Notice } from "@/ui/Notice";
import { w as common } from "@/ui/words";
import { useChange } from "./queries";
import { w } from "./words";

/** Changes one fact, with its day and source. The verdicts it moves are judged again at once. */
export function Change({ of }: { of: RecordPage }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t(w.change)}</Button>
      <Dialog open={open} title={t(w.change)} onClose={() => setOpen(false)}>
        <ChangeForm of={of} close={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function ChangeForm({ of, close }: { of: RecordPage; close: () => void }) {
  const t = useText();
  const city = useCity().data;
  const areas = useAreaOptions();
  const [fact, setFact] = useState("");
  const [typed, setTyped] = useState("");
  const [on, setOn] = useState(of.on);
  const [source, setSource] = useState("");
  const changing = useChange(of);
  const shape = factAt(city, of.kind, fact);
  const value = shape && factValue(shape.type, typed);
  const wrong = typed.trim() !== "" && value === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate({ on, facts: { [fact]: value ?? null }, source });
  };
  if (changing.data) {
    return (
      <>
        <Notice tone="good">
          <p>{t(w.saved(String(changing.data.seq), String(changing.data.changed.length)))}</p>
        </Notice>
        <div className="dialog-actions">
          <Button look="main" onClick={close}>
            {t(common.close)}
          </Button>
        </div>
      </>
    );
  }
  return (
    <form className="form" onSubmit={submit}>
      <p className="soft">{t(w.changeNote)}</p>
      <Select
        label={t(w.changeFact)}
        value={fact}
        none="—"
        choices={of.facts
          .filter((one) => !one.derived && one.type !== "files")
          .map((one) => ({ value: one.id, label: t(one.label) }))}
        onChange={(next) => {
          setFact(next);
          setTyped("");
        }}
      />
      {shape && (
        <FactInput
          of={shape.type === "area" ? { ...shape, options: areas } : shape}
          label={t(w.newValue)}
          value={typed}
          onChange={setTyped}
          none="—"
        />
      )}
      <DayInput label={t(w.holdsFrom)} value={on} onChange={setOn} />
      <Input
        label={t(w.changeSource)}
        hint={t(w.changeSourceHint)}
        value={source}
        onChange={setSource}
        required
      />
      {changing.error && <Failure error={changing.error} />}
      <div className="dialog-actions">
        <Button onClick={close}>{t(common.cancel)}</Button>
        <Button look="main" type="submit" disabled={!shape || wrong || changing.isPending}>
          {t(w.save)}
        </Button>
      </div>
    </form>
  );
}
