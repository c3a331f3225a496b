import { useNames } from "@/api/city";
import type { ParameterShape } from "@/api/types";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { FactInput } from "@/ui/FactInput";
import { Select } from "@/ui/Field";
import { showSetting } from "@/ui/value";
import { type Setting, valueOn } from "./settings";
import { w } from "./words";

interface SettingRowProps {
  of: Setting;
  on: string;
  parameters: ParameterShape[];
  onChange: (next: Setting) => void;
  onRemove: (() => void) | undefined;
}

/** One value that is tried, beside what holds now. */
export function SettingRow({ of, on, parameters, onChange, onRemove }: SettingRowProps) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const parameter = parameters.find((one) => one.id === of.parameter);
  const now = parameter && valueOn(parameter, on);
  return (
    <div className="setting">
      <Select
        label={t(w.parameter)}
        value={of.parameter}
        none="—"
        choices={parameters
          .filter((one) => one.may_try)
          .map((one) => ({ value: one.id, label: t(one.label) }))
          .sort((a, b) => a.label.localeCompare(b.label, lang))}
        onChange={(id) => onChange({ parameter: id, value: "" })}
        hint={
          parameter &&
          t(w.now(now?.unset ? t(w.notSet) : showSetting(now?.value, parameter.unit, lang, names.codes)))
        }
      />
      {parameter && (
        <FactInput
          of={{ type: parameter.type, unit: parameter.unit, options: [] }}
          label={t(w.newValue)}
          value={of.value}
          onChange={(value) => onChange({ ...of, value })}
          none="—"
        />
      )}
      {onRemove && (
        <Button look="plain" onClick={onRemove}>
          {t(w.remove)}
        </Button>
      )}
    </div>
  );
}
