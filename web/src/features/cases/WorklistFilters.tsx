import { useAreaFilter, useCity } from "@/api/city";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { Select } from "@/ui/Field";
import { type CaseFilters, useCasework, useMayAct } from "./queries";
import { states, w } from "./words";

interface WorklistFiltersProps {
  filters: CaseFilters;
  set: (change: Partial<CaseFilters>) => void;
}

/** The controls that narrow a worklist, in its list and on its board. */
export function WorklistFilters({ filters, set }: WorklistFiltersProps) {
  const t = useText();
  const city = useCity().data;
  const account = useAccount();
  const areas = useAreaFilter();
  const kinds = useCasework().data?.kinds ?? [];
  const mayAct = useMayAct();
  return (
    <search className="filters">
      <Select
        label={t(w.show)}
        value={filters.show}
        none={t(w.all)}
        choices={[
          ...(mayAct ? [{ value: "mine", label: t(w.mine) }] : []),
          ...(mayAct ? [{ value: "followed", label: t(w.followed) }] : []),
          { value: "overdue", label: t(w.overdue) },
          { value: "up", label: t(w.up) },
        ]}
        onChange={(show) => set({ show })}
      />
      <Select
        label={t(w.state)}
        value={filters.state}
        none={t(w.live)}
        choices={Object.entries(states).map(([value, label]) => ({ value, label: t(label) }))}
        onChange={(state) => set({ state })}
      />
      <Select
        label={t(w.kind)}
        value={filters.kind}
        none={t(w.all)}
        choices={kinds.map((kind) => ({ value: kind.id, label: t(kind.label) }))}
        onChange={(kind) => set({ kind })}
      />
      {account?.department == null && account?.role !== "firm" && (
        <Select
          label={t(w.department)}
          value={filters.department}
          none={t(w.all)}
          choices={(city?.departments ?? []).map(({ id, name }) => ({ value: id, label: t(name) }))}
          onChange={(department) => set({ department })}
        />
      )}
      <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
    </search>
  );
}
