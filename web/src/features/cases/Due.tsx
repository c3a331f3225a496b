import { useAreaFilter, useCity } from "@/api/city";
import { formatCount, formatDay, formatMonth } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { Button, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useFilters } from "@/ui/url";
import { lastDayOf, monthAfter, weeksOf } from "./month";
import { useDue } from "./queries";
import { w } from "./words";
import "./cases.css";

/** A month: on which day how many cases are due. */
export function Due() {
  const t = useText();
  const { lang } = useLang();
  const today = useCity().data?.today ?? "";
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["month", "area"]);
  const month = filters.month || today.slice(0, 7);
  const asked = useDue({
    area: filters.area,
    due_from: month && `${month}-01`,
    due_to: month && lastDayOf(month),
  });
  const weekdays = weeksOf("2021-02")[0] ?? [];
  const nameOf = (day: string) =>
    new Date(`${day}T00:00:00Z`).toLocaleDateString(lang === "zh" ? "zh-CN" : "en-GB", {
      weekday: "short",
      timeZone: "UTC",
    });
  return (
    <Page
      title={t(w.calendar)}
      over={<To to="/cases">{t(w.title)}</To>}
      under={formatMonth(month, lang)}
      actions={<PrintButton />}
    >
      <div className="row no-print month-walk">
        <Button onClick={() => set({ month: monthAfter(month, -1) })}>{t(w.before)}</Button>
        <Button onClick={() => set({ month: monthAfter(month, 1) })}>{t(w.after)}</Button>
      </div>
      <search className="filters">
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
      </search>
      <Answer of={asked} rows={6}>
        {(due) => (
          <div className="month">
            {weekdays.map((day) => (
              <span key={day} className="month-name soft small">
                {day && nameOf(day)}
              </span>
            ))}
            {weeksOf(month)
              .flat()
              .map((day, index) => {
                const count = due.find((one) => one.on === day)?.count ?? 0;
                // biome-ignore lint/suspicious/noArrayIndexKey: an empty place has no other name
                if (!day) return <span key={index} className="month-gap" />;
                return (
                  <div
                    key={day}
                    className={count > 0 && day < today ? "month-day past" : "month-day"}
                    aria-current={day === today ? "date" : undefined}
                  >
                    <span className="soft small">
                      <span className="hidden">{formatDay(day, lang)}</span>
                      <span aria-hidden="true">{Number(day.slice(8))}</span>
                    </span>
                    {count > 0 && (
                      <To to={`/cases?due_from=${day}&due_to=${day}`}>{t(w.dueOn(formatCount(count)))}</To>
                    )}
                  </div>
                );
              })}
          </div>
        )}
      </Answer>
    </Page>
  );
}
