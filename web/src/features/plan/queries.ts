import { useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";

/** The plan of a firm; of the firm that is signed in where none is named. */
export function usePlan(record: string) {
  return useQuery({
    queryKey: ["plan", record],
    queryFn: () => read(api.GET("/api/plan", { params: { query: record ? { record } : {} } })),
    retry: false,
  });
}
