import { QueryClient } from "@tanstack/react-query";
import { isRefusal } from "@/api/problem";

/** A refusal is an answer and is not asked for again; a broken line is. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => !isRefusal(error) && failures < 2,
    },
  },
});
