import { useText } from "@/i18n/lang";
import { type Choice, Select } from "./Field";
import { w } from "./words";

interface AreaFilterProps {
  value: string;
  choices: Choice[];
  onChange: (area: string) => void;
}

/** Narrows what is shown to one area; nothing for who has none to choose between. */
export function AreaFilter({ value, choices, onChange }: AreaFilterProps) {
  const t = useText();
  if (choices.length === 0) return null;
  return (
    <Select label={t(w.area)} value={value} none={t(w.wholeCity)} choices={choices} onChange={onChange} />
  );
}
