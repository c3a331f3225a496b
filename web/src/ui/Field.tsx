import { type ReactNode, useEffect, useId, useState } from "react";
import { useText } from "@/i18n/lang";
import { w } from "./words";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  wide?: boolean;
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}

/** A label tied to its control. */
export function Field({ label, hint, wide, children }: FieldProps) {
  const id = useId();
  const describedBy = hint ? `${id}-hint` : undefined;
  return (
    <div className={wide ? "field wide" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children({ id, describedBy })}
      {hint && (
        <span className="hint" id={describedBy}>
          {hint}
        </span>
      )}
    </div>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface SelectProps {
  label: string;
  value: string;
  choices: Choice[];
  onChange: (value: string) => void;
  /** The words for no choice; without them one must be chosen. */
  none?: string;
  hint?: ReactNode;
  wide?: boolean;
}

export function Select({ label, value, choices, onChange, none, hint, wide }: SelectProps) {
  return (
    <Field label={label} hint={hint} wide={wide}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {none !== undefined && <option value="">{none}</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface InputProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "search" | "date" | "password" | "number";
  hint?: ReactNode;
  wide?: boolean;
  autoComplete?: string;
  inputMode?: "text" | "numeric" | "decimal";
  placeholder?: string;
  required?: boolean;
  autoFocus?: boolean;
}

export function Input({ label, value, onChange, hint, wide, type = "text", ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} wide={wide}>
      {({ id, describedBy }) => (
        <input
          id={id}
          aria-describedby={describedBy}
          type={type}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
      )}
    </Field>
  );
}

/** How long a reader may pause while typing before the list follows. */
const PAUSE_MS = 350;

/** A text filter that waits for a pause before it asks the server again. */
export function Search({ value, onChange, ...rest }: Omit<InputProps, "type">) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <Input {...rest} type="search" value={typed} onChange={setTyped} />;
}

/** A day, taken once it is a whole one. */
export function DayInput({ value, onChange, ...rest }: Omit<InputProps, "type">) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <Input
      {...rest}
      type="date"
      value={typed}
      onChange={(day) => {
        setTyped(day);
        if (/^(19|20)\d{2}-\d{2}-\d{2}$/.test(day)) onChange(day);
      }}
    />
  );
}

interface CheckProps {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** Yes, no, or nothing said yet. */
export function useYesNo(): Choice[] {
  const t = useText();
  return [
    { value: "true", label: t(w.yes) },
    { value: "false", label: t(w.no) },
  ];
}
