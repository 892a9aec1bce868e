import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { errorSentence } from '../net/errors'

/** A button's work: runs once at a time, tells success or failure, refreshes the named queries. */
export function useAction<Input, Result>(
  work: (input: Input) => Promise<Result>,
  options: { success?: string; refresh?: string[]; done?: (result: Result, input: Input) => void } = {},
) {
  const { message } = App.useApp()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: work,
    onSuccess: async (result, input) => {
      if (options.success) void message.success(options.success)
      options.done?.(result, input)
      await Promise.all((options.refresh ?? []).map((key) => queries.invalidateQueries({ queryKey: [key] })))
    },
    onError: (cause) => void message.error(errorSentence(cause), 6),
  })
}
