import { type FormEvent, useState } from "react";
import { useAreaChoices, useCity } from "@/api/city";
import type { CaseAction, CaseActionName } from "@/api/types";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Select, useYesNo } from "@/ui/Field";
import { useCasework } from "./queries";
import { actions, three, w } from "./words";

/** Which words an action wants: none, a reason that is kept, the answer, or any. */
const WORDS: Partial<Record<CaseActionName, "reason" | "refusal" | "answer" | "words">> = {
  answer: "answer",
  refuse: "refusal",
  "hand-back": "reason",
  route: "reason",
  pause: "reason",
  note: "words",
};

interface ActDialogProps {
  /** The action to ask about; nothing is asked for none. */
  name: CaseActionName | null;
  officers: string[];
  /** The kind of the case, which chooses the templates. */
  kind: string;
  onSend: (action: CaseAction) => void;
  onClose: () => void;
}

/** Asks for what an action needs. */
export function ActDialog({ name, onClose, ...rest }: ActDialogProps) {
  const t = useText();
  return (
    <Dialog open={name !== null} title={name ? t(actions[name]) : ""} onClose={onClose}>
      {name && <ActForm name={name} {...rest} onClose={onClose} />}
    </Dialog>
  );
}

function ActForm({ name, officers, kind, onSend, onClose }: ActDialogProps & { name: CaseActionName }) {
  const t = useText();
  const departments = useCity().data?.departments ?? [];
  const yesNo = useYesNo();
  const [words, setWords] = useState("");
  const [officer, setOfficer] = useState("");
  const [department, setDepartment] = useState("");
  const [area, setArea] = useState("");
  const areas = useAreaChoices();
  const [into, setInto] = useState("");
  const [said, setSaid] = useState({ answered: "", solved: "", satisfied: "" });
  const wanted = WORDS[name];
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend({
      action: name,
      words: words || undefined,
      officer: officer || undefined,
      department: department || undefined,
      area: area || undefined,
      into: into === "" ? undefined : Number(into),
      said:
        name === "say"
          ? {
              answered: said.answered === "true",
              solved: said.solved === "true",
              satisfied: said.satisfied === "" ? undefined : said.satisfied === "true",
              words: words || undefined,
            }
          : undefined,
    });
  };
  return (
    <form className="form" onSubmit={send}>
      {name === "assign" && (
        <Select
          label={t(w.officer)}
          value={officer}
          none={t(w.nobody)}
          choices={officers.map((one) => ({ value: one, label: one }))}
          onChange={setOfficer}
        />
      )}
      {(name === "route" || name === "join") && (
        <>
          <Select
            label={t(w.department)}
            value={department}
            none="—"
            choices={departments.map((one) => ({ value: one.id, label: t(one.name) }))}
            onChange={setDepartment}
          />
          <Select label={t(w.inArea)} value={area} none={t(w.sameArea)} choices={areas} onChange={setArea} />
        </>
      )}
      {name === "merge" && (
        <Input label={t(w.into)} value={into} onChange={setInto} inputMode="numeric" required />
      )}
      {name === "say" &&
        (["answered", "solved", "satisfied"] as const).map((question) => (
          <Select
            key={question}
            label={t(three[question])}
            value={said[question]}
            none="—"
            choices={yesNo}
            onChange={(value) => setSaid((before) => ({ ...before, [question]: value }))}
          />
        ))}
      {wanted === "answer" && <Templates kind={kind} onChoose={setWords} />}
      {(wanted || name === "say") && (
        <TextArea
          label={t(wanted ? w[wanted] : three.words)}
          value={words}
          onChange={setWords}
          required={wanted !== undefined}
        />
      )}
      <div className="row">
        <Button look="main" type="submit">
          {t(w.send)}
        </Button>
        <Button onClick={onClose}>{t(w.clear)}</Button>
      </div>
    </form>
  );
}

/** Words that an answer begins with. */
function Templates({ kind, onChoose }: { kind: string; onChoose: (text: string) => void }) {
  const t = useText();
  const all = useCasework().data?.templates ?? [];
  const fit = all.filter((one) => one.kinds.length === 0 || kind === "" || one.kinds.includes(kind));
  if (fit.length === 0) return null;
  return (
    <Select
      label={t(w.template)}
      value=""
      none="—"
      choices={fit.map((one) => ({ value: one.id, label: t(one.label) }))}
      onChange={(id) => onChoose(t(fit.find((one) => one.id === id)?.text))}
    />
  );
}

interface TextAreaProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  required?: boolean;
}

export function TextArea({ label, value, onChange, required }: TextAreaProps) {
  return (
    <Field label={label} wide>
      {({ id }) => (
        <textarea
          id={id}
          rows={4}
          required={required}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
