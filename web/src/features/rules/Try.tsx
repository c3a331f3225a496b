import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { useAreaChoices, useCity } from "@/api/city";
import { useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { Button, PrintButton } from "@/ui/Button";
import { DayInput, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer, Empty, Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useFilters } from "@/ui/url";
import { w as common } from "@/ui/words";
import { Differences } from "./Differences";
import { useCompare, useCompareSheet, useParameters, useRules } from "./queries";
import { SettingRow } from "./SettingRow";
import { Sweep } from "./Sweep";
import { asSet, readSettings, type Setting, writeSettings } from "./settings";
import { w } from "./words";
import "./rules.css";

/** Other values or another day, and who would gain and lose by them, before it is law. */
export function Try() {
  const t = useText();
  const city = useCity().data;
  const areas = useAreaChoices();
  const rules = useRules();
  const parameters = useParameters();
  const [params, setParams] = useSearchParams();
  const [filters, set] = useFilters(["on", "trial", "area", "duty"]);
  const [settings, setSettings] = useState<Setting[]>(() => {
    const given = readSettings(params);
    return given.length > 0 ? given : [{ parameter: "", value: "" }];
  });
  const comparing = useCompare();
  const keeping = useCompareSheet();
  const on = filters.on || (city?.today ?? "");
  const then = filters.trial || on;
  const keep = (next: Setting[]) => {
    setSettings(next);
    const told = next.filter((setting) => setting.parameter !== "");
    setParams((before) => writeSettings(before, told), { replace: true, preventScrollReset: true });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    comparing.mutate({
      a: { on, set: {} },
      b: { on: then, set: asSet(settings) },
      duty: filters.duty || undefined,
      area: filters.area || undefined,
    });
  };
  const asked = comparing.variables;
  const differs = then !== on || Object.keys(asSet(settings)).length > 0;
  return (
    <Page
      title={t(w.tryTitle)}
      over={<To to="/rules">{t(w.title)}</To>}
      under={t(w.tryLead)}
      actions={
        comparing.data &&
        asked && (
          <>
            <Button disabled={keeping.isPending} onClick={() => keeping.mutate(asked)}>
              {t(common.export)}
            </Button>
            <PrintButton />
          </>
        )
      }
    >
      <form className="panel try" onSubmit={submit}>
        <div className="try-days">
          <DayInput label={`${t(w.aTitle)} · ${t(w.on)}`} value={on} onChange={(day) => set({ on: day })} />
          <DayInput
            label={`${t(w.bTitle)} · ${t(w.on)}`}
            value={then}
            onChange={(day) => set({ trial: day })}
          />
          <Select
            label={t(w.duty)}
            value={filters.duty}
            none={t(w.all)}
            choices={[...new Map(rules.data?.duties.map((rule) => [rule.id, t(rule.title)]))].map(
              ([value, label]) => ({
                value,
                label,
              }),
            )}
            onChange={(duty) => set({ duty })}
          />
          <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        </div>
        <Answer of={parameters} rows={1}>
          {(all) => (
            <>
              {settings.map((setting, index) => (
                <SettingRow
                  // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name of its own until one is chosen
                  key={index}
                  of={setting}
                  on={then}
                  parameters={all.parameters}
                  onChange={(next) => keep(settings.map((one, at) => (at === index ? next : one)))}
                  onRemove={
                    settings.length > 1 ? () => keep(settings.filter((_, at) => at !== index)) : undefined
                  }
                />
              ))}
            </>
          )}
        </Answer>
        <div className="row">
          <Button look="main" type="submit" disabled={!on || !differs || comparing.isPending}>
            {t(comparing.isPending ? w.comparing : w.compare)}
          </Button>
          <Button look="plain" onClick={() => keep([...settings, { parameter: "", value: "" }])}>
            {t(w.addValue)}
          </Button>
        </div>
      </form>
      <div className="stack try-result" aria-live="polite">
        {comparing.error && <Failure error={comparing.error} />}
        {keeping.error && <Failure error={keeping.error} />}
        {comparing.data && comparing.data.duties.length === 0 && <Empty>{t(w.nothingDiffers)}</Empty>}
        {comparing.data && comparing.data.duties.length > 0 && <Differences of={comparing.data} />}
      </div>
      {parameters.data && (
        <Sweep parameters={parameters.data.parameters} on={on} duty={filters.duty} area={filters.area} />
      )}
    </Page>
  );
}
