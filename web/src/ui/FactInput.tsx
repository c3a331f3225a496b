import { formatUnit } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { DayInput, Input, Select, useYesNo } from "./Field";

interface Asked {
  type: string;
  unit?: string | null;
  options: { id: string; label: Label }[];
}

interface FactInputProps {
  of: Asked;
  label: string;
  /** As typed; `factValue` makes the fact's value of it. */
  value: string;
  onChange: (value: string) => void;
  none: string;
  hint?: string;
  error?: string;
}

/** The control that fits a fact's type. */
export function FactInput({ of, label, value, onChange, none, hint, error }: FactInputProps) {
  const t = useText();
  const { lang } = useLang();
  const yesNo = useYesNo();
  const shared = { label, value, onChange, hint, error };
  switch (of.type) {
    case "bool":
      return <Select {...shared} none={none} choices={yesNo} />;
    case "code":
    case "area":
      return (
        <Select
          {...shared}
          none={none}
          choices={of.options.map((option) => ({ value: option.id, label: t(option.label) }))}
        />
      );
    case "date":
      return <DayInput {...shared} />;
    case "int":
    case "decimal":
      return (
        <Input
          {...shared}
          inputMode={of.type === "int" ? "numeric" : "decimal"}
          hint={
            [formatUnit(of.unit, lang), hint].filter(Boolean).join(lang === "zh" ? "，" : ", ") || undefined
          }
        />
      );
    default:
      return <Input {...shared} />;
  }
}

/** What was typed as the value of a fact of that type, in the API's JSON; nothing where it is no such value. */
export function factValue(type: string, typed: string): unknown {
  const text = typed.trim().replace(/[,，\s]/g, "");
  if (text === "") return undefined;
  switch (type) {
    case "bool":
      return text === "true";
    case "int":
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
    case "decimal":
      return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined;
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
    default:
      return typed.trim();
  }
}
