import { Link, useSearchParams } from "react-router";
import { useNames } from "@/api/city";
import type { DutyPage } from "@/api/types";
import { Bars } from "@/chart/Bars";
import { Legend } from "@/chart/Meter";
import { formatCount, formatRate } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { writeFilters } from "@/ui/url";
import { standing } from "@/ui/words";
import { w } from "./words";

/** The parts of the city side by side, the largest gap first. */
export function ByArea({ of }: { of: DutyPage }) {
  const t = useText();
  const names = useNames();
  const [params] = useSearchParams();
  const lines = of.by_area
    .filter((line) => line.counts.should > 0 || line.counts.unknown > 0)
    .sort((a, b) => b.counts.gap - a.counts.gap || b.counts.should - a.counts.should);
  if (lines.length === 0 && !of.area) return null;
  return (
    <section className="panel">
      <h2>{t(w.byArea)}</h2>
      <p className="note">{t(w.byAreaNote)}</p>
      <Bars
        bars={lines.map(({ area, counts }) => ({
          id: area ?? "",
          label: area ? (
            <Link to={`?${writeFilters(params, { area })}`} preventScrollReset>
              {names.area(area)}
            </Link>
          ) : (
            t(w.noArea)
          ),
          counts,
          beside: (
            <>
              <strong>{formatRate(counts.done, counts.should)}</strong>
              <span className="soft">
                {" "}
                {t(standing.gap)} {t(w.of(formatCount(counts.gap), formatCount(counts.should)))}
              </span>
            </>
          ),
        }))}
      />
      <div className="panel-foot row apart">
        <Legend />
        {params.get("area") && (
          <Link to={`?${writeFilters(params, { area: "" })}`} preventScrollReset>
            {t(w.backToCity)}
          </Link>
        )}
      </div>
    </section>
  );
}
