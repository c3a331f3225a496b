import { type ReactNode, useEffect, useId, useState } from "react";
import { useText } from "@/i18n/lang";
import { w } from "./words";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what stands in it. */
  error?: string;
  wide?: boolean;
  children: (control: ControlProps) => ReactNode;
}

/** What ties a control to its label, its hint and its error. */
interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label tied to its control. */
export function Field({ label, hint, error, wide, children }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={wide ? "field wide" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": describedBy, "aria-invalid": error ? true : undefined })}
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
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
  error?: string;
  wide?: boolean;
}

export function Select({ label, value, choices, onChange, none, hint, error, wide }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error} wide={wide}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
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
  type?: "text" | "search" | "date" | "password" | "number" | "email" | "url";
  hint?: ReactNode;
  error?: string;
  wide?: boolean;
  autoComplete?: string;
  inputMode?: "text" | "numeric" | "decimal";
  placeholder?: string;
  required?: boolean;
  autoFocus?: boolean;
}

export function Input({ label, value, onChange, hint, error, wide, type = "text", ...rest }: InputProps) {
  return (
    <Field label={label} hint={hint} error={error} wide={wide}>
      {(control) => (
        <input
          {...control}
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
  /** What is wrong with it. */
  error?: string;
}

export function Check({ label, checked, onChange, error }: CheckProps) {
  const errorId = useId();
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error && errorId}
        />
        <span>{label}</span>
      </label>
      {error && (
        <span className="field-error" id={errorId}>
          {error}
        </span>
      )}
    </>
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
