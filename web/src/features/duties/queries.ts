import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { Standing } from "@/api/types";

export interface DayArea {
  on: string;
  area: string;
}

/** Leaves out what is not set: the server then takes its own day and the reader's own area. */
function given<T extends Record<string, string>>(filters: T): Partial<T> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== "")) as Partial<T>;
}

export function useDuties({ on, area }: DayArea) {
  return useQuery({
    queryKey: ["duties", on, area],
    queryFn: () => read(api.GET("/api/duties", { params: { query: given({ on, area }) } })),
    placeholderData: keepPreviousData,
  });
}

export function useDuty(id: string, { on, area }: DayArea) {
  return useQuery({
    queryKey: ["duties", id, on, area],
    queryFn: () =>
      read(api.GET("/api/duties/{id}", { params: { path: { id }, query: given({ on, area }) } })),
    // Another day of the same duty may show the last one meanwhile; another duty may not.
    placeholderData: (before) => (before?.id === id ? before : undefined),
  });
}

export interface RecordsFilter extends DayArea {
  standing: Standing;
  q: string;
  missing: string;
  nearMiss: boolean;
}

export function recordsQuery({ on, area, standing, q, missing, nearMiss }: RecordsFilter) {
  return { ...given({ on, area, q, missing }), standing, near_miss: nearMiss || undefined };
}

export function useDutyRecords(id: string, filter: RecordsFilter) {
  return useInfiniteQuery({
    queryKey: ["duties", id, "records", filter],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/duties/{id}/records", {
          params: { path: { id }, query: { ...recordsQuery(filter), cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function recordsSheet(id: string): string {
  return `/api/duties/${encodeURIComponent(id)}/records.xlsx`;
}
