import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { OwedRequest } from "@/api/types";

/** What the firm of a code, or of these answers, is owed. Asks nothing until there is something to ask about. */
export function useOwed(request: OwedRequest | null) {
  return useQuery({
    queryKey: ["owed", request],
    queryFn: () => read(api.POST("/api/owed", { body: request ?? {} })),
    enabled: request !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
