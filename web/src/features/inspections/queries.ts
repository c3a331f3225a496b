import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";

interface InspectionFilters {
  area: string;
  state: string;
}

/** Asked without a network too: the service worker may have kept the list. */
export function useInspections({ area, state }: InspectionFilters) {
  return useInfiniteQuery({
    queryKey: ["inspections", area, state],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/inspections", {
          params: {
            query: { area: area || undefined, state: state || undefined, cursor: pageParam || undefined },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    networkMode: "always",
  });
}

export function useDraws() {
  return useQuery({ queryKey: ["draws"], queryFn: () => read(api.GET("/api/draws")) });
}

export function useDraw(seq: string) {
  return useQuery({
    queryKey: ["draws", seq],
    queryFn: () => read(api.GET("/api/draws/{seq}", { params: { path: { seq: Number(seq) } } })),
  });
}
