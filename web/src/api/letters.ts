import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";

interface LettersFilter {
  /** Only those that concern this record today. */
  kind?: string;
  record?: string;
  /** Only those about this duty. */
  duty?: string;
}

/** The letters that the reader may have. */
export function useLetters(filter: LettersFilter = {}) {
  return useQuery({
    queryKey: ["letters", filter],
    queryFn: () => read(api.GET("/api/letters", { params: { query: filter } })),
    staleTime: 60_000,
  });
}
